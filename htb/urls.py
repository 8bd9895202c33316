from django.urls import path

from htb.views import exception, renewing, signed, standard, verify

urlpatterns = [
    path("appoint/standard", standard.start, name="appoint-standard"),
    path("appoint/standard/<uuid:run_id>/activation", renewing.renew, name="chief-activation"),
    path("appoint/standard/<uuid:run_id>/activation/sent", renewing.sent, name="chief-activation-sent"),
    path("appoint/standard/<uuid:run_id>/<slug:name>", standard.step, name="appoint-step"),
    path("appoint/exception", exception.start, name="appoint-exception"),
    path("appoint/exception/<uuid:run_id>/document", exception.document, name="exception-document"),
    path("appoint/exception/<uuid:run_id>/<slug:name>", exception.step, name="exception-step"),
    path("tickets/follow", exception.follow, name="follow"),
    path("tickets/signed", signed.return_signed, name="return-signed"),
    path("tickets/link/<slug:secret>", exception.document_link, name="document-link"),
    path("documents/verify", verify.verify_document, name="verify-document"),
]
