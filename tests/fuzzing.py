"""Nasty shapes for everything that somebody can fill in, and a clock that tells what an answer cost (BEHAVIOUR T17).

The whole is `make fuzz`. `make test` takes a fixed part of it, the same at each run: a case belongs to it by its name's hash.
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from html.parser import HTMLParser
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from csam_portal.bodies import declared_at
from ui.pages import KILOBYTE, TOO_MUCH

# Seconds of the processor that an answer may take.
MOST_SECONDS = 1.0
IS_WHOLE = os.environ.get("TIME_FUZZ") == "whole"
SMALL = 8 * KILOBYTE
# What stands around a text in a form.
AROUND = 3 * KILOBYTE

# What is repeated: for each kind of reader something that it might begin again with.
SHAPES: dict[str, bytes] = {
    "one letter": b"a",
    "one digit": b"7",
    "blanks": b" ",
    "lines": b"x\r\n",
    "BEGIN": b"-----BEGIN CERTIFICATE-----\n",
    "separators": b";",
    "quotation marks": b'"',
    "nesting": b'[{"a":(<',
    "accents": "\u0345\u0315\u0300".encode(),
    "addresses": b"a.@",
    "escapes": b"%5C\\\\",
    "elements": b"0\x82\x0f\xff",
}


@dataclass
class Fuzz:
    """What was tried, and what it cost."""

    spent: dict[str, float] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def wants(self, name: str, share: int) -> bool:
        """Tell whether a case belongs to what is run now. share: one in so many belongs to what always is."""
        return IS_WHOLE or int(hashlib.sha256(name.encode()).hexdigest(), 16) % share == 0

    def case(self, name: str, share: int, send: Callable[..., Any], *what: Any, **further: Any) -> None:
        """Send something, where it belongs to what is run now: `send` is called with the rest and returns the answer.

        Notes what it cost, and whether that was too much or the answer a failure of ours.
        """
        if not self.wants(name, share):
            return
        cost, status = _cost(partial(send, *what, **further))
        if cost > MOST_SECONDS:
            # Once more: what is loaded at the first use is no fault of the case.
            cost, status = _cost(partial(send, *what, **further))
        self.spent[name] = cost
        if cost > MOST_SECONDS or status >= 500:
            self.faults.append(f"{name}: {cost:.2f} s, status {status}")

    def each(self, where: str, most_bytes: int, share: int, send: Callable[[bytes], Any]) -> None:
        """Send every shape in every size to one place."""
        for name, content in texts(most_bytes):
            self.case(f"{where}: {name}", share, send, content)

    def slowest(self) -> list[str]:
        """Return the ten that cost most, in words."""
        worst = sorted(self.spent.items(), key=lambda one: -one[1])[:10]
        return [f"{cost:7.3f} s  {name}" for name, cost in worst]


# All that one run tries: the ten slowest are told at its end (tests/conftest.py).
TRIED = Fuzz()


def _cost(send: Callable[[], Any]) -> tuple[float, int]:
    begin = time.process_time()
    try:
        answer = send()
        # Read to its end, as a browser does: a file left open would fail whichever test comes next.
        answer.getvalue()
        status = int(answer.status_code)
    except Exception:  # noqa: BLE001 - the test client passes on whatever a view raises: the server's 500
        status = 500
    return time.process_time() - begin, status


def texts(most_bytes: int) -> Iterator[tuple[str, bytes]]:
    """Yield every shape at 8 kB, at 64 kB and at the limit, each size once, with its name."""
    for size in sorted({min(size, most_bytes) for size in (SMALL, 64 * KILOBYTE - AROUND, most_bytes)}):
        for name, piece in SHAPES.items():
            yield f"{name}, {size} bytes", (piece * (size // len(piece) + 1))[:size]


def as_text(content: bytes) -> str:
    """Return a shape as what a form or a header can hold; what is no text as Latin-1."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode(errors="ignore") if content[:1] != b"0" else content.decode("latin-1")


@dataclass
class Page(HTMLParser):
    """The fields of a page's forms: names with what stands in them, and those that take a file."""

    html: str
    typed: dict[str, str] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note a field."""
        said = dict(attributes)
        name = said.get("name") or ""
        if tag not in {"input", "select", "textarea", "button"} or not name or name == "csrfmiddlewaretoken":
            return
        if said.get("type") == "file":
            self.files.append(name)
        else:
            self.typed.setdefault(name, said.get("value") or "")


def line(content: bytes, length: int) -> str:
    """Return so much of a shape as goes into one line of a head."""
    return as_text(content[:length]).replace("\r\n", " ")


# What a part of nothing says of itself, with the name of a field that takes files.
PARTS = {
    "many files": 'Content-Disposition: form-data; name="{name}"; filename="f"\r\n\r\n',
    "many files of nothing": 'Content-Disposition: form-data; name="{name}"; filename=""\r\n\r\n',
    "many files for nobody": 'Content-Disposition: form-data; filename="f"\r\n\r\n',
    "many fields in parts": 'Content-Disposition: form-data; name="{name}"\r\n\r\n',
    "many parts of nothing": "",
}


def parts(head: str, name: str, most_bytes: int) -> bytes:
    """As many parts of nothing as go into a body."""
    part = f"--x\r\n{head.format(name=name)}\r\n".encode()
    return part * ((most_bytes - AROUND) // len(part)) + b"--x--\r\n"


def file(content: bytes) -> SimpleUploadedFile:
    """A shape as a file."""
    return SimpleUploadedFile("file.csv", content)


MULTIPART, TYPED = "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"


def each_field(fuzz: Fuzz, client: Client, address: str, label: str, share: int) -> None:
    """Send every shape to every field of a page's forms, among the others as they stand; and many fields, many files."""
    page = Page(client.get(address).content.decode(errors="replace"))
    body = declared_at(address)

    def typed(name: str, content: bytes) -> Any:
        return client.post(address, {**page.typed, name: as_text(content)})

    def chosen(name: str, content: bytes) -> Any:
        return client.post(address, {**page.typed, name: file(content)})

    for name in page.typed:
        fuzz.each(f"{label} {name}", min(body.form_bytes, 500_000) - AROUND, share, partial(typed, name))
    for name in page.files:
        # The largest that a form reads; one that is larger it refuses without.
        most = max(body.files_bytes - TOO_MUCH, 64 * KILOBYTE)
        fuzz.each(f"{label} file {name}", most, max(1, share // 4), partial(chosen, name))
    if not (page.typed or page.files):
        return
    for shape, content, kind in (
        ("many fields", b"&".join([b"a=1"] * 16_000), TYPED),
        ("long names", b"&".join([b"a" * 600 + b"="] * 100), TYPED),
        *(
            (shape, parts(head, page.files[0] if page.files else "a", body.most_bytes), MULTIPART)
            for shape, head in PARTS.items()
        ),
        ("boundaries", b"--" * 30_000, "multipart/form-data; boundary=" + "-" * 60),
        ("heads of parts", b"--x\r\n" + b"A: " * 20_000, MULTIPART),
    ):
        fuzz.case(f"{label} {shape}", share, client.post, address, content, kind)
