"""What keepers keep of senders: which message codes an application takes (BEHAVIOUR M11, E9)."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from enterprises.kept_admin import KeptAdmin
from senders.models import AdmittedIssuer, MessageCode


@admin.register(AdmittedIssuer)
class AdmittedIssuerAdmin(KeptAdmin):
    """Whose certificates senders may register; one that shall not count any more is taken out of use, not deleted."""

    list_display = ("name", "shown", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name",)
    fields = ("name", "certificate", "is_active")

    @admin.display(description=_("certificate"))
    def shown(self, issuer: AdmittedIssuer) -> str:
        """Return whose certificate it is, and its fingerprint."""
        return issuer.get_certificate_display()


@admin.register(MessageCode)
class MessageCodeAdmin(KeptAdmin):
    """Codes in the names of files; one that is not used any more is taken out of use, not deleted."""

    list_display = ("code", "application", "is_active")
    list_filter = ("is_active", "application__kind")
    list_select_related = ("application__kind",)
    search_fields = ("code", "application__code")
    fields = ("code", "application", "is_active")
