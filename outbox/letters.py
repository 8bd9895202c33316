"""A letter as data: written once, rendered as plain text and as HTML, so that the two can never differ."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Paragraph:
    """Running text."""

    text: str


@dataclass(frozen=True)
class Facts:
    """Names and values, one line each."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Steps:
    """What to do, in order."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class PageLink:
    """A link to a page (absolute address), never to an action."""

    text: str
    address: str


Block = Paragraph | Facts | Steps | PageLink


@dataclass(frozen=True)
class Letter:
    """A mail in the receiver's language: write it under `translation.override(language)`."""

    subject: str
    greeting: str
    blocks: tuple[Block, ...] = field(default_factory=tuple)
