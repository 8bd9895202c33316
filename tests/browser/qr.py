"""Reading a QR code off a page, as a telephone's camera would."""

import struct
import zlib

import zxingcpp
from playwright.sync_api import Locator

CHANNELS = {2: 3, 6: 4}  # by the colour type of a PNG: RGB, RGBA


def read_qr(picture: Locator) -> str:
    """Return the text of the QR code in a part of the page."""
    width, height, rgb = _pixels(picture.screenshot())
    found = zxingcpp.read_barcodes(memoryview(rgb).cast("B", shape=[height, width, 3]))
    assert len(found) == 1, f"{len(found)} codes on the picture"
    return str(found[0].text)


def _pixels(png: bytes) -> tuple[int, int, bytes]:
    """Return width, height and the RGB bytes of a PNG of 8 bits a channel, not interlaced (PNG specification, 9)."""
    place, header, packed = 8, b"", b""
    while place < len(png):
        length, kind = struct.unpack(">I4s", png[place : place + 8])
        chunk = png[place + 8 : place + 8 + length]
        header = chunk if kind == b"IHDR" else header
        packed += chunk if kind == b"IDAT" else b""
        place += 12 + length
    width, height, _depth, colour = struct.unpack(">IIBB", header[:10])
    step = CHANNELS[colour]
    raw, size = zlib.decompress(packed), width * step
    above, lines = bytearray(size), []
    for start in range(0, len(raw), size + 1):
        line = _unfilter(raw[start], bytearray(raw[start + 1 : start + 1 + size]), above, step)
        lines.append(bytes(value for place, value in enumerate(line) if place % step < 3))
        above = line
    return width, height, b"".join(lines)


def _unfilter(kind: int, line: bytearray, above: bytearray, step: int) -> bytearray:
    for place, value in enumerate(line):
        left = line[place - step] if place >= step else 0
        up, corner = above[place], above[place - step] if place >= step else 0
        guess = (0, left, up, (left + up) // 2, _paeth(left, up, corner))[kind]
        line[place] = (value + guess) & 255
    return line


def _paeth(left: int, up: int, corner: int) -> int:
    near = left + up - corner
    return min((left, up, corner), key=lambda value: abs(near - value))
