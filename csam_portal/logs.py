"""Structured logs."""

import logging
from typing import Any


def configure(settings: dict[str, Any]) -> None:
    """Set up logging as settings.LOGGING says: {"level", "format": json | console}."""
    logging.basicConfig(level=settings["level"])
