"""The contact centre's side: Django admin behind password and one-time code, nothing less."""

from django_otp.admin import OTPAdminSite


class PortalAdminSite(OTPAdminSite):
    """Django admin for staff who are logged in with a one-time code."""
