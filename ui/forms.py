"""Forms that render themselves with the portal's components, and the fields that several pages ask.

`{{ form }}` renders all fields, `{{ form.name.as_field_group }}` one. What was typed always comes back; errors stand at the
field and in the summary that base.html shows, whose links focus the field (BEHAVIOUR E3).
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField
from phonenumber_field.phonenumber import PhoneNumber

from formats import enterprise_number, insz

# Longer than any notation of a number, short enough that nobody pastes a book into it.
NUMBER_LENGTH = 30
MAILBOX_ADVICE = _(
    "Best a general mailbox of the enterprise, such as management@enterprise.be, that is also read when somebody is away."
)
# What people type where the browser has no calendar.
DAY_FORMATS = ["%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y"]
# The first that fits (several checkboxes are a kind of radios to Django); everything else is one line of text.
LOOKS: list[tuple[type[forms.Widget], str]] = [
    (forms.CheckboxInput, "govuk-checkboxes__input"),
    (forms.CheckboxSelectMultiple, "govuk-checkboxes__input"),
    (forms.RadioSelect, "govuk-radios__input"),
    (forms.Select, "govuk-select"),
    (forms.Textarea, "govuk-textarea"),
    (forms.FileInput, "govuk-file-upload"),
]


def one_line(text: str) -> str:
    """Return a text without its line ends, as a browser sends what is typed in a field of one line."""
    return " ".join(text.splitlines())


class Renderer(TemplatesSetting):
    """Takes the templates of forms and fields from ui/templates/ui."""

    form_template_name = "ui/form.html"
    field_template_name = "ui/field.html"


class BoundField(forms.BoundField):
    """A field on a page: knows where its error link leads, and dresses its widget."""

    @property
    def is_tick(self) -> bool:
        """Whether it is one checkbox, whose label comes after it."""
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def first_id(self) -> str:
        """The id of its first input: the target of the error summary's link."""
        return f"{self.auto_id}_0" if isinstance(self.field.widget, forms.RadioSelect) else str(self.id_for_label)

    @property
    def shows_required(self) -> bool:
        """Whether the mark * stands beside the label: not at a tick, whose sentence is the whole point."""
        return (self.field.required or getattr(self.field, "is_required_in_branch", False)) and not self.is_tick

    def value(self) -> Any:
        """Return what stands in the field: in one line of text without line ends, which HTML has no place for there."""
        shown = super().value()
        is_one_line = isinstance(self.field.widget, forms.TextInput) and not self.is_hidden
        return one_line(shown) if is_one_line and isinstance(shown, str) else shown

    def css_classes(self, extra_classes: Any = None) -> str:
        """Return the classes of the group around the field."""
        return "govuk-form-group govuk-form-group--error" if self.errors else "govuk-form-group"

    def build_widget_attrs(self, attrs: Any, widget: forms.Widget | None = None) -> dict[str, Any]:
        """Add the look, and what a screen reader says; the choices of a group leave that to its fieldset."""
        built: dict[str, Any] = super().build_widget_attrs(attrs, widget)
        if self.is_hidden:
            return built
        if isinstance(self.field.widget, forms.RadioSelect):
            built.pop("aria-invalid", None)
        elif self.shows_required:
            built["aria-required"] = "true"
        built["class"] = " ".join(filter(None, [self.field.widget.attrs.get("class"), *self._look()]))
        return built

    def _look(self) -> list[str]:
        block = next((name for kind, name in LOOKS if isinstance(self.field.widget, kind)), "govuk-input")
        with_errors = self.errors and not block.endswith("__input")
        return [block, f"{block}--error"] if with_errors else [block]


class PortalForm(forms.Form):
    """The form that every page's form is made from. further: fields that depend on what the page is about, by name."""

    bound_field_class = BoundField
    use_required_attribute = False  # the browser's own bubbles speak the browser's language and cannot be printed

    def __init__(self, *args: Any, further: Mapping[str, forms.Field] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.update(further or {})
        for name, field in self.fields.items():
            if isinstance(field, forms.CharField) and field.max_length is None:
                raise TypeError(f"{type(self).__name__}.{name}: a text field says how long an answer may be")
            if field.error_messages["required"] == forms.Field.default_error_messages["required"]:
                field.error_messages["required"] = format_lazy(_("Fill in “{label}”."), label=field.label or name)
            if isinstance(field.widget, forms.CheckboxSelectMultiple):
                field.widget.template_name = "ui/checkboxes.html"
            elif isinstance(field.widget, forms.RadioSelect):
                field.widget.template_name = "ui/radios.html"


class _NumberField(forms.CharField):
    """A number of which the separators do not matter; cleaned to its digits."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=NUMBER_LENGTH, **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Digits on a telephone's keyboard; the browser neither keeps nor corrects them."""
        attrs = {
            "inputmode": "numeric",
            "autocomplete": "off",
            "spellcheck": "false",
            "class": "govuk-input--width-20 number",
        }
        return {**super().widget_attrs(widget), **attrs}

    def clean(self, value: Any) -> str:
        """Return the digits, or "" where the field may stay empty; raise ValidationError with the reason."""
        typed = super().clean(value)
        return self.digits(typed) if typed else ""

    def digits(self, typed: str) -> str:
        """Return the digits of what was typed, or raise ValidationError."""
        raise NotImplementedError


class InszField(_NumberField):
    """A national register or BIS number in any notation; cleaned to its eleven digits."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": _("Enter the national register number."),
        "invalid": _(
            "This is not a possible national register number. Check the 11 digits, for example 70.03.14-998.73."
        ),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"help_text": _("11 digits"), **kwargs})

    def digits(self, typed: str) -> str:
        """Return eleven digits."""
        number = insz.parse(typed)
        if number is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return number


class EnterpriseNumberField(_NumberField):
    """An enterprise number in any notation; cleaned to its ten digits (BEHAVIOUR S2)."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": _("Enter the enterprise number."),
        "invalid": _("This is not a possible enterprise number. Check the 10 digits, for example 0999.000.129."),
        "establishment": _(
            "This is the number of an establishment unit. Enter the enterprise number: it starts with 0 or 1."
        ),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"help_text": _("10 digits"), **kwargs})

    def digits(self, typed: str) -> str:
        """Return ten digits."""
        number = enterprise_number.parse(typed)
        if number is None:
            code = "establishment" if enterprise_number.is_establishment(typed) else "invalid"
            raise ValidationError(self.error_messages[code], code=code)
        return number


