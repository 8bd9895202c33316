from django.urls import path

from htb.views import standard

urlpatterns = [
    path("appoint/standard", standard.start, name="appoint-standard"),
    path("appoint/standard/<uuid:run_id>/<slug:name>", standard.step, name="appoint-step"),
]
