"""Who holds an application, for staff who are about to retire it (BEHAVIOUR E9); `users.apps` registers it."""

from django.db.models import Count

from enterprises.holders import Holders
from enterprises.models import Application
from users.models import LIVE, Grant

# Of the enterprises in which an application is held.
MOST_SHOWN = 20


def holders(application: Application) -> Holders:
    """Return which accounts hold an application now: how many, and in which enterprises most (MOST_SHOWN of them)."""
    live = Grant.objects.filter(LIVE, application=application)
    by_enterprise = (
        live.values_list("capacity__enterprise__name", "capacity__enterprise__number")
        .annotate(held=Count("pk"))
        .order_by("-held", "capacity__enterprise__number")
    )
    enterprises = live.values("capacity__enterprise").distinct().count()
    return Holders(application, live.count(), enterprises, list(by_enterprise[:MOST_SHOWN]))
