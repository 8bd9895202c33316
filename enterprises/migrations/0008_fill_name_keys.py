"""Enterprises from before the column get their key from their name."""

from typing import Any

from django.db import migrations

from formats.names import fold


def fill(apps: Any, schema_editor: Any) -> None:
    enterprises = apps.get_model("enterprises", "Enterprise").objects.using(schema_editor.connection.alias)
    for pk, name in enterprises.values_list("pk", "name").iterator():
        enterprises.filter(pk=pk).update(name_key=fold(name)[:200])


class Migration(migrations.Migration):

    dependencies = [("enterprises", "0007_name_key")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
