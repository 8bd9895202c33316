"""Structured logs in which no national number, name, token or ticket stands (BEHAVIOUR E4).

One JSON object a line in production, readable lines in development. Whatever is logged, by us or by a library, goes through the
same two cleaners: `without_address` takes paths and queries out of Django's own messages, `masked` hides what looks like a
secret in any text of the line, tracebacks included.
"""

import logging
import logging.config
import re
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

HIDDEN = "…"
# Values that never belong into a log, whatever they look like.
SECRET_KEYS = frozenset({
    "password", "pin", "code", "state", "nonce", "secret", "token", "id_token", "access_token", "authorization", "cookie",
    "session", "csrftoken", "ticket", "insz", "email", "address",
})  # fmt: skip
# Between the digits of a number: as typed, or as an address has it.
_SEPARATORS = r"(?:[ \t.,/_+-]|%2[0DEF]){0,3}"
_SECRETS = re.compile(
    r"""
    # Digests, request ids and public ids stay: they name nobody, and eleven digits in a row occur in them by chance.
    (?P<keep> \b (?: [0-9a-f]{64} | [0-9a-f]{32} | [0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12} ) \b )
    # Eleven digits in the notations of a national number. Check digits play no part: mistyped ones are hidden too.
  | (?<!\d) \d\d SEPARATORS \d\d SEPARATORS \d\d SEPARATORS \d\d\d SEPARATORS \d\d (?!\d)
  | (?P<link> /link/ ) [^\s/"'?]+
  | (?P<query> \b (?: code | state | nonce | pin | password | secret | \w*token | session(?:id)? ) = ) [^\s&;"']+
    # Tickets: thirteen out of 31 characters.
  | \b [2-9A-HJKMNP-Z]{13} \b
    # Mail addresses.
  | [^\s@<>"'(:]+ @ [^\s@<>"'),:]+
    # What PostgreSQL says of a row that broke a constraint.
  | (?P<detail> \b DETAIL: ) [^\n]*
    """.replace("SEPARATORS", _SEPARATORS),
    re.VERBOSE,
)


def mask(text: str) -> str:
    """Return text without national numbers, tickets, mail addresses, link secrets and the like."""
    return _SECRETS.sub(_hide, text)


def _hide(found: re.Match[str]) -> str:
    if found["keep"]:
        return found[0]
    return (found["link"] or found["query"] or found["detail"] or "") + HIDDEN


def masked(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask every field of a line (a structlog processor)."""
    return {
        mask(str(key)): HIDDEN if str(key).lower() in SECRET_KEYS else _masked_value(value)
        for key, value in line.items()
    }


def _masked_value(value: Any) -> Any:
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if mask(str(value)) == str(value) else HIDDEN
    if isinstance(value, Mapping):
        return masked(None, "", dict(value))
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked_value(item) for item in value]
    return mask(str(value))


class WithoutAddress(logging.Filter):
    """Puts the route's name where Django's messages have the path: "Not Found: /e/…" becomes "Not Found: enterprise"."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        path = getattr(request, "path", None)
        if path is not None and isinstance(record.args, tuple):
            record.args = tuple(route_name(request) if argument == path else argument for argument in record.args)
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
        "filters": {"without_address": {"()": WithoutAddress}},
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
            "stderr": {"class": "logging.StreamHandler", "formatter": "cleaned", "filters": ["without_address"]}
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


def configure(settings: dict[str, Any]) -> None:
    """Set up logging as settings.LOGGING says: {"level", "format": json | console}."""
    logging.config.dictConfig(dict_config(level=settings["level"], style=settings["format"]))
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
