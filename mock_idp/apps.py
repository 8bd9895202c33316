from django.apps import AppConfig
from django.db.models.signals import post_migrate


class MockIdpConfig(AppConfig):
    name = "mock_idp"

    def ready(self) -> None:
        from mock_idp.keys import make_key

        post_migrate.connect(make_key, sender=self)
