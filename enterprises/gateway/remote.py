"""A register elsewhere, asked over HTTP (docs/register.md). When in doubt it is down: never a "no" that nobody said."""

import json
import random
import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from http.client import HTTPException
from typing import Any, TypeVar

import requests
import structlog
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError

from acts.errors import RegisterDown
from enterprises.gateway import wire
from enterprises.gateway.answers import Function, HolderCount, RegisteredEnterprise, RegisteredPerson, Standing
from enterprises.gateway.breaker import Breaker
from outgoing import http

T = TypeVar("T")

TRIES = 3
LARGEST_ANSWER = 1024 * 1024
_BLOCK = 64 * 1024
# How many questions may be under way at once in this process; one that hangs holds no page longer than its time.
_AT_ONCE = 16
# How many of the persons of one page are asked about at the same moment.
_TOGETHER = 8

log = structlog.get_logger("enterprises.register")


class _FailedError(Exception):
    """A try brought no answer that can be believed. `may_pass`: trying again may help (time-out, 5xx)."""

    def __init__(self, reason: str, *, may_pass: bool) -> None:
        super().__init__(reason)
        self.may_pass = may_pass


@dataclass(frozen=True)
class _Bearer(AuthBase):
    """The token of every request."""

    token: str

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


class RemoteRegister:
    """Answers from the register at REGISTER_URL. Questions are POSTs, so that no number stands in an address (BEHAVIOUR E4)."""

    def __init__(self) -> None:
        if not settings.REGISTER_URL:
            raise ImproperlyConfigured("REGISTER_URL is empty: the remote register has no address.")
        if settings.IS_PRODUCTION and not settings.REGISTER_URL.startswith("https://"):
            raise ImproperlyConfigured("REGISTER_URL must begin with https:// in production.")
        self._url = settings.REGISTER_URL.rstrip("/")
        self._seconds: float = settings.REGISTER_TIMEOUT_SECONDS
        self._breaker = Breaker(failures=settings.REGISTER_BREAKER_FAILURES, seconds=settings.REGISTER_BREAKER_SECONDS)
        self._session = http.session([self._url])
        self._session.auth = _Bearer(settings.REGISTER_TOKEN)
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="register")

    def enterprise(self, number: str) -> RegisteredEnterprise | None:
        return self._ask("enterprise", {"number": number}, partial(wire.enterprise, number=number))

    def person(self, insz: str) -> RegisteredPerson | None:
        return self._ask("person", {"insz": insz}, partial(wire.person, number=insz))

    def persons(self, insz: Sequence[str]) -> dict[str, RegisteredPerson]:
        # The wire has no question for several: a few at a time.
        with ThreadPoolExecutor(_TOGETHER) as threads:
            found = list(threads.map(self.person, insz))
        return {person.insz: person for person in found if person is not None}

    def standing(self, number: str, insz: str) -> Standing:
        return self._ask("standing", {"number": number, "insz": insz}, partial(wire.standing, number=insz))

    def functions(self, number: str) -> tuple[Function, ...]:
        return self._ask("functions", {"number": number}, wire.functions)

    def departed(self, number: str, insz: Sequence[str]) -> dict[str, date]:
        return self._ask("departed", {"number": number, "insz": list(insz)}, partial(wire.departed, asked=insz))

    def holders(self, code: str, *, legal_form: str, situation: str) -> HolderCount:
        return self._ask("holders", {"code": code, "legal_form": legal_form, "situation": situation}, wire.holders)

    def _ask(self, question: str, facts: dict[str, Any], read: Callable[[Any], T]) -> T:
        """Return what the register answers, within REGISTER_TIMEOUT_SECONDS. Raises RegisterDown."""
        if not self._breaker.allows():
            raise RegisterDown
        deadline = time.monotonic() + self._seconds
        # In a thread of its own: neither a slow name server nor a server that drips bytes keeps the page waiting.
        under_way: Future[T] = self._pool.submit(self._try, question, facts, read, deadline)
        try:
            answer = under_way.result(timeout=self._seconds)
        except (_FailedError, TimeoutError) as error:
            under_way.cancel()
            self._breaker.failed()
            log.warning("register.failed", question=question, reason=str(error) or "no time left")
            raise RegisterDown from error
        self._breaker.succeeded()
        return answer

    def _try(self, question: str, facts: dict[str, Any], read: Callable[[Any], T], deadline: float) -> T:
        """Ask up to three times while there is time, a little apart at random. Raises _FailedError."""
        for place in range(1, TRIES + 1):
            try:
                return self._try_once(question, facts, read, deadline)
            except _FailedError as error:
                pause = random.uniform(0.05, 0.15) * place  # noqa: S311 - spreads the load, keeps no secret
                if not error.may_pass or place == TRIES or time.monotonic() + pause >= deadline:
                    raise
                time.sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _try_once(self, question: str, facts: dict[str, Any], read: Callable[[Any], T], deadline: float) -> T:
        # Half of the whole time at most, so that a try that hangs leaves time for another.
        seconds = max(min(deadline - time.monotonic(), self._seconds / 2), 0.001)
        with (
            _failures_named(),
            self._session.post(
                f"{self._url}/{question}",
                json=facts,
                headers={"Accept": "application/json", "Accept-Encoding": "identity"},
                timeout=(seconds, seconds),
                allow_redirects=False,
                stream=True,
            ) as response,
        ):
            if response.status_code != requests.codes.ok:
                raise _FailedError(f"status {response.status_code}", may_pass=response.status_code >= 500)
            if response.headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/json":
                raise _FailedError("not JSON", may_pass=False)
            return read(json.loads(_body(response, deadline)))


@contextmanager
def _failures_named() -> Generator[None]:
    """Raise _FailedError for every way in which a request or its answer can go wrong."""
    try:
        yield
    except (requests.Timeout, requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
        raise _FailedError(type(error).__name__, may_pass=True) from error
    except (
        OSError,
        HTTPError,
        HTTPException,
    ) as error:  # RequestException is an OSError; the others slip past requests
        raise _FailedError(type(error).__name__, may_pass=False) from error
    except (ValueError, RecursionError) as error:
        raise _FailedError("not JSON", may_pass=False) from error
    except wire.GarbageError as error:
        raise _FailedError(f"not as agreed: {error}", may_pass=False) from error


def _body(response: requests.Response, deadline: float) -> bytes:
    body = b""
    for block in response.iter_content(_BLOCK):
        body += block
        if len(body) > LARGEST_ANSWER:
            raise _FailedError("too large", may_pass=False)
        if time.monotonic() > deadline:
            raise _FailedError("no time left", may_pass=False)
    return body
