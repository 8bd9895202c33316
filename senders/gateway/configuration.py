"""What the daemon needs before it starts: folders, keys of its own, and its configuration, all below GATEWAY_DIR."""

import base64
import grp
import hashlib
import os
import pwd
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from string import Template

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

from senders.gateway import daemon, folders, probe, reports
from senders.passwords import hash_password
from senders.reading.ssh_keys import rfc4716

_TEMPLATE = Path(__file__).with_name("proftpd.conf")
_PRIVATE = 0o600
# The folder of whoever may not log in: there is none, and none can be made.
_NO_HOME = "/dev/null/nobody"
PrivateKey = ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Places:
    """The folders of the gateway."""

    root: Path

    @property
    def keys(self) -> Path:
        """Host keys and, unless settings name others, the TLS pair."""
        return self.root / "keys"

    @property
    def run(self) -> Path:
        """The configuration, logs and the daemon's number."""
        return self.root / "run"

    @property
    def skel(self) -> Path:
        """What a sender's home begins with."""
        return self.root / "skel"

    @property
    def configuration(self) -> Path:
        """The file that the daemon is started with."""
        return self.run / "proftpd.conf"


def places() -> Places:
    """Return the gateway's folders as the settings have them."""
    return Places(Path(settings.GATEWAY_DIR).absolute())


def prepare(connection: BaseDatabaseWrapper, password: str) -> Path:
    """Make folders, keys and configuration, keeping the keys that are there; return the configuration's file.

    password: of the daemon's role in the database. Raises KeyError where settings.GATEWAY_USER does not exist.
    """
    at = places()
    owner = session_user()
    folders.remove_unfinished()
    for folder in (at.keys, at.run, reports.folder(), folders.homes(), *(at.skel / name for name in folders.ALL)):
        folder.mkdir(parents=True, exist_ok=True)
    if connection.vendor == "sqlite":
        _empty_database().touch()
    _make_host_keys(at.keys)
    if not settings.GATEWAY_TLS_CERTIFICATE_FILE:
        _make_tls_pair(at.keys)
    if os.geteuid() == 0:
        for folder in (at.run, reports.folder(), folders.homes()):
            shutil.chown(folder, owner.pw_uid, owner.pw_gid)
    _write_private(at.configuration, render(connection, owner, password).encode())
    return at.configuration


def session_user() -> pwd.struct_passwd:
    """Return the user that sessions run as: settings.GATEWAY_USER for root, otherwise whoever asks."""
    return pwd.getpwnam(settings.GATEWAY_USER) if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


def render(connection: BaseDatabaseWrapper, owner: pwd.struct_passwd, password: str) -> str:
    """Return the configuration. Raises KeyError for a placeholder that nothing fills."""
    at = places()
    first, _dash, last = settings.GATEWAY_PASSIVE_PORTS.partition("-")
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        _database(connection, password),
        modules=daemon.modules(),
        host=settings.GATEWAY_HOST,
        name=settings.GATEWAY_NAME,
        sftp_port=settings.GATEWAY_SFTP_PORT,
        ftps_port=settings.GATEWAY_FTPS_PORT,
        passive_first=first,
        passive_last=last,
        user=owner.pw_name,
        group=grp.getgrgid(owner.pw_gid).gr_name,
        uid=owner.pw_uid,
        gid=owner.pw_gid,
        homes=folders.homes().absolute(),
        skel=at.skel,
        run=at.run,
        keys=at.keys,
        mark=reports.MARK,
        reports=reports.folder() / reports.CURRENT,
        only_letters_and_digits=probe.only_letters_and_digits(),
        no_home=_NO_HOME,
        # Work as much as the real ones; what opens them is known to nobody.
        no_password=hash_password(secrets.token_urlsafe(32)),
        no_key=_key_of_nobody(),
        **_tls(at.keys),
        max_bytes=settings.MESSAGE_MAX_BYTES,
        max_sessions=settings.GATEWAY_MAX_SESSIONS,
        max_sessions_per_sender=settings.GATEWAY_MAX_SESSIONS_PER_SENDER,
        max_sessions_per_host=settings.GATEWAY_MAX_SESSIONS_PER_HOST,
        max_instances=settings.GATEWAY_MAX_SESSIONS + 20,
    )


