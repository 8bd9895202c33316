"""What somebody handed in, opened up as far as it takes to see what it is. A private key goes no further than here."""

import base64
import binascii
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto

from acts.errors import Refused
from senders.reading.refusals import refused

MAX_BYTES = 64 * 1024
# No label of a block has more characters between its dashes (RFC 7468).
_LONGEST_LABEL = 64
_PRIVATE = re.compile(r"(?:BEGIN|END) [A-Z0-9 ]{0,40}PRIVATE KEY|PuTTY-User-Key-File|openssh-key-v1", re.IGNORECASE)
_BEGIN, _END, _DASHES = "-----BEGIN ", "-----END ", "-----"
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# RFC 8017 and 5915: PKCS#1, PKCS#8, EC and DSA private keys begin with version 0 or 1; RFC 7292: PKCS#12 with 3.
_PRIVATE_VERSIONS = (b"\0", b"\1")
_PKCS12_VERSION = b"\3"
_INTEGER, _BIT_STRING, _OCTET_STRING, _OID, _SEQUENCE = 0x02, 0x03, 0x04, 0x06, 0x30
_OPENSSH_PRIVATE = b"openssh-key-v1\0"
# 1.2.840.113549.1.7: RFC 2315's content types.
_PKCS7 = bytes.fromhex("2a864886f70d0107")


class Der(Enum):
    """What the first bytes of a DER file make it."""

    PRIVATE_KEY = auto()
    PKCS12 = auto()
    PKCS7 = auto()
    PUBLIC_KEY = auto()
    OTHER = auto()


@dataclass(frozen=True)
class Block:
    """One PEM block. text: it whole, with its armour; content: what its base64 holds, empty where that cannot be read."""

    label: str
    text: str
    content: bytes


@dataclass(frozen=True)
class Material:
    """text: what was handed in, "" for a binary file; blocks: its PEM blocks.

    binary: the DER file, or what base64 without armour holds; empty where there are blocks.
    """

    text: str
    blocks: tuple[Block, ...]
    binary: bytes


def open_up(content: bytes) -> Material:
    """Return what there is to read. Raises Refused: empty, too_large, private_key, pkcs12."""
    if len(content) > MAX_BYTES:
        raise refused("too_large")
    if not content.strip(b"\0 \t\r\n"):
        raise refused("empty")
    text = _text(content)
    if _PRIVATE.search(text) or _OPENSSH_PRIVATE in content:
        raise refused("private_key")
    blocks = tuple(_blocks(text))
    binary = b"" if blocks else (_from_base64(text) if text else content)
    for opened in (binary, *(block.content for block in blocks)):
        kind = kind_of(opened)
        if kind is Der.PRIVATE_KEY or opened.startswith(_OPENSSH_PRIVATE):
            raise refused("private_key")
        if kind is Der.PKCS12:
            raise refused("pkcs12")
    return Material(text, blocks, binary)


def _blocks(text: str) -> Iterator[Block]:
    """Yield the PEM blocks of a text. It is gone through once: between the armour of a block stand no dashes in a row."""
    begin = text.find(_BEGIN)
    while begin >= 0:
        place = begin + len(_BEGIN)
        close = text.find(_DASHES, place, place + _LONGEST_LABEL + len(_DASHES))
        if close < 0:
            begin = text.find(_BEGIN, place)
            continue
        label, inside = text[place:close], close + len(_DASHES)
        end = text.find(_DASHES, inside)
        tail = f"{_END}{label}{_DASHES}"
        if label and end >= 0 and text.startswith(tail, end):
            after = end + len(tail)
            yield Block(label, text[begin:after], _from_base64(text[inside:end]))
        else:
            after = inside
        begin = text.find(_BEGIN, after)


@contextmanager
def guarded(code: str) -> Iterator[None]:
    """Turn whatever a reading library raises into the refusal of `code`; a Refused passes."""
    try:
        yield
    except Refused:
        raise
    # What a library makes of hostile bytes is not listed anywhere: cryptography has raised ValueError, TypeError,
    # UnsupportedAlgorithm, NotImplementedError, exceptions of its own, and the panic of its Rust part, no Exception at all.
    except BaseException as fault:
        if not isinstance(fault, Exception) and type(fault).__module__ != "pyo3_runtime":
            raise
        # Without its cause: what was handed in has no place in a log.
        raise refused(code) from None


def _text(content: bytes) -> str:
    """Return the content as text, "" where it is none. Windows writes UTF-16 and byte order marks."""
    encoding = next((name for bom, name in _BOMS if content.startswith(bom)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return ""
    return "" if "\0" in text else text


def _from_base64(text: str) -> bytes:
    """Return what base64 text holds, line ends and spaces aside; empty where it is no base64."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""


def kind_of(der: bytes) -> Der:
    """Tell what a DER file is by its first elements; nothing is decoded."""
    if der[:1] != b"\x30":
        return Der.OTHER
    elements = _elements(der)
    (first, value), second = elements[0], elements[1][0]
    if first == _INTEGER:
        if value in _PRIVATE_VERSIONS:
            return Der.PRIVATE_KEY
        return Der.PKCS12 if value == _PKCS12_VERSION else Der.PUBLIC_KEY
    if first == _OID and value.startswith(_PKCS7):
        return Der.PKCS7
    if first == _SEQUENCE and second == _OCTET_STRING:
        return Der.PRIVATE_KEY  # RFC 5958: encrypted
    if first == _SEQUENCE and second == _BIT_STRING:
        return Der.PUBLIC_KEY
    return Der.OTHER


def _elements(der: bytes) -> list[tuple[int, bytes]]:
    """Return tag and value of the first two elements of a SEQUENCE; (0, b"") for those that are not there."""
    _tag, inside, _rest = _element(der)
    first_tag, first, rest = _element(inside)
    second_tag, second, _rest = _element(rest)
    return [(first_tag, first), (second_tag, second)]


def _element(data: bytes) -> tuple[int, bytes, bytes]:
    """Return tag and value of the first element, and what follows it. A length that is indefinite or too long takes all."""
    if len(data) < 2:
        return 0, b"", b""
    tag, length, begin = data[0], data[1], 2
    if length > 0x80:
        begin = 2 + length - 0x80
        length = int.from_bytes(data[2:begin])
    elif length == 0x80:
        length = len(data)
    return tag, data[begin : begin + length], data[begin + length :]
