"""The contact centre's side: Django admin behind password and one-time code, nothing less (BEHAVIOUR E9).

It shows what the portal's rooms put there (their admin.py) and nothing that other packages would add: their forms would
write past our acts. Imports of models wait until they are needed, because Django makes this site before its models.
"""

from collections.abc import Callable, Iterable
from functools import partial, update_wrapper
from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import BadRequest
from django.db.models import Model
from django.db.models.base import ModelBase
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext_lazy as _
from django_otp.admin import OTPAdminSite

from acts.errors import ActError

ROOMS = {"htb", "senders", "access_admins", "users", "enterprises", "identity", "audit", "outbox"}
if TYPE_CHECKING:
    from identity.models import Person

View = Callable[..., HttpResponseBase]
NO_NUMBER = _("First prove with your eID who you are: until then you cannot approve or confirm anything.")


class PortalAdminSite(OTPAdminSite):  # type: ignore[misc]  # django-otp has no types
    """Django admin for staff who are logged in with a one-time code."""

    site_header = site_title = _("CSAM contact centre")
    index_title = _("What you may keep")
    login_template = "admin/staff_login.html"
    # The portal's pages have their own address; the admin is no part of them.
    site_url = None

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: "type[ModelAdmin[Any]] | None" = None,
        **options: Any,
    ) -> None:
        """Put models of the portal's rooms here; leave out those of other packages."""
        models = [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else model_or_iterable
        ours = [model for model in models if model._meta.app_label in ROOMS]
        super().register(ours, admin_class, **options)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Log in; leaves an event."""
        from csam_portal.staff_forms import StaffLoginForm
        from identity.actions.staff import note_staff_login
        from identity.independence import number_of

        self.login_form = StaffLoginForm
        response: HttpResponse = super().login(request, extra_context)
        if request.method == "POST" and response.status_code == 302:
            note_staff_login(person=_person(request))
            if number_of(_person(request)) is None:
                messages.warning(request, NO_NUMBER)
        return response

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Log out; leaves an event."""
        from identity.actions.staff import note_staff_logout

        if request.method == "POST" and self.has_permission(request):
            note_staff_logout(person=_person(request))
        response: HttpResponse = super().logout(request, extra_context)
        return response

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        """Change one's own password, by our act."""
        from django.contrib.auth.views import PasswordChangeView

        from csam_portal.staff_forms import StaffPasswordForm
        from identity.limits import client_address

        request.current_app = self.name
        view = PasswordChangeView.as_view(
            form_class=partial(StaffPasswordForm, address=client_address(request)),
            success_url=reverse("admin:password_change_done"),
            extra_context={**self.each_context(request), **(extra_context or {})},
        )
        return view(request)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Django's own, and where one proves whose account it is."""
        return [path("prove/", self.admin_view(self.prove), name="prove"), *super().get_urls()]

    def prove(self, request: HttpRequest) -> HttpResponseBase:
        """Prove with one's eID whose account it is (BEHAVIOUR T8): for accounts that were made before that was asked."""
        from identity.actions.staff import staff_actor
        from identity.actions.staff_means import prove_number
        from identity.independence import number_of
        from identity.views.staff_proof import begin_proof, drop_proof, proof_of

        person, back = _person(request), reverse("admin:prove")
        proof, error, status = proof_of(request, person), "", 200
        if request.method == "POST":
            if proof is None:
                return begin_proof(request, person, back=back)
            try:
                prove_number(actor=staff_actor(person), proof=proof)
            except ActError as refusal:
                error, status = str(refusal.sentence), refusal.status
            else:
                messages.success(request, _("This account is bound to your number."))
                return redirect("admin:index")
            finally:
                drop_proof(request)
        context = {
            **self.each_context(request),
            "title": _("Prove who you are"),
            "error": error,
            "is_wrong": bool(error),
            "proof": proof if not error else None,
            "is_proved": number_of(person) is not None,
        }
        return TemplateResponse(request, "admin/prove.html", context, status=status)

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """A first password is changed before anything else. No form of ours saves a copy, which Django would try."""
        guarded: View = super().admin_view(view, cacheable)

        def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if "_saveasnew" in request.POST:
                raise BadRequest("no form saves a copy")
            ways_out = {reverse("admin:password_change"), reverse("admin:logout")}
            if self.has_permission(request) and _person(request).password_is_first and request.path not in ways_out:
                return redirect("admin:password_change")
            return guarded(request, *args, **kwargs)

        return update_wrapper(page, guarded)


def _person(request: HttpRequest) -> "Person":
    """Return who is logged in, where the admin has seen to it that somebody is."""
    return cast("Person", request.user)
