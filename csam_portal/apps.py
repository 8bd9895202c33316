from django.apps import AppConfig, apps
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate


class CsamPortalConfig(AppConfig):
    name = "csam_portal"

    def ready(self) -> None:
        from access_admins.holdings import chief_holdings
        from csam_portal import checks  # noqa: F401 - registers the start-up checks
        from csam_portal.chores import register_chores
        from csam_portal.staff_groups import make_groups
        from identity.actor import register_roles
        from users.holdings import account_holdings

        register_roles(chief_holdings)
        register_roles(account_holdings)
        register_chores()
        # This app has no tables, so Django sends no signal for it.
        post_migrate.connect(make_groups, sender=apps.get_app_config("identity"))


class PortalAdminConfig(AdminConfig):
    default_site = "csam_portal.admin_site.PortalAdminSite"
