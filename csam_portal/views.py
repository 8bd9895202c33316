"""The public pages."""

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language

from csam_portal import security
from csam_portal.help import CHAPTERS, neighbours
from ui.pages import public_page


def _words(template: str) -> Callable[[HttpRequest], HttpResponse]:
    """Return the view of a page that only has words: templates/portal/<template>."""

    @public_page()
    def view(request: HttpRequest) -> HttpResponse:
        return render(request, f"portal/{template}")

    return view


# BEHAVIOUR P1
home = _words("home.html")
what_is_csam = _words("what_is_csam.html")
services = _words("services.html")
# P2, P3
access_administration = _words("access_administration.html")
procedures = _words("procedures.html")
# P4 to P6
mandates = _words("mandates.html")
contact = _words("contact.html")
accessibility = _words("accessibility.html")
privacy = _words("privacy.html")


@public_page()
def security_txt(request: HttpRequest) -> HttpResponse:
    """T29: whom to tell of a weakness in the security, in the form that programs look for (RFC 9116)."""
    lines = {
        "Contact": security.contact_address(),
        "Expires": f"{security.expires_at(timezone.now()):%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages": ", ".join(code for code, _name in settings.LANGUAGES),
        "Canonical": settings.SITE_URL + request.path,
    }
    return HttpResponse(
        "".join(f"{name}: {value}\n" for name, value in lines.items()), content_type="text/plain; charset=utf-8"
    )


@public_page()
def help_index(request: HttpRequest) -> HttpResponse:
    """P2: the guide's chapters."""
    return render(request, "help/index.html", {"chapters": CHAPTERS.values()})


@public_page()
def help_chapter(request: HttpRequest, name: str) -> HttpResponse:
    """P2: one chapter, in the language of the page. Raises Http404 for a chapter that is not there."""
    if name not in CHAPTERS:
        raise Http404
    chapter = CHAPTERS[name]
    previous, following = neighbours(name)
    context = {
        "chapter": chapter,
        "text": chapter.text(get_language() or settings.LANGUAGE_CODE),
        "levels": settings.LEVELS,
        "previous": previous,
        "next": following,
    }
    return render(request, "help/chapter.html", context)
