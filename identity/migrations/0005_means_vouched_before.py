"""Means that an enterprise gave before it was kept who made what (BEHAVIOUR T1).

Those that are bound today get their makers from the record, as far as it knows. Those whose binding a login at 450 or more
had ended by itself are bound again: the record says to whom (`means.vouch.end`), and nothing says that the person wanted
them. At the next such login the person is asked. What they made themselves since cannot be told apart from what was there, so
all of it is asked about; nothing is lost but a login with the card. Bound means open that enterprise meanwhile, as before.
"""

import json
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import migrations
from django.utils import timezone

OWN_LEVEL = 450
FIRST_PASSWORD_OF_USER = timedelta(days=30)
GIVEN, ACTIVATION, SESSION, UNKNOWN = "given", "activation", "session", "unknown"
# What the record calls a means that somebody made who was logged in, and its kind.
MADE = {
    "means.password.change": "password",
    "means.password.renew": "password",
    "means.totp.set": "app",
    "means.token.set": "codes",
}


def bind(apps: Any, _schema_editor: Any) -> None:
    """Bind again what was unbound, and write down who made what is bound. Safe to run twice."""
    bind_again(apps)
    people = apps.get_model("identity", "Person").objects.filter(vouched_by__isnull=False, is_staff=False)
    for person in people.iterator(1000):
        person.user_name_given_by = person.vouched_by if person.user_name else None
        if person.password_is_first and person.first_password_until is None:
            person.first_password_until = timezone.now() + FIRST_PASSWORD_OF_USER
        person.save(update_fields=["user_name_given_by", "first_password_until"])
        note_makers(apps, person)


def bind_again(apps: Any) -> None:
    """Bind what was unbound by a login that asked nothing."""
    ended = apps.get_model("audit", "Event").objects.filter(act="means.vouch.end").order_by("pk")
    people = apps.get_model("identity", "Person").objects.filter(
        vouched_by=None, means_set_aside_at=None, is_staff=False
    )
    for subject, details in ended.values_list("subject", "details").iterator(1000):
        ended_with = json.loads(details)
        # One that was set aside was asked about.
        enterprise = uuid_in(ended_with.get("vouched_by")) if "set_aside" not in ended_with else None
        person = people.filter(public_id=subject).first() if enterprise else None
        if person is not None and set(kinds_of(apps, person)):
            person.vouched_by = enterprise
            person.save(update_fields=["vouched_by"])


def note_makers(apps: Any, person: Any) -> None:
    """Write a row for each means of a bound person."""
    rows = apps.get_model("identity", "VouchedMeans").objects
    makers = dict(makers_of(apps, person))
    for kind in kinds_of(apps, person):
        how, by, at = makers.get(kind, (UNKNOWN, None, None))
        rows.get_or_create(
            person=person, kind=kind, defaults={"enterprise": person.vouched_by, "how": how, "by": by, "at": at}
        )


def kinds_of(apps: Any, person: Any) -> Iterator[str]:
    """Yield which means there are."""
    if person.user_name:
        yield "user_name"
    if not person.password.startswith("!"):
        yield "password"
    if apps.get_model("otp_totp", "TOTPDevice").objects.filter(user=person.pk).exists():
        yield "app"
    if apps.get_model("otp_static", "StaticDevice").objects.filter(user=person.pk).exists():
        yield "codes"
    if person.email:
        yield "email"


def makers_of(apps: Any, person: Any) -> Iterator[tuple[str, tuple[str, uuid.UUID | None, datetime | None]]]:
    """Yield kind, and how, by whom and when it was made, the later after the earlier, by the record."""
    events = apps.get_model("audit", "Event").objects
    here = events.filter(enterprise=str(person.vouched_by), subject=str(person.public_id)).order_by("pk")
    for event in here.filter(act="means.first_password"):
        for kind in ("user_name", "password"):
            yield kind, (GIVEN, uuid_in(event.actor), moment_in(event.at))
    opened = here.filter(act="means.activation.open").last()
    for event in events.filter(chain=f"person:{person.public_id}").order_by("pk"):
        details, at = json.loads(event.details), moment_in(event.at)
        if event.act == "means.activate":
            device = "app" if details.get("device") == "totp" else "codes"
            for kind in ([] if details.get("sets") == "device" else ["user_name", "password"]) + [device]:
                yield kind, (ACTIVATION, uuid_in(opened.actor) if opened is not None else None, at)
        elif event.level < OWN_LEVEL and event.act in MADE:
            yield MADE[event.act], (SESSION, None, at)
        elif event.level < OWN_LEVEL and event.act == "own.change" and "email" in details.get("changed", ()):
            yield "email", (SESSION, None, at)


def uuid_in(text: Any) -> uuid.UUID | None:
    """Return what a text of the record names."""
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return None


def moment_in(text: str) -> datetime:
    """Return a moment of the record."""
    return datetime.fromisoformat(text)


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0004_means_of_the_person"),
        ("audit", "0002_history"),
        ("otp_totp", "0003_add_timestamps"),
        ("otp_static", "0003_add_timestamps"),
    ]
    operations = [migrations.RunPython(bind, migrations.RunPython.noop, elidable=True)]
