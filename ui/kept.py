"""What was typed into a page's form when the session had ended: kept until the person is back (BEHAVIOUR section 4, L4)."""

from django.http import HttpRequest

_KEY = "kept_form"
# A form is small; more than this is not one of ours.
_MOST = 10_000


def keep(request: HttpRequest) -> None:
    """Keep the posted form of this page in the (new, anonymous) session, which the login carries on."""
    fields = {name: value for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
    if sum(map(len, fields.values())) <= _MOST:
        request.session[_KEY] = {"path": request.path, "fields": fields}


def take(request: HttpRequest) -> dict[str, str]:
    """Return what was kept for this page, once; empty where nothing was."""
    kept = request.session.get(_KEY)
    if kept is None or kept["path"] != request.path:
        return {}
    del request.session[_KEY]
    fields: dict[str, str] = kept["fields"]
    return fields
