from django.urls import path

from access_admins import views

urlpatterns = [
    path("home", views.home, name="management-home"),
]
