"""Addresses (docs/addresses.md): pages under their language, the rest without."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from csam_portal import operations, views
from identity.views import chooser

handler400 = "csam_portal.errors.bad_request"
handler403 = "csam_portal.errors.not_allowed"
handler404 = "csam_portal.errors.not_found"
handler500 = "csam_portal.errors.server_error"

urlpatterns = [
    path("healthz", operations.healthz, name="healthz"),
    path("readyz", operations.readyz, name="readyz"),
    path(".well-known/security.txt", views.security_txt, name="security-txt"),
    path("oidc/callback", chooser.callback, name="oidc-callback"),
    path("api/v1/", include("senders.api.urls")),
    path("admin/", admin.site.urls),
    *i18n_patterns(
        path("", views.home, name="home"),
        path("what-is-csam", views.what_is_csam, name="what-is-csam"),
        path("services", views.services, name="services"),
        path("access-administration", views.access_administration, name="access-administration"),
        path("appoint", views.procedures, name="procedures"),
        path("mandates", views.mandates, name="mandates"),
        path("contact", views.contact, name="contact"),
        path("accessibility", views.accessibility, name="accessibility"),
        path("privacy", views.privacy, name="privacy"),
        path("help", views.help_index, name="help"),
        path("help/<slug:name>", views.help_chapter, name="help-chapter"),
        path("", include("identity.urls")),
        path("", include("htb.urls")),
        path("", include("access_admins.urls")),
        path("", include("users.urls")),
        path("", include("senders.urls")),
        path("", include("ui.urls")),
    ),
]
if settings.MOCK_IDP:
    urlpatterns.insert(0, path("mock-idp/", include("mock_idp.urls")))
