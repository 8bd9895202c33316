"""A column for text that people paste: the same text however its lines end."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.db import models

if TYPE_CHECKING:
    TextField = models.TextField[str, str]
else:
    TextField = models.TextField


class _PastedField(forms.CharField):
    def to_python(self, value: Any) -> str:
        return "\n".join(line.strip() for line in (super().to_python(value) or "").splitlines())


class PastedTextField(TextField):
    """Its form takes lines without the blanks around them, ended as Unix does."""

    def formfield(self, **named: Any) -> Any:
        return super().formfield(**{"form_class": _PastedField, **named})
