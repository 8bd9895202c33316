"""What was typed into a page's form when the session had ended: kept until the person is back (BEHAVIOUR section 4, L4)."""

import uuid

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest

_KEY = "kept_form"
_CODE = "activation_code"
# A form is small; more than this is not one of ours.
_MOST = 10_000


def keep(request: HttpRequest) -> None:
    """Keep the posted form of this page in the (new, anonymous) session, which the login carries on, for its owner alone."""
    fields = {name: value for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
    if sum(map(len, fields.values())) <= _MOST:
        request.session[_KEY] = {"path": request.path, "fields": fields, "owner": _owner(request)}


def keep_code(request: HttpRequest, run: uuid.UUID, code: str) -> None:
    """Carry a code that a run's act gave to the page that shows it once; it is kept nowhere else but hashed. "": nothing."""
    if code:
        request.session[_CODE] = {"run": str(run), "code": code}


def take_code(request: HttpRequest, run: uuid.UUID) -> str:
    """Return the code that this run's act gave, once; "" where there is none."""
    kept: dict[str, str] = request.session.get(_CODE, {})
    return request.session.pop(_CODE)["code"] if kept.get("run") == str(run) else ""


def take(request: HttpRequest) -> dict[str, str]:
    """Return what was kept for this page, once; empty where nothing was."""
    kept = request.session.get(_KEY)
    if kept is None or kept["path"] != request.path:
        return {}
    del request.session[_KEY]
    fields: dict[str, str] = kept["fields"] if kept.get("owner") in {"", _owner(request)} else {}
    return fields


def _owner(request: HttpRequest) -> str:
    """Return whose session it is, or was until just now; "" where nobody was logged in."""
    lapsed: str = getattr(request, "lapsed_person", "")
    return lapsed or str(request.session.get(SESSION_KEY, ""))
