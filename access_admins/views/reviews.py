"""Whom the chief has to look at again (BEHAVIOUR S7)."""

import uuid

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import ngettext

from access_admins.actions.reviews import decide_reviews
from access_admins.decisions import Decision, plan_decision
from access_admins.enums import ReviewOutcome
from access_admins.forms import ReviewForm
from access_admins.frame import EnterpriseFrame, framed_enterprise
from access_admins.presenters import decision_sentences, departures_table, review_lines
from access_admins.reviews import departures_of, open_reviews
from acts.act import digest
from acts.attempts import Attempt, attempt, refuse
from acts.errors import Refused
from identity.actor import ActorRequest
from identity.rights import Permission
from ui.pages import page

# More than a chief decides about at once; the rest comes when these are done.
SHOWN = 100


@page(level="manage", methods=("GET", "POST"))
def reviews(request: ActorRequest, enterprise_id: uuid.UUID) -> HttpResponse:
    """Those whom a former chief appointed, to keep, replace or end; and those who left the enterprise by the register.

    Ending shows what ends, on a page of its own at this address, before it is confirmed.
    """
    frame = framed_enterprise(request.actor, enterprise_id, Permission.REVIEW_DECIDE)
    waiting = list(open_reviews(frame.enterprise)[: SHOWN + 1])
    form = ReviewForm(request.POST if request.method == "POST" else None, reviews=waiting)
    tried: Attempt[Decision] = Attempt(200)
    if request.method == "POST" and form.is_valid():
        outcome, chosen = _asked(form)
        if outcome == ReviewOutcome.END and not form.cleaned_data["plan"]:
            try:
                return _check(request, frame, plan_decision(request.actor, frame.enterprise, outcome, chosen), form)
            except Refused as refusal:
                refuse(form, refusal)
        tried = attempt(
            form,
            lambda: decide_reviews(
                actor=request.actor,
                enterprise=frame.enterprise,
                outcome=outcome,
                chosen=chosen,
                confirmed=form.cleaned_data["plan"],
            ),
        )
        if tried.result is not None:
            messages.success(request, _done(tried.result))
            return redirect(frame.address("reviews"))
    elif request.method == "POST":
        tried = Attempt(422)
    departures = list(departures_of(frame.enterprise).order_by("-left_on", "pk")[:SHOWN])
    context = {
        "frame": frame,
        "form": form,
        "lines": review_lines(request.actor, waiting[:SHOWN], ticked=_ticked(form)),
        "more": len(waiting) > SHOWN,
        "departures_table": departures_table(departures) if departures else None,
        "changed": tried.changed,
    }
    return render(request, "access_admins/reviews.html", context, status=tried.status)


def _asked(form: ReviewForm) -> tuple[ReviewOutcome, list[str] | None]:
    do: str = form.cleaned_data["do"]
    outcome = ReviewOutcome.KEEP if do.startswith("keep") else ReviewOutcome.END
    return outcome, None if do.endswith("-all") else form.cleaned_data["people"]


def _ticked(form: ReviewForm) -> list[str]:
    return form.data.getlist("people") if isinstance(form.data, QueryDict) else []


def _check(request: ActorRequest, frame: EnterpriseFrame, decision: Decision, form: ReviewForm) -> HttpResponse:
    context = {
        "frame": frame,
        "sentences": decision_sentences(decision),
        "plan": digest(decision.as_plan()),
        "do": form.cleaned_data["do"],
        "people": form.cleaned_data["people"],
    }
    return render(request, "access_admins/reviews_end.html", context)


def _done(decision: Decision) -> str:
    count = len(decision.reviews)
    if decision.outcome == ReviewOutcome.KEEP:
        sentence = ngettext("%(count)d role stays as it is.", "%(count)d roles stay as they are.", count)
    else:
        sentence = ngettext("%(count)d role has ended.", "%(count)d roles have ended.", count)
    return sentence % {"count": count}
