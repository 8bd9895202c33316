"""Fields of a sender's pages: applications to tick, and a certificate or key that is uploaded or pasted."""

import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from acts.errors import Refused
from enterprises.models import Application
from senders.issuers import read_admitted
from senders.reading.certificates import ReadCertificate
from senders.reading.material import MAX_BYTES
from senders.reading.refusals import SENTENCES
from senders.reading.ssh_keys import ReadSshKey, openssh, read_ssh_key
from ui.forms import PortalForm
from ui.pages import Body

# What a page with such fields takes: both as a file, or their text, which travels on as a form's. One that is too large is
# refused by the form, which says so.
MATERIAL = Body(form_bytes=8 * MAX_BYTES, files=2, files_bytes=8 * MAX_BYTES)
# What somebody handed in that must not come back to the page.
SECRETS = frozenset({"private_key", "pkcs12"})


class ApplicationsField(forms.MultipleChoiceField):
    """Applications to tick. Cleaned to their ids with commas between, which a journey keeps as text."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, applications: Iterable[Application], **kwargs: Any) -> None:
        super().__init__(choices=[(str(one.pk), one.name) for one in applications], **kwargs)

    def to_python(self, value: Any) -> list[str]:
        """Take ticks, or a kept text."""
        return _ids(value)

    def prepare_value(self, value: Any) -> list[str]:
        """Show a kept text as ticks."""
        return _ids(value)

    def clean(self, value: Any) -> str:
        """Return the ids as one text."""
        return ",".join(super().clean(value))


def _ids(value: Any) -> list[str]:
    texts = value if isinstance(value, list | tuple) else [value or ""]
    return [part for text in texts for part in str(text).split(",") if part]


def _as_pem(read: ReadCertificate) -> str:
    return ssl.DER_cert_to_PEM_cert(read.content)


def _as_line(read: ReadSshKey) -> str:
    return openssh(read.content)


@dataclass(frozen=True)
class Material:
    """A kind of thing to hand in: what reads it, how it stands in its text field, and the words around its two fields."""

    read: Callable[[bytes], Any]
    as_text: Callable[[Any], str]
    upload: Any
    content: Any
    accept: str
    hint: Any
    missing: Any


MATERIALS = {
    "ssh_key": Material(
        read_ssh_key,
        _as_line,
        _("Loading of the public SSH key"),
        _("Content of the public SSH key"),
        ".pub,.txt",
        _("A file .pub of at most 64 KB: the public part alone."),
        _("Choose the file with the public SSH key, or paste its text."),
    ),
    "certificate": Material(
        read_admitted,
        _as_pem,
        _("Upload of the certificate"),
        _("Content of the certificate"),
        ".cer,.crt,.pem,.der",
        _("A file .cer, .crt, .pem or .der of at most 64 KB: the public part alone."),
        _("Choose the file with the certificate, or paste its text."),
    ),
}


def material_fields(name: str) -> dict[str, forms.Field]:
    """Return the two fields of a certificate or key (a name of MATERIALS): the file, and its text."""
    material = MATERIALS[name]
    return {
        f"{name}_file": forms.FileField(
            label=material.upload,
            required=False,
            help_text=material.hint,
            widget=forms.FileInput(attrs={"accept": material.accept}),
            error_messages={"empty": SENTENCES["empty"]},
        ),
        f"{name}_text": forms.CharField(
            label=material.content,
            required=False,
            max_length=MAX_BYTES,
            help_text=_("Or paste the text here."),
            widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"}),
            error_messages={"max_length": SENTENCES["too_large"]},
        ),
    }


class MaterialForm(PortalForm):
    """A form that asks certificates or keys, each as a file or as text; the file goes before the text.

    `read` has what was read, by the names of MATERIALS, once the form is cleaned. What was read well stands in the text field
    when the page comes back, so that nobody has to choose a file twice. A private key never comes back.
    """

    def __init__(
        self,
        *args: Any,
        materials: Iterable[str],
        further: Mapping[str, forms.Field] | None = None,
        **kwargs: Any,
    ) -> None:
        self.materials = tuple(materials)
        self.read: dict[str, Any] = {}
        fields = {name: field for one in self.materials for name, field in material_fields(one).items()}
        super().__init__(*args, further={**fields, **(further or {})}, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Read what was handed in."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in self.materials:
            file: UploadedFile[Any] | None = cleaned.pop(f"{name}_file", None)
            if self.errors.keys() & {f"{name}_file", f"{name}_text"}:
                self._show(f"{name}_text", "")
                continue
            content = file.read(MAX_BYTES + 1) if file else str(cleaned.get(f"{name}_text", "")).encode()
            self._read(name, content, f"{name}_file" if file or not content else f"{name}_text", cleaned)
        return cleaned

    def _read(self, name: str, content: bytes, field: str, cleaned: dict[str, Any]) -> None:
        if not content:
            self.add_error(field, str(MATERIALS[name].missing))
            return
        try:
            self.read[name] = MATERIALS[name].read(content)
        except Refused as refusal:
            self.add_error(field, str(refusal.sentence))
            if refusal.code in SECRETS:
                self._show(f"{name}_text", "")
            return
        cleaned[f"{name}_text"] = MATERIALS[name].as_text(self.read[name])
        self._show(f"{name}_text", cleaned[f"{name}_text"])

    def _show(self, field: str, text: str) -> None:
        """Let the page show this text in a field instead of what was typed."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        data[field] = text
        self.data = data
