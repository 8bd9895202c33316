"""The contact centre's groups and what each may do (BEHAVIOUR E9). None can grant access to an enterprise."""

from typing import Any

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db.models import Q

from enterprises.kept import KEPT

# Group: model and what may be done with it. Nothing is ever deleted.
GROUPS: dict[str, dict[str, tuple[str, ...]]] = {
    "desk": {"htb.request": ("view", "process")},
    "keepers": dict.fromkeys(KEPT, ("view", "add", "change")),
    "supervisors": {"identity.person": ("view", "add", "change")},
}


def make_groups(*, using: str = "default", **_signal: Any) -> None:
    """Make the groups, and let each have exactly these permissions; after every migrate."""
    for label in {model.split(".")[0] for models in GROUPS.values() for model in models}:
        create_permissions(apps.get_app_config(label), verbosity=0, using=using)
    for name, models in GROUPS.items():
        group = Group.objects.using(using).get_or_create(name=name)[0]
        wanted = Q(pk__in=[])
        for model, verbs in models.items():
            app, model_name = model.split(".")
            wanted |= Q(content_type__app_label=app, codename__in=[f"{verb}_{model_name}" for verb in verbs])
        group.permissions.set(Permission.objects.using(using).filter(wanted))
