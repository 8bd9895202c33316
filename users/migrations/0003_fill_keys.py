"""Accounts from before the list's columns get them from their persons."""

from typing import Any

from django.db import migrations

from formats.names import fold


def fill(apps: Any, schema_editor: Any) -> None:
    accounts = apps.get_model("users", "Account").objects.using(schema_editor.connection.alias)
    for account in accounts.select_related("person").iterator():
        person = account.person
        accounts.filter(pk=account.pk).update(
            last_key=fold(person.last_name)[:200],
            first_key=fold(person.first_names)[:200],
            user_name_key=person.user_name_key or "",
            insz=person.insz or "",
        )


class Migration(migrations.Migration):

    dependencies = [("users", "0002_grants_and_keys")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
