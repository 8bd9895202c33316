"""The worker: mails and queues as they come, chores by the clock. Start as many as you like: none keeps anything in memory."""

import signal
import time
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import TypeVar

import structlog
from django.db import close_old_connections, connection
from django.db.utils import InterfaceError, OperationalError

from outbox import chores, queues, sending

PAUSE_SECONDS = 1.0

log = structlog.get_logger("outbox.worker")
Answer = TypeVar("Answer")


class Worker:
    """Works until told to stop: SIGTERM and SIGINT let it finish the mail in hand."""

    def __init__(self) -> None:
        self.stopping = False

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Finish what is in hand, then end."""
        self.stopping = True

    def run(self) -> None:
        """Work for ever."""
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        log.info("worker.started")
        while not self.stopping:
            close_old_connections()
            if not self.drain():
                time.sleep(PAUSE_SECONDS)
        log.info("worker.stopped")

    def drain(self) -> int:
        """Send every mail that is due and empty the queues, in turn so that a long queue keeps no mail waiting; then run the
        chores that are due. Return how much there was to do.
        """
        done = 0
        while not self.stopping and (busy := self._send_one() + self._take_one_of_each()):
            done += busy
        if not self.stopping:
            done += self._patiently(chores.run_due) or 0
        return done

    def _send_one(self) -> int:
        mail = self._patiently(sending.claim)
        if mail is None:
            return 0
        sent = sending.send(mail)
        self._patiently(partial(sending.mark, mail, sent=sent), even_when_stopping=True)
        return 1

    def _take_one_of_each(self) -> int:
        return sum(bool(self._patiently(take_one)) for take_one in queues.registered() if not self.stopping)

    def _patiently(self, ask: Callable[[], Answer], *, even_when_stopping: bool = False) -> Answer | None:
        """Ask the database; where it is locked or away, wait and ask again. Returns None when told to stop meanwhile."""
        while True:
            try:
                return ask()
            except (OperationalError, InterfaceError) as trouble:
                log.warning("worker.waits", reason=type(trouble).__name__)
                connection.close()
                if self.stopping and not even_when_stopping:
                    return None
                time.sleep(PAUSE_SECONDS)
