"""Structured logs in which no national number, name, token or ticket stands (BEHAVIOUR E4).

One JSON object a line in production, readable lines in development. Whatever is logged, by us or by a library, goes through the
same cleaners: `without_address` takes paths and queries out of Django's own messages, `without_traceback` says a refusal in one
line, `masked` cuts every text of the line and hides what looks like a secret in it, tracebacks included (T15).
"""

import logging
import logging.config
import sys
import threading
from collections.abc import Mapping, MutableMapping
from itertools import islice
from types import TracebackType
from typing import Any

import structlog
from django.core.exceptions import ImproperlyConfigured

from csam_portal.masking import HIDDEN, cut, cut_traceback, mask

# Values that never belong into a log, whatever they look like.
SECRET_KEYS = frozenset({
    "password", "pin", "code", "state", "nonce", "secret", "token", "id_token", "access_token", "authorization", "cookie",
    "session", "csrftoken", "ticket", "insz", "email", "address",
})  # fmt: skip
# What the lines of a log hold is ours; whatever a library puts there has an end too.
_MOST_ITEMS = 100
_DEEPEST = 5


def masked(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Cut and mask every field of a line (a structlog processor)."""
    return _masked_fields(line, 0)


def _masked_fields(fields: Mapping[Any, Any], depth: int) -> dict[str, Any]:
    return {
        mask(cut(str(key))): HIDDEN if str(key).lower() in SECRET_KEYS else _masked_value(key, value, depth)
        for key, value in islice(fields.items(), _MOST_ITEMS)
    }


def _masked_value(key: Any, value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        # More digits than a number of anything has: Python would refuse to write them out.
        is_long = isinstance(value, int) and value.bit_length() > 128
        return HIDDEN if is_long or mask(str(value)) != str(value) else value
    if depth < _DEEPEST and isinstance(value, Mapping):
        return _masked_together(_masked_fields(value, depth + 1))
    if depth < _DEEPEST and isinstance(value, list | tuple | set | frozenset):
        return _masked_together([_masked_value("", item, depth + 1) for item in islice(value, _MOST_ITEMS)])
    return mask(cut_traceback(str(value)) if key == "exception" else cut(str(value)))


def _masked_together(items: list[Any] | dict[Any, Any]) -> Any:
    """Return clean items; as one text where a number stands in them piece by piece."""
    text = cut(str(items))
    return items if mask(text) == text else mask(text)


class WithoutAddress(logging.Filter):
    """Puts the route's name where Django's messages have the path: "Not Found: /e/…" becomes "Not Found: enterprise"."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        path = getattr(request, "path", None)
        if path is not None and isinstance(record.args, tuple):
            record.args = tuple(route_name(request) if argument == path else argument for argument in record.args)
        return True


class WithoutTraceback(logging.Filter):
    """Says in one line that a request was refused: anybody can ask for as many refusals as they like (BEHAVIOUR T15).

    Of a host that is not ours nothing else is said: what stands there is the stranger's text alone.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django.security"):
            record.exc_info = record.exc_text = record.stack_info = None
            record.levelno, record.levelname = logging.WARNING, "WARNING"
            if record.name == "django.security.DisallowedHost":
                record.msg, record.args = "A request for a host that is not ours was refused", ()
        return True


def route_name(request: Any) -> str:
    """Return the name of the route that a request took, "none" where it took none."""
    match = getattr(request, "resolver_match", None)
    return (match.view_name or match.route or "home") if match is not None else "none"


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def dict_config(*, level: str, style: str) -> dict[str, Any]:
    """Return the configuration of Python's logging: everything to standard error, cleaned. style: json or console.

    gunicorn.conf.py uses it too, before there are settings.
    """
    as_text = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"without_address": {"()": WithoutAddress}, "without_traceback": {"()": WithoutTraceback}},
        "formatters": {
            "cleaned": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _SHARED,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    masked,
                    as_text,
                ],
            }
        },
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "cleaned",
                "filters": ["without_address", "without_traceback"],
            }
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # The development server's line holds path and query; ours says the rest.
            "django.server": {"handlers": [], "level": "CRITICAL", "propagate": False},
            # Ends its messages with the path of every 4xx; ours has the status. What went wrong inside is an ERROR.
            "django.request": {"level": "ERROR"},
            # Says every step of every document that is made.
            "weasyprint.progress": {"level": "WARNING"},
            # Name the holder of every certificate that they refuse.
            "pyhanko": {"level": "CRITICAL"},
            "pyhanko_certvalidator": {"level": "CRITICAL"},
            "gunicorn.error": {"handlers": [], "level": level, "propagate": True},
            "gunicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
        },
    }


def _log_uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    error = error or kind()
    if isinstance(error, ImproperlyConfigured | KeyboardInterrupt | SystemExit):
        # Sentences of ours for whoever starts it, without any value.
        sys.__excepthook__(kind, error, trace)
    else:
        logging.getLogger("csam_portal").critical("uncaught", exc_info=(kind, error, trace))


def configure(settings: dict[str, Any]) -> None:
    """Set up logging as settings.LOGGING says: {"level", "format": json | console}."""
    logging.config.dictConfig(dict_config(level=settings["level"], style=settings["format"]))
    # What ends a process or a thread is a line like any other: Python would write it to the same place as it is.
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda ended: _log_uncaught(ended.exc_type, ended.exc_value, ended.exc_traceback)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
