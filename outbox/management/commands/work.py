"""manage.py work"""

from argparse import ArgumentParser
from typing import Any

from outbox.serving import ServingCommand
from outbox.worker import Worker


class Command(ServingCommand):
    """The worker; it needs no more than the database and the mail server."""

    help = "Send the mails of the outbox and do the chores, until SIGTERM; with --once, what is due now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="send what is due, do the chores, and end")

    def handle(self, *, once: bool, **_options: Any) -> None:
        worker = Worker()
        if once:
            worker.drain()
        else:
            worker.run()
