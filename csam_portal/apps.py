from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class CsamPortalConfig(AppConfig):
    name = "csam_portal"

    def ready(self) -> None:
        from access_admins.holdings import chief_holdings
        from csam_portal import checks  # noqa: F401 - registers the start-up checks
        from csam_portal.chores import register_chores
        from identity.actor import register_roles
        from users.holdings import account_holdings

        register_roles(chief_holdings)
        register_roles(account_holdings)
        register_chores()


class PortalAdminConfig(AdminConfig):
    default_site = "csam_portal.admin_site.PortalAdminSite"
