"""Acts that meet: none has seen what the others are about to do, whichever is first."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections, transaction

from enterprises.models import Enterprise

Click = Callable[[], Any]
# Seconds in which a click comes as far as its first lock.
UNTIL_IT_WAITS = 0.15


def meet(*clicks: Click) -> list[Any]:
    """Let clicks meet: each has looked at how things stand and waits for the enterprise before the first of them gets it.

    On PostgreSQL they get it in the order given, on SQLite in any.
    """

    def patiently(click: Click) -> Any:
        try:
            return click()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(clicks)) as pool:
        with transaction.atomic():
            list(Enterprise.objects.select_for_update())
            waiting = []
            for click in clicks:
                waiting.append(pool.submit(patiently, click))
                time.sleep(UNTIL_IT_WAITS)
        return [one.result() for one in waiting]
