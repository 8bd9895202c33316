from django.urls import path

from senders.views import api

urlpatterns = [
    path("token", api.token, name="api-token"),
    path("submissions", api.submit, name="api-submit"),
    path("receipts/<str:name>", api.receipt, name="api-receipt"),
    path("openapi.json", api.description, name="api-description"),
]
