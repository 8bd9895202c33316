from django.apps import AppConfig


class AccessAdminsConfig(AppConfig):
    name = "access_admins"