def _database(connection: BaseDatabaseWrapper, password: str) -> dict[str, str]:
    there = connection.settings_dict
    if connection.vendor == "sqlite":
        # The daemon insists on another journal than the portal's for the database that it opens, and waits for ever while the
        # portal has it open. So it opens an empty one of its own, and attaches the portal's.
        file = Path(there["NAME"]).absolute()
        return {
            "database_module": "mod_sql_sqlite.c",
            "backend": "sqlite3",
            "connection": f'"{_empty_database()}"',
            "schema": "portal.",
            "newline": "char(10)",
            # Attaching is an event to the daemon, and events are logged or not at all. To read, and not to write.
            "sql_engine": "on",
            "attach": (
                f"    SQLNamedQuery attach FREEFORM \"ATTACH DATABASE 'file:{file}?mode=ro' AS portal\"\n"
                "    SQLLogOnEvent mod_sql.db.connection-opened attach\n"
            ),
        }
    address = f"{there['NAME']}@{there['HOST'] or 'localhost'}:{there['PORT'] or 5432}"
    return {
        "database_module": "mod_sql_postgres.c",
        "backend": "postgres",
        "connection": f'"{address}" "{settings.GATEWAY_DATABASE_ROLE}" "{password}" PERSESSION',
        "schema": "",
        "newline": "chr(10)",
        "sql_engine": "auth",
        "attach": "",
    }


def _key_of_nobody() -> str:
    """Return a public key whose private one is forgotten, on one line: "|" stands for the end of a line."""
    public = ed25519.Ed25519PrivateKey.generate().public_key()
    line = public.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return rfc4716(base64.b64decode(line.split()[1])).replace("\n", "|")


def _tls(keys: Path) -> dict[str, str]:
    """Return the TLS pair, and its kind, by which the daemon's directives are named."""
    certificate = Path(settings.GATEWAY_TLS_CERTIFICATE_FILE or keys / "tls.crt")
    public = x509.load_pem_x509_certificate(certificate.read_bytes()).public_key()
    return {
        "tls_kind": "RSA" if isinstance(public, rsa.RSAPublicKey) else "EC",
        "tls_certificate": str(certificate),
        "tls_key": str(settings.GATEWAY_TLS_KEY_FILE or keys / "tls.key"),
    }


def _empty_database() -> Path:
    return places().run / "empty.sqlite3"


def _make_host_keys(folder: Path) -> None:
    """Make the host keys that are not there: clients know the gateway by them, so they stay."""
    pairs: dict[str, tuple[Callable[[], PrivateKey], serialization.PrivateFormat]] = {
        "host_ed25519": (ed25519.Ed25519PrivateKey.generate, serialization.PrivateFormat.OpenSSH),
        "host_rsa": (
            lambda: rsa.generate_private_key(public_exponent=65537, key_size=3072),
            serialization.PrivateFormat.TraditionalOpenSSL,
        ),
    }
    for name, (generate, form) in pairs.items():
        path = folder / name
        if path.exists():
            continue
        key = generate()
        public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
        path.with_suffix(".pub").write_bytes(public + b"\n")
        _write_private(path, key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))


def _make_tls_pair(folder: Path) -> None:
    """Make a self-made certificate for a gateway that has none."""
    if (folder / "tls.crt").exists():
        return
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, settings.GATEWAY_NAME)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=825))
        .add_extension(x509.SubjectAlternativeName([_general_name(settings.GATEWAY_NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write_private(folder / "tls.key", private)
    (folder / "tls.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _write_private(path: Path, content: bytes) -> None:
    """Write a file that nobody else may read, not even while it is written."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    unfinished.replace(path)


def host_fingerprints() -> list[str]:
    """Return how a program names the gateway's host keys ("ssh-ed25519 SHA256:…"); none where the gateway stands elsewhere."""
    found = []
    for path in sorted(places().keys.glob("host_*.pub")):
        kind, text, *_comment = path.read_text(encoding="ascii").split()
        digest = base64.b64encode(hashlib.sha256(base64.b64decode(text)).digest()).decode().rstrip("=")
        found.append(f"{kind} SHA256:{digest}")
    return found
