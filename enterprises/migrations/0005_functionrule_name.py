"""Rules say which function they are about: who keeps the list does not know the register's codes by heart."""

from typing import Any

from django.db import migrations, models

NAMES = {
    "10002": "Bestuurder",
    "10003": "Vast vertegenwoordiger",
    "10005": "Lid directiecomité",
    "10006": "Zaakvoerder",
    "10007": "Gedelegeerd bestuurder",
    "10021": "Vast vertegenwoordiger commissaris",
    "20090": "Basiskennis bedrijfsbeheer",
    "90001": "Curator",
}


def name(apps: Any, schema_editor: Any) -> None:
    rules = apps.get_model("enterprises", "FunctionRule").objects
    for code, text in NAMES.items():
        rules.filter(code=code, name="").update(name=text)


class Migration(migrations.Migration):
    dependencies = [("enterprises", "0004_kept_data")]
    operations = [
        migrations.AddField(
            model_name="functionrule",
            name="name",
            field=models.CharField(blank=True, default="", max_length=100),
            preserve_default=False,
        ),
        migrations.RunPython(name, migrations.RunPython.noop),
    ]
