"""What the worker does besides mails and chores, as it comes: queues of other rooms, each its own table."""

from collections.abc import Callable, Iterator

_queues: dict[str, Callable[[], bool]] = {}


def register(name: str, take_one: Callable[[], bool]) -> None:
    """Add a queue. take_one does one thing that is due and tells whether there was one; killed in the middle, it is as if
    it had not begun. The same name again takes the place of the former."""
    _queues[name] = take_one


def registered() -> Iterator[Callable[[], bool]]:
    """Yield every queue."""
    yield from _queues.values()
