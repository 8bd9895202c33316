"""The one way to the register (BEHAVIOUR E6): an interface and two implementations, chosen by REGISTER_GATEWAY."""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from enterprises.gateway.answers import (
    Function,
    HolderCount,
    Register,
    RegisteredEnterprise,
    RegisteredPerson,
    Standing,
)

__all__ = ["Function", "HolderCount", "Register", "RegisteredEnterprise", "RegisteredPerson", "Standing", "register"]


def register() -> Register:
    """Return the register that the settings name. Every call on it may raise RegisterDown."""
    return _register(settings.REGISTER_GATEWAY)


@cache
def _register(path: str) -> Register:
    implementation: Register = import_string(path)()
    return implementation
