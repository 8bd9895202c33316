"""Columns to sort and search by: compared byte by byte on both engines, so that a prefix and a keyset find their index."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from formats.names import fold

_COLLATIONS = {"postgresql": "C", "sqlite": "BINARY"}


class KeyField(models.CharField):  # type: ignore[type-arg]  # django-stubs: the arguments are CharField's own
    """A folded text (formats.names.fold): never shown, never null."""

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, Any]:
        """Add the collation of the engine."""
        return {**super().db_parameters(connection), "collation": _COLLATIONS.get(connection.vendor)}


class FoldedField(KeyField):
    """The folded text of another column of the same row, written with it (`update_fields` names both). source: its name."""

    def __init__(self, *args: Any, source: str, **kwargs: Any) -> None:
        self.source = source
        super().__init__(*args, **{"editable": False, "blank": True, "default": "", "db_default": "", **kwargs})

    def deconstruct(self) -> Any:
        """Keep the source in migrations."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "source": self.source}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """Return what is stored; folding may make a text longer, and what lies past the column's end sorts nothing."""
        key = fold(getattr(model_instance, self.source))[: self.max_length]
        setattr(model_instance, self.attname, key)
        return key
