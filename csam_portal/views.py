"""The public pages, and what operators ask."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ui.pages import public_page


@public_page()
def home(request: HttpRequest) -> HttpResponse:
    """P1: what CSAM is, and the three services."""
    return render(request, "portal/home.html")


@public_page()
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@public_page()
def readyz(request: HttpRequest) -> HttpResponse:
    """The process can do its work."""
    return HttpResponse("ok\n", content_type="text/plain")
