"""My data, my digital keys, my sessions (BEHAVIOUR U8, L6)."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from acts.attempts import refuse
from acts.errors import Refused, TooMany
from audit import readings
from identity import codes, proof
from identity.actions import own as own_acts
from identity.actions import passwords as password_acts
from identity.actor import ActorRequest
from identity.enums import OWN_LEVEL, Language, Means, Title
from identity.forms import NewUserNameForm, OwnDataForm, OwnPasswordForm
from identity.login import end_session, live_sessions
from identity.models import Session
from identity.permissions import check_change_password, check_choose_user_name
from identity.views.asking import ask, told
from identity.views.proving import WRONG, prove_by_password
from ui.components import Row
from ui.pages import page


@page(level="self")
def own_data(request: ActorRequest) -> HttpResponse:
    """My data: name and number from the register, and what I say of myself. The full number leaves a reading (E1, T6)."""
    person = request.actor.person
    readings.note(actor=str(person.public_id), page="own-data", count=int(request.actor.shows_numbers))
    change = reverse("own-data-change")
    registered = [Row(_("First name"), person.first_names), Row(_("Name"), person.last_name)]
    registered.append(Row(_("National register number"), request.actor.number_shown(person.insz)))
    own = [
        Row(_("Language"), Language(person.language).label, f"{change}#id_language"),
        Row(_("Title"), Title(person.title).label, f"{change}#id_title"),
        Row(_("Own e-mail address"), person.email or _("None"), f"{change}#id_email"),
    ]
    return render(request, "identity/own_data.html", {"registered_rows": registered, "own_rows": own})


@page(level="self", methods=("GET", "POST"))
@sensitive_post_parameters("password")
def own_data_change(request: ActorRequest) -> HttpResponse:
    """Change language, title and own e-mail address; a new address asks fresh proof, here where that is a password (T4)."""
    actor = request.actor
    person = actor.person
    asks_password = person.has_usable_password() and (actor.level < OWN_LEVEL or not proof.is_fresh(actor))
    initial = {"language": person.language, "title": person.title, "email": person.email}
    form = OwnDataForm(request.POST if request.method == "POST" else None, initial=initial, asks_password=asks_password)
    status = 0
    if form.is_valid():
        answers = dict(form.cleaned_data)
        password = answers.pop("password", "")
        try:
            if asks_password and answers["email"] != person.email and not prove_by_password(request, password):
                form.add_error("password", str(WRONG))
            else:
                changed = own_acts.change_own_data(actor=actor, **answers)
                with translation.override(changed.language):
                    told(request, _("Your data are saved."))
                    return redirect("own-data")
        except TooMany as refusal:
            status = refuse(form, refusal, "password")
    return ask(request, form, title=_("Change my data"), submit=_("Save"), back=reverse("own-data"), status=status)


@page(level="self")
def own_means(request: ActorRequest) -> HttpResponse:
    """My digital keys: user name and password, app, token codes."""
    person = request.actor.person
    means = codes.means_of(person)
    context = {
        "person": person,
        "has_app": Means.TOTP in means,
        "codes_left": codes.codes_left(person) if Means.TOKEN in means else 0,
    }
    return render(request, "identity/own_means.html", context)


@page(level="self", methods=("GET", "POST"))
@sensitive_post_parameters()
def own_password(request: ActorRequest) -> HttpResponse:
    """Change my password; my other sessions end."""
    actor = request.actor
    check_change_password(actor)
    if not actor.person.has_usable_password():
        proof.check_fresh(actor)
    form = OwnPasswordForm(request.POST if request.method == "POST" else None, person=actor.person)
    status = 0
    if form.is_valid():
        try:
            if _knows_password(request, form.cleaned_data):
                return _change_password(request, form.cleaned_data["password"])
            form.add_error("password_old", str(WRONG))
        except TooMany as refusal:
            status = refuse(form, refusal, "password_old")
    return ask(
        request, form, title=_("Change my password"), submit=_("Save"), back=reverse("own-means"),
        links=[(reverse("forgotten-password"), _("Forgotten your password?"))], status=status,
    )  # fmt: skip


def _knows_password(request: ActorRequest, answers: dict[str, str]) -> bool:
    """Tell whether the password until now was typed; without one, the login was made with a card. Raises TooMany."""
    old = answers.get("password_old")
    return old is None or prove_by_password(request, old)


def _change_password(request: ActorRequest, password: str) -> HttpResponse:
    person = password_acts.change_password(
        actor=request.actor, password=password, keep_session=request.session.session_key
    )
    update_session_auth_hash(request, person)
    told(request, _("Your password is changed. Your other sessions have ended."))
    return redirect("own-means")


@page(level="self", methods=("GET", "POST"), fresh=True)
@sensitive_post_parameters()
def own_user_name(request: ActorRequest) -> HttpResponse:
    """Choose a first user name and its password, or others in the place of what others chose (T2)."""
    actor = request.actor
    check_choose_user_name(actor)
    form = NewUserNameForm(request.POST if request.method == "POST" else None, person=actor.person)
    status = 0
    if form.is_valid():
        user_name, password = form.cleaned_data["user_name"], form.cleaned_data["password"]
        try:
            password_acts.choose_user_name(actor=actor, user_name=user_name, password=password)
        except Refused as refusal:
            status = refuse(form, refusal)
        else:
            actor.person.refresh_from_db()
            update_session_auth_hash(request, actor.person)
            told(request, _("You have chosen a user name and a password."))
            return redirect("own-means")
    return ask(
        request, form, title=_("Choose a user name and a password"), submit=_("Save"), back=reverse("own-means"),
        status=status,
    )  # fmt: skip


@page(level="self", methods=("GET", "POST"))
def own_sessions(request: ActorRequest) -> HttpResponse:
    """My sessions: end one, all others, or all; ending asks fresh proof (T4)."""
    if request.method == "POST":
        return _end_sessions(request, request.POST.get("end", ""))
    here = request.session.session_key
    sessions = [
        {
            "means": Means(session.means).label,
            "level": session.level,
            "begun_at": session.begun_at,
            "seen_at": session.seen_at,
            "reference": _reference(session),
            "is_this": session.pk == here,
        }
        for session in live_sessions(request.actor.person)
    ]
    sessions.sort(key=lambda session: not session["is_this"])
    return render(request, "identity/own_sessions.html", {"sessions": sessions})


def _reference(session: Session) -> str:
    """What stands for a session on the page: its key would be a way in."""
    return salted_hmac("identity.own_sessions", session.pk, algorithm="sha256").hexdigest()


def _end_sessions(request: ActorRequest, which: str) -> HttpResponse:
    actor, here = request.actor, request.session.session_key
    if which == "all":
        own_acts.end_sessions(actor=actor, keep=None)
        end_session(request)
        return redirect("logged-off")
    if which == "others":
        own_acts.end_sessions(actor=actor, keep=here)
        messages.success(request, str(_("All your other sessions have ended.")))
        return redirect("own-sessions")
    for session in live_sessions(request.actor.person):
        if constant_time_compare(_reference(session), which):
            own_acts.end_session_of(actor=actor, key=session.pk)
            if session.pk == here:
                end_session(request)
                return redirect("logged-off")
            messages.success(request, str(_("The session has ended.")))
            break
    return redirect("own-sessions")
