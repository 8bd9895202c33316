"""A circuit breaker: who does not answer is left alone for a while, so that pages fail at once instead of one by one."""

import threading
import time
from collections.abc import Callable


class Breaker:
    """Opens after so many failures in a row; after so many seconds lets one question through to see (half open).

    For threads of one process; every process learns by itself.
    """

    def __init__(self, *, failures: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = failures
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._opened_at: float | None = None

    def allows(self) -> bool:
        """Tell whether a question may be asked now; who gets a yes tells how it ended."""
        with self._lock:
            if self._opened_at is None:
                return True
            now = self._clock()
            if now - self._opened_at < self._seconds:
                return False
            # This one is the probe: the others wait another while for what it brings.
            self._opened_at = now
            return True

    def succeeded(self) -> None:
        """Note an answer: all is well again."""
        with self._lock:
            self._failures, self._opened_at = 0, None

    def failed(self) -> None:
        """Note that no answer came, or none that can be believed."""
        with self._lock:
            self._failures += 1
            if self._failures >= self._limit:
                self._opened_at = self._clock()
