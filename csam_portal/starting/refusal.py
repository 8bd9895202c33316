"""One line of what does not start, and the error that names all of them at once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True)
class Refusal:
    """A fault that any of some settings may have.

    names: of the settings, as environment variables. words: the rest of the sentence; no value ever stands in it.
    holds: tells whether the setting of that name has the fault.
    """

    names: tuple[str, ...]
    words: str
    holds: Callable[[str], bool]

    def sentences(self) -> list[str]:
        """Return a sentence for every setting that has the fault."""
        return [f"{name} {self.words}." for name in self.names if self.holds(name)]


def one(name: str, words: str, holds: Callable[[], bool]) -> Refusal:
    """Return the refusal of a single setting."""
    return Refusal((name,), words, lambda _name: holds())


def among(sentences: Iterable[str], find: Callable[[], Iterable[str]]) -> list[Refusal]:
    """Return a refusal for each of the sentences that `find` may return; each begins with a setting's name."""
    return [
        one(name, words.removesuffix("."), lambda sentence=sentence: sentence in find())  # type: ignore[misc]
        for sentence in sentences
        for name, _space, words in [sentence.partition(" ")]
    ]


class DoesNotStart(ImproperlyConfigured):
    """These settings are unsafe. Its text is for whoever starts the portal."""
