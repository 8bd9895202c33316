"""manage.py gateway"""

import os
import secrets
import shutil
import subprocess
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import CommandError
from django.db import ProgrammingError, connection

from outbox.serving import ServingCommand
from senders.gateway import configuration, daemon, database, probe, refusals, reports


class Command(ServingCommand):
    """The gateway that senders deliver to; this process becomes the daemon."""

    help = "Serve SFTP and FTPS to senders until SIGTERM; with --check, write the configuration and let the daemon test it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write and test the configuration, start nothing")

    def handle(self, *, check: bool, **_options: Any) -> None:
        if unsafe := list(refusals.found()):
            raise CommandError("\n- ".join(["The gateway does not start:", *unsafe]))
        absent = daemon.missing()
        if absent:
            raise CommandError(f"Missing: {' '.join(absent)}. Install with: apt-get install {' '.join(absent)}")
        try:
            probe.check(configuration.session_user())
            file = configuration.prepare(connection, self._password())
        except KeyError as unknown:
            raise CommandError(f"There is no such user, or no such placeholder: {unknown} (GATEWAY_USER).") from unknown
        except probe.ProbeError as refusal:
            raise CommandError(str(refusal)) from refusal
        except ProgrammingError as refused:
            raise CommandError(
                f"The database lets this user make no role {settings.GATEWAY_DATABASE_ROLE}. Make it once as docs/gateway.md "
                "says, and set GATEWAY_DATABASE_PASSWORD."
            ) from refused
        command = [str(daemon.binary()), "--nodaemon", "--config", str(file)]
        if check:
            command = [str(daemon.binary()), "--configtest", "--config", str(file)]
            subprocess.run(command, check=True, env=daemon.environment())  # noqa: S603 - our own words
            return
        self.stdout.write(
            f"SFTP at {settings.GATEWAY_HOST}:{settings.GATEWAY_SFTP_PORT}, FTPS at "
            f"{settings.GATEWAY_HOST}:{settings.GATEWAY_FTPS_PORT} (Ctrl-C ends it)."
        )
        self.stdout.flush()
        connection.close()
        prefix = without_root()
        environment = daemon.environment(**{reports.MARK: reports.mark()})
        os.execve((prefix or command)[0], [*prefix, *command], environment)  # noqa: S606 - no shell is wanted

    def _password(self) -> str:
        """Return the password of the daemon's role; without one by setting, the role gets a new one at each start."""
        if connection.vendor == "sqlite" or settings.GATEWAY_DATABASE_PASSWORD:
            return str(settings.GATEWAY_DATABASE_PASSWORD)
        password = secrets.token_urlsafe(32)
        database.make_role(connection, password)
        return password


def without_root() -> list[str]:
    """Return what lets an ordinary user's daemon lock a sender into its folder: a namespace of its own. Root needs none."""
    if os.geteuid() == 0:
        return []
    unshare = shutil.which("unshare")
    if unshare is None:
        raise CommandError("Missing: unshare. Install with: apt-get install util-linux; or start the gateway as root.")
    namespace = [unshare, "--user", f"--map-user={os.geteuid()}", f"--map-group={os.getegid()}", "--keep-caps"]
    if subprocess.run([*namespace, "true"], check=False, capture_output=True).returncode:  # noqa: S603 - our own words
        raise CommandError("This machine lets ordinary users make no namespace. Start the gateway as root.")
    return namespace
