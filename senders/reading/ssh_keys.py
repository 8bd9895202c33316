"""Reading a public SSH key: OpenSSH's one line, RFC 4716, or its base64 alone (BEHAVIOUR M4, M8)."""

import base64
import binascii
import hashlib
import textwrap
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    SSHPublicKeyTypes,
    load_ssh_public_key,
)
from cryptography.x509 import load_der_x509_certificate

from senders.reading.certificates import LABELS, check_strength
from senders.reading.material import Der, guarded, kind_of, open_up
from senders.reading.refusals import refused

_TAKEN = frozenset({
    "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa",
})  # fmt: skip
_BEGIN, _END = "---- BEGIN SSH2 PUBLIC KEY ----", "---- END SSH2 PUBLIC KEY ----"


@dataclass(frozen=True)
class ReadSshKey:
    """A public key. content: as it goes over the wire; sha256: of that, hexadecimal; rfc4716: as text, without comment."""

    content: bytes
    sha256: str
    key_type: str
    key_bits: int
    rfc4716: str


def read_ssh_key(content: bytes) -> ReadSshKey:
    """Return the public key in a file or pasted text. Comments are dropped: they name people and machines.

    Raises Refused with a code of `refusals`, and nothing else, whatever the content.
    """
    with guarded("unreadable_ssh_key"):
        wire = _wire(content)
        name = _name(wire)
        _check_kind(name)
        key = load_ssh_public_key(b"%s %s" % (name.encode(), base64.b64encode(wire)))
        again = key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).split()[1]
        if base64.b64decode(again) != wire:
            raise refused("unreadable_ssh_key")  # the same key written another way would have another fingerprint
        key_type, key_bits = _key(key)
        check_strength(key_type, key_bits)
        return ReadSshKey(wire, hashlib.sha256(wire).hexdigest(), key_type, key_bits, rfc4716(wire))


def fingerprint(sha256: str) -> str:
    """Return a key's hexadecimal SHA-256 as OpenSSH shows it."""
    return f"SHA256:{base64.b64encode(bytes.fromhex(sha256)).decode().rstrip('=')}"


def openssh(wire: bytes) -> str:
    """Return a key as OpenSSH's line, without comment."""
    return f"{_name(wire)} {base64.b64encode(wire).decode()}"


def rfc4716(wire: bytes) -> str:
    """Return a key as RFC 4716 text."""
    lines = textwrap.wrap(base64.b64encode(wire).decode(), 70)
    return "\n".join(["---- BEGIN SSH2 PUBLIC KEY ----", *lines, "---- END SSH2 PUBLIC KEY ----", ""])


def _wire(content: bytes) -> bytes:
    """Return the key's bytes out of whichever form it came in."""
    material = open_up(content)
    labels = {block.label for block in material.blocks}
    kind = kind_of(material.binary)
    if any("PUBLIC KEY" in label for label in labels) or kind is Der.PUBLIC_KEY:
        raise refused("pem_public_key")
    if labels & LABELS or _is_certificate(material.binary):
        raise refused("certificate_instead")
    found = _rfc4716_keys(material.text)
    lines = [line.split() for line in material.text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if len(found) > 1 or (len(lines) > 1 and all(len(line) > 1 and line[1].startswith("AAAA") for line in lines)):
        raise refused("several_keys")
    if found:
        return base64.b64decode(found[0], validate=True)
    if len(lines) == 1 and len(lines[0]) > 1:
        return _named(*lines[0][:2])
    return material.binary


def _rfc4716_keys(text: str) -> list[str]:
    """Return the base64 of each key of RFC 4716 in a text, which is gone through once, line by line."""
    found: list[str] = []
    lines: list[str] | None = None
    is_header = False
    for line in map(str.strip, text.splitlines()):
        if line == _BEGIN:
            lines, is_header = [], False
        elif lines is not None and line == _END:
            found.append("".join(lines))
            lines = None
        elif lines is not None:
            # RFC 4716, 3.3: a header has a colon, and its line goes on behind a backslash.
            is_header = is_header or ":" in line
            if not is_header:
                lines.append(line)
            is_header = is_header and line.endswith("\\")
    return found


def _is_certificate(der: bytes) -> bool:
    try:
        load_der_x509_certificate(der)
    except ValueError:
        return False
    return True


def _named(name: str, encoded: str) -> bytes:
    """Return the bytes of OpenSSH's line, whose first word has to say what they are."""
    try:
        wire = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise refused("unreadable_ssh_key") from None
    if _name(wire) != name:
        raise refused("unreadable_ssh_key")
    return wire


def _name(wire: bytes) -> str:
    """Return the name of the key's kind, its first string (RFC 4253, 6.6)."""
    length = int.from_bytes(wire[:4])
    return wire[4 : 4 + length].decode("ascii")


def _check_kind(name: str) -> None:
    if name in _TAKEN:
        return
    if "-cert-v" in name:
        raise refused("ssh_certificate")
    if name.startswith("sk-"):
        raise refused("security_key")
    if name == "ssh-dss":
        raise refused("dsa")
    raise refused("unknown_ssh_key" if name.startswith(("ssh-", "ecdsa-")) else "unreadable_ssh_key")


def _key(key: SSHPublicKeyTypes) -> tuple[str, int]:
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA", key.key_size
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "ECDSA", key.key_size
    return "Ed25519", 256
