"""Rules about the state of things: which enterprise can be registered, who can be its chief (BEHAVIOUR S2, S3, S5).

Each rule raises Refused with its own sentence and code; a page state and a test belong to every code.
"""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from access_admins.models import ChiefRole
from acts.errors import Refused
from acts.permissions import can
from enterprises.enums import State
from enterprises.gateway import RegisteredEnterprise, Standing
from enterprises.ties import check_eligible
from htb.enums import CodeCheck, RequestState
from htb.facts import Facts
from htb.models import Request
from htb.transitions import EXPIRES_AFTER
from identity.actor import Actor


def check_enterprise(enterprise: RegisteredEnterprise | None) -> RegisteredEnterprise:
    """Return the enterprise, or raise Refused: not in the register, cancelled, stopped (S2)."""
    field = "enterprise_number"
    if enterprise is None:
        raise Refused(
            _(
                "The register knows no enterprise with this number. Compare it with KBO Public Search. A new enterprise "
                "appears there one working day after its registration."
            ),
            field=field,
            code="enterprise_unknown",
        )
    if enterprise.state == State.CANCELLED:
        raise Refused(
            _("The register has cancelled this enterprise number. No Chief Access Manager can be appointed for it."),
            field=field,
            code="enterprise_cancelled",
        )
    if enterprise.state == State.STOPPED and enterprise.stopped_on:
        raise Refused(
            gettext("This enterprise stopped on %(day)s. No Chief Access Manager can be appointed for it.")
            % {"day": date_format(enterprise.stopped_on)},
            field=field,
            code="enterprise_stopped",
        )
    return enterprise


def check_represents(facts: Facts) -> None:
    """Raise Refused unless the register knows a living representative with a function that counts and is valid today (S2)."""
    if _lives(facts.representative) and facts.representative_functions:
        return
    if facts.enterprise and facts.enterprise.state == State.WINDING_UP:
        raise Refused(
            _(
                "This enterprise is in dissolution, liquidation or bankruptcy. The register knows no function of yours that "
                "counts in that state, such as liquidator or curator."
            ),
            field="enterprise_number",
            code="no_function_winding_up",
        )
    raise Refused(
        _(
            "The register knows no legal function of yours in this enterprise that is valid today. Only a legal "
            "representative can appoint the Chief Access Manager."
        ),
        field="enterprise_number",
        code="no_function",
    )


def check_chief_eligible(facts: Facts) -> None:
    """Raise Refused unless the person who is to be chief is known, alive, and works for or represents the enterprise (S5)."""
    check_eligible(facts.chief, facts.chief_functions, field="chief_insz")


def check_signer(facts: Facts) -> None:
    """Raise Refused unless who signed electronically is a legal representative whose function counts today (X9)."""
    if _lives(facts.signer) and facts.signer_functions:
        return
    raise Refused(
        _(
            "The register knows no legal function of the person who signed in this enterprise that is valid today. Only a "
            "legal representative can sign."
        ),
        field="file",
        code="signer_not_representative",
    )


def _lives(one: Standing | None) -> bool:
    return one is not None and one.person is not None and one.person.died_on is None


def check_takes_scan(request: Request) -> None:
    """Raise Refused where there is no letter to scan: the document came back signed electronically (X9)."""
    if request.is_signed_electronically:
        raise Refused(
            _("This document was signed electronically: there is no letter to scan."), field="scan", code="no_letter"
        )


takes_scan = can(check_takes_scan)


def check_evidence(request: Request) -> None:
    """Raise Refused while neither a scan that was drawn nor a signed file is there, or while the letter's code differs (X7)."""
    if not request.evidence_sha256:
        raise Refused(_("Attach the scan of the signed document first."), code="no_scan")
    check_code(request)


def check_code(request: Request) -> None:
    """Raise Refused while the letter's QR code is that of another document (T13)."""
    if request.code_check == CodeCheck.DIFFERS:
        raise Refused(
            _(
                "The QR code of the letter is not that of the document that we made for this request. Refuse the request, or "
                "go on once the right letter's code was compared."
            ),
            code="code_differs",
        )


def is_open_to(actor: Actor, request: Request) -> bool:
    """Tell whether somebody opened the scan or the signed file as it is now."""
    sha256 = request.evidence_sha256
    return bool(sha256) and request.openings.filter(by=actor.person, sha256=sha256).exists()


def check_opened(actor: Actor, request: Request) -> None:
    """Raise Refused unless the actor opened this very scan or signed file (T12)."""
    if is_open_to(actor, request):
        return
    raise Refused(_("Open the signed document first: who approves has read it."), code="not_opened")


def check_compared(request: Request, *, is_compared: bool) -> None:
    """Raise Refused unless the scan's QR code was read and compared, or the approver compared the letter by hand (T13)."""
    if needs_comparing(request) and not is_compared:
        raise Refused(
            _("The QR code could not be read: compare the letter with the document, and tick that you did."),
            field="is_compared",
            code="not_compared",
        )


def needs_comparing(request: Request) -> bool:
    """Tell whether a letter is to be compared by hand: a file that came back signed begins with our document itself."""
    return not request.is_signed_electronically and request.code_check != CodeCheck.SAME


def check_returnable(request: Request) -> None:
    """Raise Refused where a signed document is no longer waited for: it came already, or the request has ended (X8, X9)."""
    if request.state in (RequestState.RECEIVED, RequestState.APPROVED):
        raise Refused(_("The signed document of this request was received already."), code="already_received")
    is_over = timezone.now() >= request.registered_at + EXPIRES_AFTER
    if request.state != RequestState.REGISTERED or is_over:
        raise Refused(
            _("This request no longer waits for a signed document. Make a new request and sign its document."),
            code="not_waiting",
        )


returnable = can(check_returnable)


def check_named_other(*, chief_insz: str, representative_insz: str) -> None:
    """Raise Refused where "Other person" was chosen with the representative's own number (S3)."""
    if chief_insz == representative_insz:
        raise Refused(
            _(
                "This is your own number. To appoint yourself, choose your own name; otherwise enter another person's number."
            ),
            field="chief_insz",
            code="other_is_self",
        )


def check_not_already_chief(current: ChiefRole | None, *, chief_insz: str, representative_insz: str) -> None:
    """Raise Refused where the person to be appointed holds the role already (S3)."""
    if current is None or current.person.insz != chief_insz:
        return
    if chief_insz == representative_insz:
        raise Refused(
            _(
                "You are already known as Chief Access Manager of this enterprise. You cannot appoint yourself again; "
                "you can appoint another person."
            ),
            field="who",
            code="already_chief_self",
        )
    raise Refused(
        _("This person is already the Chief Access Manager of this enterprise. Enter the number of another person."),
        field="chief_insz",
        code="already_chief_other",
    )
