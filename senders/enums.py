"""Kinds of channels and what comes with each."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ChannelKind(models.TextChoices):
    """How a sender delivers (BEHAVIOUR M3-M5)."""

    FTP = "ftp", _("FTP")
    SFTP = "sftp", _("SFTP")
    WEB_SERVICE = "wbs", _("Web service")


class Connection(models.TextChoices):
    """Over which network a channel runs; it follows from its kind."""

    ROUTER = "router", _("Router")
    INTERNET = "internet", _("Internet")


CONNECTION_OF = {
    ChannelKind.FTP: Connection.ROUTER,
    ChannelKind.SFTP: Connection.INTERNET,
    ChannelKind.WEB_SERVICE: Connection.INTERNET,
}
# A web service logs in with its certificate; the others have a technical user, of which FTP alone has a password.
HAS_TECHNICAL_USER = frozenset({ChannelKind.FTP, ChannelKind.SFTP})
HAS_PASSWORD = frozenset({ChannelKind.FTP})
HAS_SSH_KEY = frozenset({ChannelKind.SFTP})


class Protocol(models.TextChoices):
    """How something came, in the daemon's own words; "ftp" is what it refuses for want of TLS. Not for people to read."""

    SFTP = "sftp"
    FTPS = "ftps"
    FTP = "ftp"
    WEB_SERVICE = "https"


class TransferKind(models.TextChoices):
    """What the daemon or the web service reports; stored is any file but a GO or a TD. Not for people to read."""

    LOGIN = "login"
    REFUSED = "refused"
    STORED = "stored"
    STARTED = "started"
    CANCELLED = "cancelled"
    FETCHED = "fetched"
