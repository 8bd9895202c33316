from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

# What the contact centre's keepers may do with what they keep (BEHAVIOUR E9). Nobody deletes.
KEEPERS = "keepers"
KEPT = ("domain", "capacitykind", "application", "functionrule")


def make_keepers(sender: AppConfig, using: str, **signal: Any) -> None:
    """After a migrate, make the group of keepers where it is not there; what supervisors changed in it stays."""
    from django.contrib.auth.management import create_permissions
    from django.contrib.auth.models import Group, Permission

    group, is_new = Group.objects.using(using).get_or_create(name=KEEPERS)
    if is_new:
        create_permissions(sender, using=using, verbosity=0, apps=signal["apps"])
        codenames = [f"{verb}_{model}" for model in KEPT for verb in ("view", "add", "change")]
        group.permissions.set(
            Permission.objects.using(using).filter(
                content_type__app_label=sender.label, codename__in=[*codenames, "view_registerload"]
            )
        )


class EnterprisesConfig(AppConfig):
    name = "enterprises"

    def ready(self) -> None:
        post_migrate.connect(make_keepers, sender=self)
