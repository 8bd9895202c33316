"""Why a delivery is refused: the error id that its receipt carries, and the sentence that says what to mend."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FaultError(ValueError):
    """A submission is refused. detail: names the thing at fault (a file, a certificate's serial), "" for none."""

    def __init__(self, fault: "Fault", detail: str = "") -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.detail = detail


class Fault(models.TextChoices):
    """The error ids of a receipt: N the names, F the files, Q the sequence, S the signature, C the channel."""

    NAME_SHAPE = (
        "N01",
        _("The file's name is not like GO.DMFA.123456.20240131.00001.R.1. Name the files as the help shows."),
    )
    NAME_DATE = "N02", _("The date in the file's name does not exist, or lies ahead. Write it as year, month, day.")
    OTHER_SENDER = "N03", _("The file's name carries another sender number than yours. Use your own sender number.")
    UNKNOWN_CODE = (
        "N04",
        _(
            "The file's name carries a message code that nobody knows. Look up the code of your application in the help."
        ),
    )
    NOT_CARRIED = (
        "N05",
        _(
            "The application of this message is not among those of this channel. Add it to the channel, then send again."
        ),
    )
    NO_DECLARATION = "F01", _("The declaration (FI) was not there. Put FI, then FS, and GO last of all.")
    NO_SIGNATURE = "F02", _("The signature (FS) was not there. Put FI, then FS, and GO last of all.")
    START_NOT_EMPTY = "F03", _("The file that starts the processing (GO) was not empty. Put an empty file.")
    EMPTY_DECLARATION = "F04", _("The declaration (FI) was empty. Send the file again.")
    TOO_LARGE = "F05", _("A file was larger than the limit. Divide the declaration into several submissions.")
    SEQUENCE_USED = (
        "Q01",
        _("A submission with this date and sequence number was accepted before. Take the next sequence number."),
    )
    NOT_BASE64 = (
        "S01",
        _(
            "The signature (FS) is not plain base64 on one line or in lines of 76. Leave out any heading such as “BEGIN”."
        ),
    )
    NOT_CMS = "S02", _("The signature (FS) is no CMS signature (PKCS#7). Make it anew with your signing program.")
    NOT_DETACHED = "S03", _("The signature (FS) holds the declaration itself. Make a detached signature.")
    NOT_ONE_SIGNER = "S04", _("The signature (FS) must have exactly one signer, and signed attributes.")
    WEAK_DIGEST = "S05", _("The signature (FS) uses a digest that is too weak. Sign with SHA-256 or stronger.")
    OTHER_FILE = (
        "S06",
        _("The signature (FS) belongs to another file, or the declaration changed after it was signed. Sign the very file "
          "that you send, in binary form."),
    )  # fmt: skip
    UNKNOWN_CERTIFICATE = (
        "S07",
        _("The signature (FS) was made with a certificate that is not registered for your sender. Register it, or sign with "
          "the one that is."),
    )  # fmt: skip
    CERTIFICATE_EXPIRED = (
        "S08",
        _("The certificate of the signature is not valid today. Register a new certificate and sign with it."),
    )
    CERTIFICATE_RETIRED = (
        "S09",
        _("The certificate of the signature was retired or revoked. Sign with a certificate that is in use."),
    )
    WRONG_SIGNATURE = "S10", _("The signature (FS) was not made with the key of its certificate. Sign the file anew.")
    SENDER_BLOCKED = "C01", _("The sender is blocked. Ask an Access Manager of your capacity to unblock it.")
    CHANNEL_ENDED = "C02", _("The channel is no longer in use. Use another channel of your sender.")


class LoginFault(models.TextChoices):
    """Why a login at the gateway or at the web service was refused: P the protocol, K key or password, A the assertion."""

    PLAIN_FTP = "P01", _("Your program spoke FTP without TLS. Choose FTP with explicit TLS (FTPS).")
    OTHER_PROTOCOL = "P02", _("This technical user belongs to another channel. Use the one of this channel.")
    BLOCKED = "P03", _("The sender is blocked. Ask an Access Manager of your capacity to unblock it.")
    NO_CERTIFICATE = (
        "P04",
        _(
            "The channel has no certificate that is valid today. Register a new certificate: without one nothing can be sent."
        ),
    )
    NO_KEY = "K01", _("The channel has no SSH key in use. Register a public key.")
    OTHER_KEY = (
        "K02",
        _("Your program offered no key that is registered for this channel. Choose the private half of a registered key; "
          "passwords do not count here."),
    )  # fmt: skip
    WRONG_PASSWORD = "K03", _("The password was wrong. Type it again, or set a new one.")
    TOO_MANY = "K04", _("There were too many wrong passwords. Wait for a quarter of an hour, then use the right one.")
    RETIRED_KEY = (
        "K05",
        _(
            "The key that your program offered was retired. Choose the private half of a key in use, or register it again."
        ),
    )
    UNPROVEN_KEY = (
        "K06",
        _("The key that your program offered is registered, but the program did not sign with it. See whether it finds the "
          "private half and was told its passphrase."),
    )  # fmt: skip
    UNREADABLE = "A01", _("The assertion is no signed JWT with the claims iss, sub, aud, exp and jti.")
    WRONG_SIGNATURE = (
        "A02",
        _("The assertion was not signed with the key of a certificate that is registered for the web service."),
    )
    WRONG_AUDIENCE = "A03", _("The assertion's aud is not the address of the token page.")
    WRONG_SUBJECT = "A04", _("The assertion's iss and sub are not both the sender number.")
    EXPIRED = "A05", _("The assertion is no longer valid, or not yet. Look at the clock of your machine.")
    LASTS_TOO_LONG = "A06", _("The assertion is valid for more than ten minutes. Let exp be at most ten minutes ahead.")
    REPLAYED = "A07", _("The assertion was used before. Make a new one, with a jti of its own, for each token.")
