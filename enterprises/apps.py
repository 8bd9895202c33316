from django.apps import AppConfig


class EnterprisesConfig(AppConfig):
    name = "enterprises"

    def ready(self) -> None:
        from enterprises.proposed import register_kinds

        register_kinds()
