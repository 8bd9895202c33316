"""Copies of user names that others may no longer see (BEHAVIOUR T1), and first passwords of who manages something (T5)."""

from datetime import timedelta
from typing import Any

from django.db import migrations
from django.db.models import F
from django.utils import timezone

FIRST_PASSWORD_OF_MANAGER = timedelta(days=7)


def follow(apps: Any, _schema_editor: Any) -> None:
    """Blank copies in other enterprises than the one that chose the name; end first passwords of managers earlier."""
    accounts = apps.get_model("users", "Account").objects
    elsewhere = accounts.exclude(person__user_name_given_by=None).exclude(
        capacity__enterprise__public_id=F("person__user_name_given_by")
    )
    accounts.filter(pk__in=elsewhere.values("pk")).update(user_name_key="")
    until = timezone.now() + FIRST_PASSWORD_OF_MANAGER
    people = apps.get_model("identity", "Person").objects.filter(first_password_until__gt=until)
    managing = accounts.filter(ended_at=None).exclude(type="USER").values("person")
    chiefs = apps.get_model("access_admins", "ChiefRole").objects.filter(ended_at=None).values("person")
    for those in (managing, chiefs):
        people.filter(pk__in=those).update(first_password_until=until)


class Migration(migrations.Migration):
    dependencies = [
        ("access_admins", "0003_register_look"),
        ("users", "0009_retired_with_capacity"),
        ("identity", "0005_means_vouched_before"),
    ]
    operations = [migrations.RunPython(follow, migrations.RunPython.noop, elidable=True)]
