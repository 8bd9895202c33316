"""How far a long command is: a bar on a terminal, plain lines elsewhere (a log, a cron mail)."""

import time
from typing import TextIO

_WIDTH = 30
_SECONDS = 0.2


class Progress:
    """Counts what is done of a total, in bytes."""

    def __init__(self, stream: TextIO, total: int) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._total = max(total, 1)
        self._done = 0
        self._drawn_at = 0.0
        self._step = ""

    def begin(self, step: str) -> None:
        """Name what is done now."""
        self._step = step
        if self._is_terminal:
            self._draw()
        else:
            self._stream.write(f"{self._done * 100 // self._total:3} % {step}\n")

    def advance(self, size: int) -> None:
        """Note that so many bytes more are done."""
        self._done += size
        if self._is_terminal and time.monotonic() - self._drawn_at > _SECONDS:
            self._draw()

    def end(self) -> None:
        """Leave the terminal's line."""
        if self._is_terminal:
            self._stream.write("\r\x1b[K")

    def _draw(self) -> None:
        self._drawn_at = time.monotonic()
        part = min(self._done / self._total, 1)
        bar = "█" * round(part * _WIDTH)
        self._stream.write(f"\r\x1b[K{bar:░<{_WIDTH}} {part:4.0%} {self._step}")
        self._stream.flush()
