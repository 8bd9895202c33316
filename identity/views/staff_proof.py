"""Proving with an eID whose account of staff it is: out to the identity provider and back, no login (BEHAVIOUR T8)."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation

from identity import drafts, oidc
from identity.actions.staff_means import LEVEL, Proof
from identity.enums import Means
from identity.independence import number_hash
from identity.login import SENTENCES, Why
from identity.models import Person


def begin_proof(request: HttpRequest, person: Person, *, back: str) -> HttpResponse:
    """Send the browser to the identity provider; it comes back to `back`, where `proof_of` finds what was proved."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    drafts.drop(request.session, drafts.PROOF)
    try:
        address = oidc.begin(
            request.session, Means.EID, next_address=back, level=LEVEL, language=language, proves=person.pk
        )
    except oidc.NoAnswer:
        messages.error(request, str(SENTENCES[Why.NO_ANSWER]))
        return redirect(back)
    return redirect(address)


def keep_proof(request: HttpRequest, began: oidc.Began, identified: oidc.Identified) -> HttpResponse:
    """The provider's answer: kept in the session for the account that it was asked for, and for nobody else."""
    request.session.cycle_key()
    drafts.keep_for(
        request,
        drafts.PROOF,
        began.proves,
        number_hash=number_hash(identified.insz),
        first_names=identified.first_names,
        last_name=identified.last_name,
        level=identified.level,
    )
    return redirect(began.next)


def no_proof(request: HttpRequest, began: oidc.Began, why: Why) -> HttpResponse:
    """The provider said no, or not who: back to where it began, with the sentence."""
    messages.error(request, str(SENTENCES[why]))
    return redirect(began.next)


def proof_of(request: HttpRequest, person: Person) -> Proof | None:
    """Return what this session proved for an account within half an hour, None where nothing."""
    draft = drafts.kept(request, drafts.PROOF, person)
    if draft is None:
        return None
    names = ("number_hash", "first_names", "last_name", "level")
    return Proof(**{name: draft[name] for name in names})


def drop_proof(request: HttpRequest) -> None:
    """Take what was proved out of the session."""
    drafts.drop(request.session, drafts.PROOF)
