"""The acts of the desk as forms: what each asks, and the act of `htb.requests` that it leads to (BEHAVIOUR X7, X8)."""

from typing import ClassVar

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from formats import enterprise_number, insz
from htb import evidence, requests
from htb.document.scans import SCAN_LIMIT
from htb.enums import CodeCheck, RequestAct
from htb.facts import read_facts_about
from htb.models import RefusalTemplate, Request
from htb.policies import needs_comparing
from identity.actor import Actor
from ui.forms import DateField

LONGEST_TEXT = 2000


class ReasonField(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's own class takes no argument
    """A reason for refusing, shown as it reads in the language of the desk."""

    def label_from_instance(self, obj: RefusalTemplate) -> str:
        return obj.text_in(get_language() or "nl")


class ActForm(forms.Form):
    """One act. `carry_out` does it and returns the sentence that tells so; it raises what the act raises."""

    act: ClassVar[RequestAct]
    heading: ClassVar[Promise]
    button: ClassVar[Promise]
    required_css_class = "required"
    # Set where what was done is bad news.
    is_alarm = False

    def suit(self, case: Request) -> None:
        """Leave out what does not concern this case."""

    def carry_out(self, actor: Actor, case: Request) -> str:
        """Do it."""
        raise NotImplementedError


class ReceiveForm(ActForm):
    """The original came by post."""

    act = RequestAct.RECEIVE
    heading = _("Document received")
    button = _("Record the receipt")
    received_on = DateField(label=_("Day on which the original came"), initial=timezone.localdate)

    def carry_out(self, actor: Actor, case: Request) -> str:
        requests.receive(actor=actor, request=case.public_id, received_on=self.cleaned_data["received_on"])
        return gettext("The receipt is recorded.")


class ScanForm(ActForm):
    """The scan of the letter."""

    act = RequestAct.ATTACH_SCAN
    heading = _("Scan of the signed document")
    button = _("Attach the scan")
    scan = forms.FileField(
        label=_("PDF, JPEG or PNG file of at most 10 MB"),
        help_text=_("At most ten pages. The QR code on it is compared with the document that we made."),
    )

    def carry_out(self, actor: Actor, case: Request) -> str:
        # No more is read than shows that a file is too large.
        content = self.cleaned_data["scan"].read(SCAN_LIMIT + 1)
        attached = evidence.attach_scan(actor=actor, request=case.public_id, content=content)
        if attached.code_check == CodeCheck.SAME:
            return gettext("The scan is attached. Its QR code is that of the document that we made.")
        return gettext("The scan is attached. No QR code of ours could be read from it.")


class CompareForm(ActForm):
    """The letter's QR code, read with a hand scanner."""

    act = RequestAct.COMPARE_CODE
    heading = _("QR code of the letter")
    button = _("Compare the QR code")
    scanned = forms.CharField(
        label=_("What your scanner reads from the QR code on the letter"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "size": 60}),
        max_length=200,
    )

    def carry_out(self, actor: Actor, case: Request) -> str:
        check = evidence.compare_code(actor=actor, request=case.public_id, text=self.cleaned_data["scanned"])
        self.is_alarm = check != CodeCheck.SAME
        return said_of(check)


def said_of(check: CodeCheck) -> str:
    """Return what came of comparing a QR code, as the desk reads it."""
    if check == CodeCheck.SAME:
        return gettext("The QR code is that of the document that we made.")
    return gettext(
        "The QR code is NOT that of the document that we made: its digest differs. The letter was made by somebody else, or "
        "changed. Nobody can receive or approve it."
    )


class ApproveForm(ActForm):
    """The decision, on what the register says at this moment."""

    act = RequestAct.APPROVE
    heading = _("Approve")
    button = _("Approve")
    reason = forms.CharField(
        label=_("What did you check?"),
        help_text=_(
            "For the history. Where a name differs above, you confirm with this that it is the same person or enterprise."
        ),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=LONGEST_TEXT,
    )
    is_compared = forms.BooleanField(
        label=_("The QR code could not be read: I compared the letter with the document as we made it, line by line."),
        required=False,
    )

    def suit(self, case: Request) -> None:
        if not needs_comparing(case):
            del self.fields["is_compared"]

    def carry_out(self, actor: Actor, case: Request) -> str:
        appointed = requests.approve(
            actor=actor,
            request=case.public_id,
            facts=read_facts_about(case),
            reason=self.cleaned_data["reason"],
            is_compared=self.cleaned_data.get("is_compared", False),
        )
        done = gettext("The request is approved: %(name)s is Chief Access Manager.") % {"name": case.chief_name}
        return f"{done} {code_once(appointed.activation_code)}" if appointed.activation_code else done


