"""The demo cards: who lies on the table, and whose card a typed number is."""

from django.conf import settings
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from acts.errors import Refused
from enterprises.gateway import RegisteredPerson, register
from enterprises.models import Employment, LegalFunction, RegisterPerson
from identity.limits import counted

# Enterprise numbers of the demo world; nobody real has one.
DEMO_NUMBERS = ("0999000000", "0999999999")
CARDS_SHOWN = 20
# One employer may have hundreds of people: looking at this many ties is enough to find twenty cards.
TIES_READ = 200


def shown_cards() -> list[RegisterPerson]:
    """Return the cards to pick from: at most 20 living people with an eID and a tie to an enterprise of the demo world.

    In the order of the enterprise numbers; in one enterprise first who holds a legal function, then who works there.
    Without the demo world there are none, and a number is typed.
    """
    functions = LegalFunction.objects.filter(number__range=DEMO_NUMBERS).order_by("number", "pk")
    employments = Employment.objects.filter(number__range=DEMO_NUMBERS).order_by("number", "pk")
    ties = [
        *functions.values_list("number", "insz")[:TIES_READ],
        *employments.values_list("number", "insz")[:TIES_READ],
    ]
    in_order = list(dict.fromkeys(insz for _number, insz in sorted(ties, key=lambda tie: tie[0])))
    people = RegisterPerson.objects.filter(has_eid=True, died_on=None).in_bulk(in_order)
    return [people[insz] for insz in in_order if insz in people][:CARDS_SHOWN]


def card_of(insz: str) -> RegisteredPerson:
    """Return who holds the card with this number. Raises Refused where there is no such card, RegisterDown.

    Somebody who died has no card any more: the real service refuses it too, because its certificates are revoked.
    """
    person = register().person(insz)
    if person is None or not person.has_eid or person.died_on is not None:
        raise Refused(_("The register knows no card with this number."), field="insz", code="no_card")
    return person


def check_pin(insz: str, pin: str, *, address: str) -> None:
    """Raise Refused where the PIN is wrong, TooMany where the card is blocked or this address guessed too often.

    Three wrong ones block a card for 15 minutes. address: of identity.limits.client_address.
    """
    with counted(("mock_pin.person", insz), ("password.address", address)) as attempt:
        if not constant_time_compare(pin, settings.MOCK_IDP_PIN):
            attempt.miss()
            raise Refused(_("The PIN code is wrong."), field="pin", code="wrong_pin")
