from django.urls import path

from mock_idp import views

urlpatterns = [
    path(".well-known/openid-configuration", views.discovery, name="mock-idp-discovery"),
    path("authorise", views.authorise, name="mock-idp-authorise"),
    path("token", views.token, name="mock-idp-token"),
    path("jwks", views.jwks, name="mock-idp-jwks"),
    path("userinfo", views.userinfo, name="mock-idp-userinfo"),
]
