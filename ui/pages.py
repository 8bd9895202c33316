"""What a page declares at its head: who may come, at which level, by which methods. Login is the default; a page without
a declaration is refused by `csam_portal.middleware.PageMiddleware` and by a test."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

View = TypeVar("View", bound=Callable[..., Any])
KILOBYTE = 1024
# How much larger than it may be a file can come, to be refused by its form.
TOO_MUCH = 1024 * KILOBYTE


@dataclass(frozen=True)
class Body:
    """How much a request may bring along (BEHAVIOUR T16): looked at before a byte of it is read.

    form_bytes: all that is typed, with what a browser writes around it. files: how many; files_bytes: all of them together.
    """

    form_bytes: int = 64 * KILOBYTE
    files: int = 0
    files_bytes: int = 0

    @property
    def most_bytes(self) -> int:
        """Of the whole of it."""
        return self.form_bytes + self.files_bytes

    @property
    def told_bytes(self) -> int:
        """How much somebody is told to send at most: of a page with a file, how large that may be."""
        return self.files_bytes - TOO_MUCH if self.files_bytes > TOO_MUCH else self.most_bytes


# What a page takes that says nothing of it.
FORM = Body()


def file_of(most_bytes: int) -> Body:
    """Return the body of a form with one file: room for one somewhat larger, so that the form can say what is wrong with it."""
    return Body(files=1, files_bytes=most_bytes + TOO_MUCH)


@dataclass(frozen=True)
class Page:
    """A page's declaration.

    level: a key of settings.LEVELS, None for a public page. writes_on_get: why a GET may write. keeps_form: what was typed when
    the session had ended waits in the new one (`ui.kept`); never for a page that asks a secret. fresh: whether the person must
    have proved within five minutes to be it (BEHAVIOUR T4). while_undecided: it opens before the person has said what becomes
    of means that others gave, unlike every other page that needs a login (T2). for_programs: the answers are JSON, also when
    something is refused; nobody's cookie counts there, so that no form can be forged. has_secret: its address carries a secret
    (docs/addresses.md), which no browser tells anybody. body: what it takes; the files of a program are read by the view
    itself, once it knows whose they are.
    """

    level: str | None
    methods: tuple[str, ...]
    writes_on_get: str = ""
    keeps_form: bool = False
    fresh: bool = False
    while_undecided: bool = False
    for_programs: bool = False
    has_secret: bool = False
    body: Body = FORM

    @property
    def reads_itself(self) -> bool:
        """Whether the body is left to the view: of a stranger's files nothing is read."""
        return self.for_programs and self.body.files > 0

    @property
    def is_kept(self) -> bool:
        """Whether a browser may keep it: never what was typed or proved, for whoever sits there next and goes back."""
        return self.level is None and "POST" not in self.methods and not self.for_programs


def page(
    *,
    level: str,
    methods: Sequence[str] = ("GET",),
    writes_on_get: str = "",
    keeps_form: bool = False,
    fresh: bool = False,
    while_undecided: bool = False,
    body: Body = FORM,
) -> Callable[[View], View]:
    """Declare a page for people who are logged in at `level` (a key of settings.LEVELS: "self", "manage", "appoint")."""
    return _declare(Page(level, tuple(methods), writes_on_get, keeps_form, fresh, while_undecided, body=body))


def public_page(
    *, methods: Sequence[str] = ("GET",), writes_on_get: str = "", has_secret: bool = False, body: Body = FORM
) -> Callable[[View], View]:
    """Declare a page that needs no login."""
    return _declare(Page(None, tuple(methods), writes_on_get, has_secret=has_secret, body=body))


def api(*, methods: Sequence[str] = ("GET",), body: Body = FORM) -> Callable[[View], View]:
    """Declare an address for programs. Who asks proves it in the request itself, never by a session."""

    def mark(view: View) -> View:
        return csrf_exempt(_declare(Page(None, tuple(methods), for_programs=True, body=body))(view))

    return mark


def _declare(declaration: Page) -> Callable[[View], View]:
    allowed = [*declaration.methods, *(["HEAD"] if "GET" in declaration.methods else [])]

    def mark(view: View) -> View:
        marked = require_http_methods(allowed)(view)
        marked.page = declaration  # type: ignore[attr-defined]  # read by PageMiddleware
        return marked

    return mark
