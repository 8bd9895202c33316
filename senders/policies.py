"""Rules about the state of things: what a sender and its channels allow (M1-M10). Each refusal has a code and a test."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from acts.errors import Changed, Missing, Refused
from enterprises.models import Application
from formats.names import user_name_key
from senders.enums import HAS_TECHNICAL_USER, ChannelKind
from senders.models import Certificate, Channel, Sender, SshKey, TechnicalUser
from senders.standing import Standing, StandingChannel, works

# Days before a certificate's end at which its people are told.
NOTICES = (60, 30, 14, 3)


def check_none_yet(sender: Sender | None) -> None:
    """Raise Changed where the capacity has an active sender: at most one (M1)."""
    if sender is not None:
        raise Changed(
            _("Meanwhile %(who)s has registered a sender for this capacity: number %(number)s.")
            % {"who": sender.created_by.full_name, "number": sender.number},
            who=sender.created_by.full_name,
            when=sender.created_at,
            code="sender_registered_meanwhile",
        )


def check_sender(sender: Sender | None) -> Sender:
    """Return the sender; raise Missing where the capacity has none (any more)."""
    if sender is None:
        raise Missing
    return sender


def check_kind_free(standing: Standing, kind: ChannelKind) -> None:
    """Raise Refused where the sender has a channel of this kind already."""
    if kind not in standing.free_kinds:
        raise Refused(
            _("This sender has a channel of this kind already. Replace its certificate or key instead."),
            field="kind",
            code="kind_taken",
        )


def check_user_name_free(name: str) -> None:
    """Raise Refused where a technical user has or had this name, or one that looks like it: unique for ever (M10)."""
    if TechnicalUser.objects.filter(name_key=user_name_key(name)).exists():
        raise Refused(
            _("This name is taken, or looks like one that is. Choose another."),
            field="user_name",
            code="user_name_taken",
        )


def check_applications(kind: ChannelKind, chosen: Sequence[Application], *, joins_others: bool) -> None:
    """Raise Refused where a channel would carry nothing. joins_others: a web service then carries what the others do (M5)."""
    if not chosen and (kind in HAS_TECHNICAL_USER or not joins_others):
        raise Refused(_("Choose at least one application."), field="applications", code="no_application")


def check_not_loaded(sha256: str, loaded: Iterable[Certificate | SshKey]) -> None:
    """Raise Refused where the channel has this very certificate or key in use."""
    if sha256 in {one.sha256 for one in loaded}:
        raise Refused(_("This one is registered for this channel already. Load another."), code="already_loaded")


def check_others_work(
    thing: Certificate | SshKey, loaded: Collection[Certificate | SshKey], *, now: datetime, anyway: bool
) -> None:
    """Raise Refused where nothing would work on the channel without this one, unless it is told twice (M9).

    loaded: what is in use on the channel, this one included. anyway: the person knows that nothing can be delivered then.
    """
    if not anyway and is_last(thing, loaded, now):
        raise Refused(
            _("This is the only one that works on this channel. Load its successor first, or tick that you know it."),
            field="anyway",
            code="last_one",
        )


def is_last(thing: Certificate | SshKey, loaded: Collection[Certificate | SshKey], now: datetime) -> bool:
    """Tell whether this is the only one that works: a key works while it is not retired, a certificate in its time as well."""

    def serves(one: Certificate | SshKey) -> bool:
        return works(one, now) if isinstance(one, Certificate) else one.retired_at is None

    return serves(thing) and not any(serves(one) for one in loaded if one.pk != thing.pk)


def check_not_only(standing: Standing) -> None:
    """Raise Refused where the sender has no other channel: without any it is deleted instead."""
    if len(standing.channels) == 1:
        raise Refused(
            _("This is the sender's only channel. Add another one first, or delete the sender."), code="only_channel"
        )


def check_blocked(sender: Sender, *, is_blocked: bool) -> None:
    """Raise Changed where the sender is (or is not) blocked already: somebody was first."""
    if (sender.blocked_at is not None) == is_blocked:
        return
    if sender.blocked_at is None:
        raise Changed(_("This sender is not blocked any more."), code="not_blocked")
    raise Changed(
        _("%(who)s has blocked this sender already.")
        % {"who": sender.blocked_by.full_name if sender.blocked_by else ""},
        when=sender.blocked_at,
        code="blocked_already",
    )


def notice_due(valid_to: datetime, now: datetime) -> int | None:
    """Return the notice that belongs to a moment before a certificate's end (M9): 60, 30, 14 or 3 days.

    None where the end is further away, or past.
    """
    left = valid_to - now
    if left <= timedelta(0):
        return None
    return min((days for days in NOTICES if left <= timedelta(days=days)), default=None)


def channel_in(standing: Standing, channel: Channel) -> StandingChannel:
    """Return a channel as it stands; raise Missing where it was retired meanwhile."""
    found = next((one for one in standing.channels if one.channel.pk == channel.pk), None)
    if found is None:
        raise Missing
    return found
