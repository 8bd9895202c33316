from django.apps import AppConfig, apps
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate


class CsamPortalConfig(AppConfig):
    name = "csam_portal"

    def ready(self) -> None:
        from csam_portal.starting import refuse_when_unsafe
        from csam_portal.ways_out import keep_to_named_hosts

        refuse_when_unsafe()
        keep_to_named_hosts()

        from access_admins import hooks
        from access_admins.holdings import Chiefs, chief_holdings, led_by
        from access_admins.succession import close_reviews
        from csam_portal import checks  # noqa: F401 - registers the start-up checks
        from csam_portal.chores import register_chores
        from csam_portal.staff_groups import make_groups
        from csam_portal.touched import register_counts
        from enterprises.hanging import register_ender
        from enterprises.models import name_of_enterprise
        from identity.actor import register_roles
        from identity.people import register_addresses, register_follower, register_holders
        from identity.vouching import register_enterprise_names
        from senders import for_chiefs
        from senders.actions.life import end_sender
        from users.accounts import addresses_of, follow_person, held_by, register_watcher
        from users.chiefs import register_chiefs
        from users.holdings import account_holdings

        register_roles(chief_holdings)
        register_roles(account_holdings)
        register_chiefs(Chiefs())
        register_watcher(close_reviews)
        register_follower(follow_person)
        register_addresses(addresses_of)
        register_holders(held_by)
        register_holders(led_by)
        register_enterprise_names(name_of_enterprise)
        register_ender(end_sender)
        hooks.register_contributor(for_chiefs.contribute)
        hooks.register_consequence(for_chiefs.ends_with)
        register_chores()
        register_counts()
        # This app has no tables, so Django sends no signal for it.
        post_migrate.connect(make_groups, sender=apps.get_app_config("identity"))


class PortalAdminConfig(AdminConfig):
    default_site = "csam_portal.admin_site.PortalAdminSite"
