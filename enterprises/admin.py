"""What the contact centre's keepers see: domains, kinds, applications and function rules; and the loads of the register.

Nothing of this is deleted: capacities, grants and the record speak of it. Every save is an act (`enterprises.actions`).
"""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from enterprises.actions import retire_application
from enterprises.holders import holders_of
from enterprises.kept_admin import KeptAdmin, actor_of
from enterprises.models import Application, CapacityKind, Domain, FunctionRule, RegisterLoad
from ui.lookups import DeclaredLookups

if TYPE_CHECKING:
    BaseAdmin = admin.ModelAdmin[Any]
else:
    BaseAdmin = admin.ModelAdmin

NAMES = ("name_nl", "name_fr", "name_de", "name_en")
DESCRIPTIONS = ("description_nl", "description_fr", "description_de", "description_en")


@admin.register(Domain)
class DomainAdmin(KeptAdmin):
    """Groups of applications."""

    list_display = ("name", "code", "position")
    fields = ("code", "position", *NAMES)


@admin.register(CapacityKind)
class CapacityKindAdmin(KeptAdmin):
    """Kinds of capacity."""

    list_display = ("name", "domain", "identified_by", "open_to_all", "position")
    list_filter = ("domain", "identified_by", "open_to_all")
    list_select_related = ("domain",)
    fields = ("domain", "code", "identified_by", "open_to_all", "position", *NAMES)


@admin.register(Application)
class ApplicationAdmin(KeptAdmin):
    """Secured applications; they are retired, not deleted."""

    list_display = ("name", "kind", "position", "retired_at")
    list_filter = ("kind", ("retired_at", admin.EmptyFieldListFilter))
    list_select_related = ("kind",)
    search_fields = ("code", *NAMES)
    fields = ("kind", "code", "position", *NAMES, *DESCRIPTIONS, "retired_at", "retired_by")
    actions = ("retire",)

    @admin.action(description=_("Retire the selected applications"), permissions=["change"])
    def retire(self, request: HttpRequest, queryset: QuerySet[Application]) -> HttpResponse | None:
        """Ask first, then retire those that are not retired yet."""
        applications = list(queryset.filter(retired_at=None).select_related("kind"))
        if not applications:
            self.message_user(request, _("These applications are retired already."), messages.WARNING)
            return None
        if "confirmed" not in request.POST:
            context = {
                **self.admin_site.each_context(request),
                "title": _("Retire applications"),
                "opts": self.opts,
                "holders": [holders_of(application) for application in applications],
                "checkbox": ACTION_CHECKBOX_NAME,
            }
            return TemplateResponse(request, "admin/enterprises/application/retire.html", context)
        for application in applications:
            retire_application(actor=actor_of(request), application=application)
        done = ngettext("%(count)d application is retired.", "%(count)d applications are retired.", len(applications))
        self.message_user(request, done % {"count": len(applications)}, messages.SUCCESS)
        return None


@admin.register(FunctionRule)
class FunctionRuleAdmin(KeptAdmin):
    """Which functions make a legal representative; a rule that no longer holds gets an end date."""

    list_display = ("code", "name", "legal_form", "situation", "counts", "valid_from", "valid_to")
    list_filter = ("counts", "situation", "legal_form")
    search_fields = ("code", "name")
    fields = ("code", "name", "legal_form", "situation", "counts", "valid_from", "valid_to")


@admin.register(RegisterLoad)
class RegisterLoadAdmin(DeclaredLookups, BaseAdmin):
    """Which sets of KBO Open Data were loaded; read only."""

    list_display = ("kind", "extract_number", "snapshot_on", "loaded_at")
    list_filter = ("kind",)
    ordering = ("-pk",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
