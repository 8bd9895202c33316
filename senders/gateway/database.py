"""What the daemon may ask of the database: two views, and nothing else (docs/gateway.md). It writes nothing.

The views are laid after every `migrate` and taken away before one that changes something, and not made by a migration alone:
SQLite rebuilds a table to alter it and PostgreSQL alters no column that a view shows, so that a view would stand in the way of
every later migration of the tables below it.
"""

from django.conf import settings
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

LOGIN_VIEW = "gateway_login"
KEY_VIEW = "gateway_key"
REPORTS = "senders_transfer"

# Who may log in now: sender and capacity as they should be, a certificate that can sign what is sent, and for FTP not too many
# wrong passwords before.
_LOGIN = """
    SELECT technical.name AS name, technical.password_hash AS password, sender.number AS number, channel.kind AS kind,
      channel.id AS channel
    FROM senders_technicaluser technical
    JOIN senders_channel channel ON channel.id = technical.channel_id
    JOIN senders_sender sender ON sender.id = channel.sender_id
    JOIN enterprises_capacity capacity ON capacity.id = sender.capacity_id
    WHERE channel.ended_at IS NULL AND sender.ended_at IS NULL AND sender.blocked_at IS NULL
      AND capacity.retired_at IS NULL
      AND EXISTS (
        SELECT 1 FROM senders_certificate certificate
        WHERE certificate.channel_id = channel.id AND certificate.retired_at IS NULL AND certificate.revoked_at IS NULL
          AND certificate.valid_from <= {now} AND certificate.valid_to > {now}
      )
      AND (channel.kind <> 'ftp' OR (
        SELECT COUNT(*) FROM senders_transfer report
        WHERE report.name = technical.name AND report.kind = 'refused' AND report.protocol = 'ftps'
          AND report.at > {since}
      ) < {limit})
"""
# Of those alone who may log in: a key is what lets somebody in (senders/gateway/proftpd.conf).
_KEY = """
    SELECT login.name AS name, ssh_key.rfc4716 AS key
    FROM gateway_login login
    JOIN senders_sshkey ssh_key ON ssh_key.channel_id = login.channel
    WHERE login.kind = 'sftp' AND ssh_key.retired_at IS NULL
"""
_NOW = {"postgresql": "now()", "sqlite": "strftime('%Y-%m-%d %H:%M:%f', 'now')"}
_SINCE = {
    "postgresql": "now() - interval '{seconds} seconds'",
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', 'now', '-{seconds} seconds')",
}


def lay(connection: BaseDatabaseWrapper) -> None:
    """Lay both views in place of what stood there, where their tables are, and let the daemon's role use them."""
    if REPORTS not in connection.introspection.table_names():
        return
    limit, seconds = settings.LIMITS["gateway_password.user"]
    login = _LOGIN.format(
        now=_NOW[connection.vendor], since=_SINCE[connection.vendor].format(seconds=seconds), limit=limit
    )
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        remove(connection)
        cursor.execute(f"CREATE VIEW {LOGIN_VIEW} AS {login}")
        cursor.execute(f"CREATE VIEW {KEY_VIEW} AS {_KEY}")
        if has_role(connection):
            grant(connection)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take both views away."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP VIEW IF EXISTS {KEY_VIEW}")
        cursor.execute(f"DROP VIEW IF EXISTS {LOGIN_VIEW}")


def has_role(connection: BaseDatabaseWrapper) -> bool:
    """Tell whether the daemon's own role is there; SQLite has no roles."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [settings.GATEWAY_DATABASE_ROLE])
        return cursor.fetchone() is not None


def make_role(connection: BaseDatabaseWrapper, password: str) -> None:
    """Make the daemon's role, or give it this password where it is there. Needs the right to make roles."""
    quote = connection.ops.quote_name
    role = quote(settings.GATEWAY_DATABASE_ROLE)
    verb = "ALTER" if has_role(connection) else "CREATE"
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(f"{verb} ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD %s", [password])
        grant(connection)


def grant(connection: BaseDatabaseWrapper) -> None:
    """Let the daemon's role read the two views, and nothing else of ours: what it could do before is taken back."""
    quote = connection.ops.quote_name
    role = quote(settings.GATEWAY_DATABASE_ROLE)
    with connection.cursor() as cursor:
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
        cursor.execute(f"GRANT SELECT ON {LOGIN_VIEW}, {KEY_VIEW} TO {role}")