def code_once(code: str) -> str:
    """Return the sentence that shows an activation code, which stands nowhere else (L7)."""
    return gettext(
        "This person cannot log in for the role yet and got a link by e-mail. The code that goes with it, shown only now: "
        "%(code)s. Give it by telephone or by post, never by e-mail."
    ) % {"code": code}


class RefuseForm(ActForm):
    """The other decision; the applicant reads the reason in the request's language."""

    act = RequestAct.REFUSE
    heading = _("Refuse")
    button = _("Refuse")
    template = ReasonField(label=_("Reason that the applicant reads"), queryset=RefusalTemplate.objects.all())
    note = forms.CharField(
        label=_("Internal note"), widget=forms.Textarea(attrs={"rows": 2}), required=False, max_length=LONGEST_TEXT
    )

    def carry_out(self, actor: Actor, case: Request) -> str:
        answers = self.cleaned_data
        requests.refuse(actor=actor, request=case.public_id, template=answers["template"], note=answers["note"])
        return gettext("The request is refused. The applicant gets the reason by e-mail.")


class ReopenForm(ActForm):
    """A refused request is taken up again."""

    act = RequestAct.REOPEN
    heading = _("Take up again")
    button = _("Take up again")
    reason = forms.CharField(
        label=_("Reason, for the history"), widget=forms.Textarea(attrs={"rows": 2}), max_length=LONGEST_TEXT
    )

    def carry_out(self, actor: Actor, case: Request) -> str:
        requests.reopen(actor=actor, request=case.public_id, reason=self.cleaned_data["reason"])
        return gettext("The request is taken up again.")


class NewCodeForm(ActForm):
    """The code that was shown at the approval is lost."""

    act = RequestAct.NEW_CODE
    heading = _("New activation code")
    button = _("Give a new activation code")
    reason = forms.CharField(
        label=_("Reason, for the history"),
        help_text=_(
            "Only while the Chief Access Manager cannot log in for the role yet. The earlier link and code end; a new link "
            "goes out by e-mail."
        ),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=LONGEST_TEXT,
    )

    def carry_out(self, actor: Actor, case: Request) -> str:
        return code_once(requests.new_code(actor=actor, request=case.public_id, reason=self.cleaned_data["reason"]))


class NoteForm(ActForm):
    """What a colleague should know."""

    act = RequestAct.NOTE
    heading = _("Internal note")
    button = _("Add the note")
    note = forms.CharField(
        label=_("What colleagues should know"), widget=forms.Textarea(attrs={"rows": 2}), max_length=LONGEST_TEXT
    )

    def carry_out(self, actor: Actor, case: Request) -> str:
        requests.note(actor=actor, request=case.public_id, text=self.cleaned_data["note"])
        return gettext("The note is added.")


# In the order of the page.
FORMS: tuple[type[ActForm], ...] = (
    ReceiveForm, ScanForm, CompareForm, ApproveForm, RefuseForm, ReopenForm, NewCodeForm, NoteForm,
)  # fmt: skip


class CallerForm(forms.Form):
    """Whom a caller asks about, and why staff look (BEHAVIOUR X11)."""

    required_css_class = "required"
    number = forms.CharField(
        label=_("Enterprise number or national register number"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reason = forms.CharField(
        label=_("Why you look"),
        help_text=_("The Chief Access Manager of the enterprise can read this."),
        max_length=200,
    )

    def clean_number(self) -> tuple[str, str]:
        """Return ("enterprise", ten digits) or ("person", eleven digits)."""
        typed = self.cleaned_data["number"]
        if number := enterprise_number.parse(typed):
            return "enterprise", number
        if number := insz.parse(typed):
            return "person", number
        raise forms.ValidationError(
            gettext("This is no enterprise number and no national register number. Compare it once more."),
            code="no_number",
        )
