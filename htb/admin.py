"""The desk of the contact centre: the queue of requests, the way to a case, callers, reasons for refusing (X7, X11, E9).

Nothing is added, edited or deleted here: every change is an act of `htb.requests`.
"""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from acts.errors import ActError
from enterprises.kept_admin import KeptAdmin
from formats import enterprise_number
from formats.names import words
from htb.desk import actor_of, caller_page, case, opened
from htb.desk.forms import ReceiveForm
from htb.document.content import read_code
from htb.document.scans import SCAN_LIMIT
from htb.enums import RequestState
from htb.models import LONGEST_WORD, RefusalTemplate, Request, RequestWord
from htb.permissions import check_process
from htb.requests import OPEN, receive
from htb.transitions import EXPIRES_AFTER
from ui.forms import one_line
from ui.lookups import DeclaredLookups
from ui.pages import file_of

if TYPE_CHECKING:
    BaseAdmin = admin.ModelAdmin[Any]
else:
    BaseAdmin = admin.ModelAdmin

PER_PAGE = 25
# More words than anybody's name and enterprise have together.
MOST_WORDS = 8
WAITING = (RequestState.REGISTERED, RequestState.REPLACED)
View = Callable[..., HttpResponseBase]


class QueuePaginator(Paginator):  # type: ignore[type-arg]  # Django's own class takes no argument
    """Sorts by the index alone and reads the rows of one page: a far page costs little more than the first."""

    def page(self, number: int | str) -> Page[Request]:
        """Return a page; raises what Django's does."""
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        queue = cast("QuerySet[Request]", self.object_list)
        shown = list(queue.values_list("pk", flat=True)[first : first + self.per_page])
        return Page(queue.filter(pk__in=shown), number, self)


