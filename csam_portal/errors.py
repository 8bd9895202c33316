"""Error pages that help: what happened, what was kept, what to do now."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from acts.errors import ActError, RegisterDown

# Below it programs ask, to whom an answer is JSON also where no view was found.
FOR_PROGRAMS = "/api/"


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400"""
    if request.path.startswith(FOR_PROGRAMS):
        return _refusal("bad_request", _("We could not read what was sent"), 400)
    return render(request, "errors/400.html", status=400)


def too_large(request: HttpRequest, most_bytes: int) -> HttpResponse:
    """413. most_bytes: how much the page takes."""
    with translation.override(translation.get_language_from_request(request, check_path=True)):
        if request.path.startswith(FOR_PROGRAMS):
            return _refusal("too_large", _("What was sent is larger than this address takes."), 413)
        return render(request, "errors/413.html", {"most": filesizeformat(most_bytes)}, status=413)


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403"""
    return render(request, "errors/403.html", {"error": exception}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404"""
    if request.path.startswith(FOR_PROGRAMS):
        return _refusal("not_found", _("We did not find this page"), 404)
    return render(request, "errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, rendered without context: what every page shows may be the very thing that broke."""
    if request.path.startswith(FOR_PROGRAMS):
        return _refusal("server_error", _("Something went wrong on our side"), 500)
    return HttpResponse(render_to_string("errors/500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without its token: an old tab, or cookies off."""
    return render(request, "errors/csrf.html", status=403)


def act_error_page(request: HttpRequest, error: ActError) -> HttpResponse:
    """Return the page of an act's error that its own view did not answer; one template per status."""
    context = {"error": error, "typed": _typed(request) if isinstance(error, RegisterDown) else []}
    return render(request, f"errors/{error.status}.html", context, status=error.status)


def _refusal(code: str, sentence: str, status: int) -> JsonResponse:
    return JsonResponse({"error": code, "error_description": sentence}, status=status)


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """What was typed, so that the page can send it again as it was; passwords and codes are typed anew."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken" and not name.startswith(("password", "code"))
        for value in values
    ]
