from django.urls import path

from identity.views import chooser

urlpatterns = [
    path("login", chooser.login, name="login"),
    path("logout", chooser.logout, name="logout"),
    path("logged-off", chooser.logged_off, name="logged-off"),
]
