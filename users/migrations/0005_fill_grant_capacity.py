"""Grants from before lists of accounts were filtered by application learn the capacity of their account."""

from typing import Any

from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill(apps: Any, schema_editor: Any) -> None:
    alias = schema_editor.connection.alias
    accounts = apps.get_model("users", "Account").objects.using(alias)
    capacity = accounts.filter(pk=OuterRef("account")).values("capacity")
    apps.get_model("users", "Grant").objects.using(alias).filter(capacity=None).update(capacity=Subquery(capacity))


class Migration(migrations.Migration):

    dependencies = [("users", "0004_list_columns")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
