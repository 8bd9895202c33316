"""A page that asks one thing, and what the pages about means share."""

import time
from collections.abc import Iterable

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from acts.errors import Sentence
from identity import sessions


def ask(
    request: HttpRequest,
    form: forms.Form,
    *,
    title: Sentence,
    submit: Sentence,
    texts: Iterable[Sentence] = (),
    back: str = "",
    links: Iterable[tuple[str, Sentence]] = (),
    status: int = 0,
) -> HttpResponse:
    """Return the page with this form. status: default 422 where the form has errors, else 200."""
    context = {"form": form, "title": title, "submit": submit, "texts": texts, "back": back, "links": links}
    return render(request, "identity/ask.html", context, status=status or (422 if form.errors else 200))


def told(request: HttpRequest, sentence: Sentence) -> None:
    """Say on the next page that means of login changed; this session need not be told again (BEHAVIOUR T3)."""
    request.session[sessions.TOLD] = time.time()
    messages.success(request, str(sentence))


def confirm(
    request: HttpRequest, *, title: Sentence, texts: Iterable[Sentence], submit: Sentence, back: str, kind: str = ""
) -> HttpResponse:
    """Return a page that says what a button will do. back: the route that leaves; kind: "warning" for what cannot be undone."""
    context = {"title": title, "texts": texts, "submit": submit, "back": reverse(back), "kind": kind}
    return render(request, "identity/confirm.html", context)
