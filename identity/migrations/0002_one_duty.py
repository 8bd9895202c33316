"""Nobody is desk and keeper at once, or either and supervisor (BEHAVIOUR T9): the database refuses a second group."""

from typing import Any

from django.db import migrations

# Of somebody who was in several, the first of these stays: supervisors can give the others again.
KEPT = ("supervisors", "desk", "keepers")


def leave_one(apps: Any, schema_editor: Any) -> None:
    memberships = apps.get_model("identity", "Person").groups.through.objects.using(schema_editor.connection.alias)
    found: dict[int, list[tuple[int, int]]] = {}
    for pk, person, group in memberships.values_list("pk", "person_id", "group__name"):
        place = KEPT.index(group) if group in KEPT else len(KEPT)
        found.setdefault(person, []).append((place, pk))
    surplus = [pk for places in found.values() for _place, pk in sorted(places)[1:]]
    memberships.filter(pk__in=surplus).delete()


class Migration(migrations.Migration):
    dependencies = [("identity", "0001_initial")]
    operations = [
        migrations.RunPython(leave_one, migrations.RunPython.noop),
        migrations.RunSQL(
            "CREATE UNIQUE INDEX identity_person_one_duty ON identity_person_groups (person_id)",
            "DROP INDEX identity_person_one_duty",
        ),
    ]
