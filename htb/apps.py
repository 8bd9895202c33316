from django.apps import AppConfig


class HtbConfig(AppConfig):
    name = "htb"
