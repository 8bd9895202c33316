from django.urls import path

from htb import views

urlpatterns = [
    path("appoint/standard", views.start, name="appoint-standard"),
    path("appoint/standard/<uuid:run_id>/<slug:name>", views.step, name="appoint-step"),
]