class TelephoneField(PhoneNumberField):  # type: ignore[misc]  # the library has no types
    """A telephone number, Belgian unless it says otherwise; cleaned to the international notation +32 2 511 51 51.

    is_own: the number of the person who fills in the form, which the browser may then offer.
    """

    def __init__(self, *, is_own: bool = True, error_messages: dict[str, Any] | None = None, **kwargs: Any) -> None:
        self.is_own = is_own
        sentences = {
            "required": _("Enter the telephone number."),
            "invalid": _("This is not a possible telephone number. Enter it as 0470 12 34 56 or +32 470 12 34 56."),
        }
        super().__init__(region="BE", max_length=NUMBER_LENGTH, **kwargs)
        # After the library, which gives its own sentence to whoever does not set one by hand.
        self.error_messages.update({**sentences, **(error_messages or {})})

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """The keyboard for telephone numbers."""
        autocomplete = "tel" if self.is_own else "off"
        return {**super().widget_attrs(widget), "autocomplete": autocomplete, "class": "govuk-input--width-20 number"}

    def clean(self, value: Any) -> str:
        """Return the number in the international notation, or "" where the field may stay empty."""
        number = super().clean(value)
        return number.as_international if isinstance(number, PhoneNumber) else ""


class EmailField(forms.EmailField):
    """An e-mail address. is_own: that of the person who fills in the form, which the browser may then offer."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": _("Enter the e-mail address."),
        "invalid": _("This is not a possible e-mail address. Enter it as name@example.be."),
    }

    def __init__(self, *, is_own: bool = True, **kwargs: Any) -> None:
        self.is_own = is_own
        super().__init__(**{"max_length": 254, **kwargs})

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """The keyboard for addresses, without "corrections"."""
        autocomplete = "email" if self.is_own else "off"
        return {**super().widget_attrs(widget), "autocomplete": autocomplete, "spellcheck": "false"}


class PasswordField(forms.CharField):
    """A password, kept as typed (no trimming) and never sent back to the page."""

    def __init__(self, *, is_new: bool = False, **kwargs: Any) -> None:
        self.is_new = is_new
        super().__init__(**{"max_length": 200, **kwargs}, strip=False, widget=forms.PasswordInput)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """What a password manager needs to know."""
        return {**super().widget_attrs(widget), "autocomplete": "new-password" if self.is_new else "current-password"}


class DateInput(forms.DateInput):
    """The browser's own calendar. What is no date comes back in a field of text: a calendar would swallow it."""

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d", attrs={"class": "govuk-input--width-10"})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Choose the kind of field by what it has to hold."""
        context = super().get_context(name, value, attrs)
        context["widget"]["type"] = "date" if _fits_a_calendar(context["widget"]["value"]) else "text"
        return context


def _fits_a_calendar(value: str | None) -> bool:
    """Tell whether an input of type "date" may hold this: nothing, or a day as YYYY-MM-DD (HTML, valid date string)."""
    if not value:
        return True
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


class DateField(forms.DateField):
    """A day, chosen with the browser's own calendar or typed."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": _("This is not a possible date. Enter day, month and year, for example 14-03-2026."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=DateInput, **kwargs)
        self.input_formats = ["%Y-%m-%d", *DAY_FORMATS]


class ContentField(forms.FileField):
    """A file, cleaned to what it holds. Of one that is too large nothing is read.

    most_bytes: how large it may be. accept: what the browser's chooser offers. error_messages: "too_large" has to be there.
    """

    def __init__(self, *, most_bytes: int, accept: str, **kwargs: Any) -> None:
        self.most_bytes = most_bytes
        super().__init__(widget=forms.FileInput(attrs={"accept": accept}), **kwargs)

    def to_python(self, data: Any) -> bytes | None:  # type: ignore[override]  # Django's returns the file itself
        """Return the content, None where no file came."""
        file = super().to_python(data)
        if file is None:
            return None
        if file.size is None or file.size > self.most_bytes:
            raise ValidationError(self.error_messages["too_large"], code="too_large")
        content: bytes = file.read()
        return content