class StateFilter(admin.SimpleListFilter):
    """The open ones unless another state is asked for."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(value), label) for value, label in RequestState.choices]

    def choices(self, changelist: Any) -> Any:
        everything, *states = super().choices(changelist)
        return [{**everything, "display": _("open")}, *states]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Request]) -> QuerySet[Request]:
        value = self.value()
        return queryset.filter(state=value) if value in RequestState.values else queryset.filter(state__in=OPEN)


@admin.register(Request)
class RequestAdmin(DeclaredLookups, BaseAdmin):
    """The queue, oldest first."""

    list_display = ("ticket_in_groups", "enterprise", "age", "deadline", "state", "via", "applicant_name")
    list_filter = (StateFilter,)
    ordering = ("registered_at", "id")
    sortable_by = ()
    list_per_page = PER_PAGE
    paginator = QueuePaginator
    list_max_show_all = PER_PAGE
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    # What is received lies on the desk: nobody ticks letters on pages that are not shown.
    actions_selection_counter = False
    actions = ("receive",)
    # What its pages take beside forms (csam_portal.bodies).
    bodies: ClassVar = {"htb_request_change": file_of(SCAN_LIMIT)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Request]:
        """As the queue shows them."""
        return Request.objects.defer("reason")

    def has_process_permission(self, request: HttpRequest) -> bool:
        """The desk's one right; the action "receive" asks for it too."""
        return bool(request.user.has_perm("htb.process_request"))

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_process_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @admin.display(description=_("ticket number"))
    def ticket_in_groups(self, case: Request) -> str:
        """As it is read out."""
        return case.ticket_shown

    @admin.display(description=_("enterprise"))
    def enterprise(self, case: Request) -> str:
        """Name and number."""
        return f"{case.enterprise_name} ({enterprise_number.show(case.enterprise_number)})"

    @admin.display(description=_("age in days"))
    def age(self, case: Request) -> int:
        """Since it was confirmed."""
        return (timezone.localdate() - timezone.localdate(case.registered_at)).days

    @admin.display(description=_("deadline"), empty_value="—")
    def deadline(self, case: Request) -> str | None:
        """When it ends without a document; none once that came."""
        if case.state not in WAITING:
            return None
        return date_format(timezone.localdate(case.registered_at + EXPIRES_AFTER), "SHORT_DATE_FORMAT")

    @admin.display(description=_("via"), empty_value="—")
    def via(self, case: Request) -> str | None:
        """How the signed document came."""
        if case.is_signed_electronically:
            return gettext("signed electronically, verified")
        return gettext("by post") if case.received_on else None

    def get_urls(self) -> list[URLPattern]:
        """The desk's own pages before the queue's."""
        return [
            path("find/", self._page(self.find), name="htb_request_find"),
            path("callers/", self._page(self.callers), name="htb_callers"),
            path("<str:pk>/document/", self._page(self.document), name="htb_request_document"),
            path("<str:pk>/signed/", self._page(self.signed_file), name="htb_request_signed"),
            path("<str:pk>/scan/", self._page(self.scan), name="htb_request_scan"),
            path("<str:pk>/opened/", self._page(self.opened), name="htb_request_opened"),
            path("<str:pk>/opened/<int:number>/", self._page(self.picture), name="htb_request_picture"),
            *super().get_urls(),
        ]

    def _page(self, view: Callable[..., HttpResponse]) -> View:
        """Return a page of the desk as the admin guards it, for nobody but the desk."""

        def allowed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            self._desk_only(request)
            return view(request, *args, **kwargs)

        guarded = self.admin_site.admin_view(allowed)
        # As Django marks the pages of its own that the admin guards.
        guarded.model_admin = self  # type: ignore[attr-defined]
        return guarded

    def _desk_only(self, request: HttpRequest) -> None:
        check_process(actor_of(request))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The queue, under its own name."""
        return super().changelist_view(request, {"title": _("Queue of requests"), **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The case."""
        self._desk_only(request)
        return case.case_page(self, request, object_id)

    def document(self, request: HttpRequest, pk: str) -> HttpResponse:
        """The sealed PDF."""
        return case.document(request, pk)

    def scan(self, request: HttpRequest, pk: str) -> HttpResponse:
        """The scan of the letter."""
        return case.scan(request, pk)

    def signed_file(self, request: HttpRequest, pk: str) -> HttpResponse:
        """The file that came back signed electronically."""
        return case.signed_file(request, pk)

    def opened(self, request: HttpRequest, pk: str) -> HttpResponse:
        """The scan or the signed file, drawn, for who opened it."""
        return opened.opened_page(self, request, pk)

    def picture(self, request: HttpRequest, pk: str, number: int) -> HttpResponse:
        """One page of it as a picture."""
        return opened.picture(request, pk, number)

    def callers(self, request: HttpRequest) -> HttpResponse:
        """Look somebody up for a caller."""
        return caller_page.callers(self, request)

    def find(self, request: HttpRequest) -> HttpResponse:
        """Find a request by what was typed or scanned: a ticket goes straight to its case.

        By POST: neither ticket nor name stands in an address (BEHAVIOUR E4). Of a QR code the digest is compared (T13).
        """
        if request.method != "POST":
            return redirect("admin:htb_request_changelist")
        typed = one_line(request.POST.get("q", "").strip()[:200])
        number, code = read_code(typed) or ("", "")
        found = Request.objects.filter(ticket=number).first() if number else None
        if found is not None:
            if code:
                case.compare_found(request, found, typed)
            return redirect(case.ROUTE, found.pk)
        results = list(_matching(self.get_queryset(request), typed).order_by("registered_at", "id")[: PER_PAGE + 1])
        context = {
            **self.admin_site.each_context(request),
            "title": _("Requests found"),
            "opts": self.opts,
            "typed": typed,
            "results": results[:PER_PAGE],
            "are_more": len(results) > PER_PAGE,
            "limit": PER_PAGE,
        }
        return TemplateResponse(request, "admin/htb/request/found.html", context)

    @admin.action(description=_("Record the receipt of the ticked requests"), permissions=["process"])
    def receive(self, request: HttpRequest, queryset: QuerySet[Request]) -> HttpResponse:
        """Ask for the day, then record each one: an outcome a row, and one that is refused keeps no other back."""
        form = ReceiveForm(request.POST if "confirmed" in request.POST else None)
        # Once they were shown, each gets its outcome: the queue's filter would hide what changed meanwhile.
        rows = self.get_queryset(request) if form.is_bound else queryset
        cases = list(rows.filter(pk__in=request.POST.getlist(ACTION_CHECKBOX_NAME)).order_by(*self.ordering))
        is_confirmed = form.is_valid()
        context = {
            **self.admin_site.each_context(request),
            "title": _("Record the receipt"),
            "opts": self.opts,
            "cases": cases,
            "form": form,
            "is_wrong": form.is_bound and not is_confirmed,
            "checkbox": ACTION_CHECKBOX_NAME,
            "outcomes": [],
        }
        if is_confirmed:
            day = form.cleaned_data["received_on"]
            context["outcomes"] = [(one, _receive(request, one, day)) for one in cases]
        return TemplateResponse(request, "admin/htb/request/receive.html", context)


@admin.register(RefusalTemplate)
class RefusalTemplateAdmin(KeptAdmin):
    """Reasons for refusing, in four languages."""

    list_display = ("code", "text_nl")
    fields = ("code", "text_nl", "text_fr", "text_de", "text_en")


def _matching(requests: QuerySet[Request], typed: str) -> QuerySet[Request]:
    """Return what a search finds: the enterprise of a number, else the requests in which every word typed begins a name's word.

    Accents, capitals, hyphens and apostrophes do not matter.
    """
    if number := enterprise_number.parse(typed):
        return requests.filter(enterprise_number=number)
    searched = sorted(words(typed), key=len, reverse=True)[:MOST_WORDS]
    if not searched or len(searched[0]) < 2:
        return requests.none()
    for word in searched:
        having = RequestWord.objects.filter(word__startswith=word[:LONGEST_WORD])
        requests = requests.filter(pk__in=having.values("request"))
    return requests


def _receive(request: HttpRequest, one: Request, day: date) -> str:
    """Record one receipt; return what came of it."""
    try:
        receive(actor=actor_of(request), request=one.public_id, received_on=day)
    except ActError as refusal:
        return str(refusal.sentence)
    return gettext("The receipt is recorded.")
