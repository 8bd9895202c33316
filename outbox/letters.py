"""A letter as data: written once, rendered as plain text and as HTML, so that the two can never differ."""

from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True)
class Paragraph:
    """Running text."""

    kind: ClassVar[str] = "paragraph"
    text: str


@dataclass(frozen=True)
class Facts:
    """Names and values, one line each."""

    kind: ClassVar[str] = "facts"
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Steps:
    """What to do, in order."""

    kind: ClassVar[str] = "steps"
    items: tuple[str, ...]


@dataclass(frozen=True)
class PageLink:
    """A link to a page (absolute address), never to an action."""

    kind: ClassVar[str] = "link"
    text: str
    address: str


Block = Paragraph | Facts | Steps | PageLink


@dataclass(frozen=True)
class Letter:
    """A mail in the receiver's language: write it under `translation.override(language)`."""

    subject: str
    greeting: str
    blocks: tuple[Block, ...] = field(default_factory=tuple)
