"""The way to a sender or to a further channel: Information > Contact person > Channel data > Confirmation (BEHAVIOUR M2, M7).

`Walk` knows the steps of one run, the forms over its answers, and what they ask for together.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from acts.errors import Missing
from enterprises.models import Application, Capacity
from senders.asked import CONTACT as CONTACT_FIELDS
from senders.asked import AskedChannel, plan_digest
from senders.enums import HAS_PASSWORD, HAS_TECHNICAL_USER, ChannelKind
from senders.forms import ChannelForm, ContactForm, KindForm, Offer, TechnicalUserForm
from senders.standing import Standing, applications_for
from ui.forms import PortalForm
from ui.models import Run

INFORMATION, CONTACT, KIND, CHANNEL, USER, CHECK, DONE = (
    "information", "contact", "kind", "channel", "user", "check", "done",
)  # fmt: skip


def journey_of(capacity: Capacity, *, is_first: bool) -> str:
    """Return the name of a journey of this capacity alone; at most 40 characters."""
    return f"{'sender' if is_first else 'channel'}:{capacity.public_id.hex}"


def trail(*, is_first: bool) -> list[str]:
    """Return the guide's steps; adding a channel has no contact person (M7)."""
    contact = [_("Contact person")] if is_first else []
    return [_("Information"), *contact, _("Channel data"), _("Confirmation")]


def place_in_trail(step: str, *, is_first: bool) -> int:
    """Return the place of a step's page in the trail, from 1."""
    place = {INFORMATION: 1, CONTACT: 2, KIND: 3, CHANNEL: 3, USER: 3}.get(step, 4)
    return place if is_first or step == INFORMATION else place - 1


def offer_for(kind: ChannelKind, capacity: Capacity, standing: Standing | None) -> Offer:
    """Return what the page of a new channel offers (M3-M6). standing: the sender that it joins, None for the first channel."""
    others = standing.channels if standing else []
    joins_others = kind == ChannelKind.WEB_SERVICE and bool(others)
    applications = [] if joins_others else applications_for(capacity)
    rivals = {one.pk: kinds for one in applications if (kinds := _rivals(standing, one))}
    return Offer(kind, applications, rivals)


def _rivals(standing: Standing | None, application: Application) -> list[ChannelKind]:
    """Return the kinds of the sender's channels that carry an application, the preferred first.

    A web service carries an application as soon as another channel does.
    """
    if standing is None:
        return []
    preferred = standing.preferred(application)
    kinds = {ChannelKind(one.kind) for one in standing.carriers(application)}
    kinds |= {one.kind for one in standing.channels if one.kind == ChannelKind.WEB_SERVICE}
    return sorted(kinds, key=lambda kind: (preferred is None or kind != preferred.kind, kind))


@dataclass(frozen=True)
class Walk:
    """One run. standing: the sender that gets another channel, None on the way to a first sender."""

    run: Run
    capacity: Capacity
    standing: Standing | None

    @property
    def is_first(self) -> bool:
        """Whether this leads to a new sender."""
        return self.standing is None

    def answers(self, step: str) -> dict[str, str]:
        """Return the answers of a step; empty while there are none."""
        answers: dict[str, str] = self.run.answers.get(step, {})
        return answers

    @property
    def kind(self) -> ChannelKind:
        """The kind that was chosen. Raises Missing where none was: the address was made up."""
        try:
            return ChannelKind(self.answers(KIND).get("kind", ""))
        except ValueError:
            raise Missing from None

    @property
    def steps(self) -> list[str]:
        """The steps that ask something, in order."""
        contact = [CONTACT] if self.is_first else []
        user = [USER] if KIND in self.run.answers and self.kind in HAS_TECHNICAL_USER else []
        return [*contact, KIND, CHANNEL, *user]

    def form(self, step: str, data: QueryDict | Mapping[str, str] | None = None, files: Any = None) -> PortalForm:
        """Return a step's form, bound to `data`, or showing what was answered."""
        initial = self.answers(step) if data is None else None
        match step:
            case "contact":
                return ContactForm(data, initial=initial)
            case "kind":
                return KindForm(
                    data, initial=initial, free=self.standing.free_kinds if self.standing else [*ChannelKind]
                )
            case "channel":
                offer = offer_for(self.kind, self.capacity, self.standing)
                return ChannelForm(data, files, initial=initial, offer=offer)
            case "user":
                kept = self.answers(USER).get("password_hash", "")
                return TechnicalUserForm(data, initial=initial, has_password=self.kind in HAS_PASSWORD, kept_hash=kept)
            case _:
                raise Missing

    def answered(self) -> Iterator[tuple[str, PortalForm]]:
        """Yield every step with its form bound to its answers, for `journeys.first_open` (earlier steps hold still)."""
        for step in self.steps:
            yield step, self.form(step, self.answers(step))

    def asked(self) -> AskedChannel:
        """Return what is asked for. The answers hold: `journeys.first_open` found nothing."""
        channel, user = self._channel(), self._user()
        return AskedChannel(
            kind=self.kind,
            certificate=channel.read["certificate"],
            ssh_key=channel.read.get("ssh_key"),
            applications=tuple(channel.chosen),
            preferred=channel.chosen_preferred,
            user_name=user.whole_name if user else "",
            password_hash=user.cleaned_data.get("password_hash", "") if user else "",
        )

    @property
    def contact(self) -> dict[str, str]:
        """The contact's data, by the names of `asked.CONTACT`; empty where a channel is added."""
        answers = self.answers(CONTACT)
        return {name: answers[name] for name in CONTACT_FIELDS} if self.is_first else {}

    def digest(self, asked: AskedChannel) -> str:
        """Return the digest of what the check page shows, which the act compares with how things are then."""
        if self.standing is None:
            return plan_digest(channel=asked, contact=self.contact)
        return plan_digest(channel=asked, standing=self.standing)

    def _channel(self) -> ChannelForm:
        form = self.form(CHANNEL, self.answers(CHANNEL))
        if not (isinstance(form, ChannelForm) and form.is_valid()):
            raise Missing
        return form

    def _user(self) -> TechnicalUserForm | None:
        if USER not in self.steps:
            return None
        form = self.form(USER, self.answers(USER))
        if not (isinstance(form, TechnicalUserForm) and form.is_valid()):
            raise Missing
        return form
