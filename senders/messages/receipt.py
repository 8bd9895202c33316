"""The receipt that answers a submission: an FO file of type ACRF, with its signature and GO (BEHAVIOUR M11)."""

import base64
import textwrap
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from xml.sax.saxutils import escape

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import pkcs7
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from senders.messages.faults import Fault
from senders.messages.names import Environment, FileKind, MessageName

CODE = "ACRF"
_PEM = b"-----BEGIN"
ACCEPTED, REFUSED = 1, 0


@dataclass(frozen=True)
class Answer:
    """What a receipt says. submission: the name that came, as it came. detail: names the thing at fault, "" for none."""

    submission: str
    reference: str
    at: datetime
    fault: Fault | None = None
    detail: str = ""


def name_of(*, sender: str, environment: Environment, day: date, sequence: int) -> MessageName:
    """Return the name of a receipt: its own date and its own sequence of that day."""
    return MessageName(
        kind=FileKind.REPLY, code=CODE, sender=sender, day=day, sequence=sequence, environment=environment, part=1
    )


def text_of(answer: Answer) -> str:
    """Return the FO file: XML. ResultCode 1 means accepted; otherwise ErrorId says why, and Explanation in words.

    The words are in the active language: the sender's contact's.
    """
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<Receipt type="{CODE}">',
        _element("Submission", answer.submission),
        _element("Reference", answer.reference),
        _element("CreationTime", answer.at.isoformat(timespec="seconds")),
        _element("ResultCode", str(REFUSED if answer.fault else ACCEPTED)),
    ]
    if answer.fault:
        lines += [_element("ErrorId", answer.fault.value), _element("Explanation", str(answer.fault.label))]
    if answer.detail:
        lines.append(_element("Detail", answer.detail))
    return "\n".join([*lines, "</Receipt>", ""])


def signature_of(content: bytes) -> str:
    """Return the FS file of a reply: the portal's own signature (the key of its seal), CMS, detached, base64 in lines of 76.

    Raises ImproperlyConfigured without a readable key.
    """
    key, certificate = _signing_pair(settings.SEAL_KEY_FILE, settings.SEAL_CERTIFICATE_FILE)
    signed = (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(content)
        .add_signer(certificate, key, hashes.SHA256())
        .sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary])
    )
    return "\n".join(textwrap.wrap(base64.b64encode(signed).decode(), 76)) + "\n"


@lru_cache(maxsize=2)
def _signing_pair(
    key_file: str, certificate_file: str
) -> tuple[rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, x509.Certificate]:
    passphrase = settings.SEAL_KEY_PASSPHRASE.encode() or None
    try:
        key = _private_key(Path(key_file).read_bytes(), passphrase)
        certificate = _certificate(Path(certificate_file).read_bytes())
    except (OSError, ValueError, TypeError) as error:
        raise ImproperlyConfigured(
            "SEAL_KEY_FILE or SEAL_CERTIFICATE_FILE cannot be read (docs/document.md)."
        ) from error
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise ImproperlyConfigured("SEAL_KEY_FILE must be an RSA or an elliptic curve key to sign receipts.")
    return key, certificate


def _private_key(content: bytes, passphrase: bytes | None) -> PrivateKeyTypes:
    load = serialization.load_pem_private_key if _PEM in content else serialization.load_der_private_key
    return load(content, passphrase)


def _certificate(content: bytes) -> x509.Certificate:
    """Return the first certificate of a file: below it may stand its issuers."""
    return x509.load_pem_x509_certificates(content)[0] if _PEM in content else x509.load_der_x509_certificate(content)


def _element(name: str, text: str) -> str:
    # What came in a name may hold characters that XML cannot.
    clean = "".join(character if character.isprintable() else "?" for character in text)
    return f"  <{name}>{escape(clean)}</{name}>"
