from django.apps import AppConfig


class MockIdpConfig(AppConfig):
    name = "mock_idp"
