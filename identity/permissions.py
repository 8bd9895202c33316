"""Who may change which means of login: always one's own alone (BEHAVIOUR L3)."""

from django.utils.translation import gettext_lazy as _

from acts.errors import Refused
from acts.permissions import can
from identity import codes
from identity.actor import Actor
from identity.enums import LEVEL_OF, OWN_LEVEL, Means


def check_change_device(actor: Actor, means: Means) -> None:
    """A first code device asks a login that the person alone can make; a later one the level that it gives itself.

    means: TOTP or TOKEN. Raises Refused (user name and password come first), LevelTooLow.
    """
    if not actor.person.user_name:
        raise Refused(_("Choose a user name and a password first."), code="no_user_name")
    actor.needs_level(LEVEL_OF[means] if codes.means_of(actor.person) else OWN_LEVEL)


def check_choose_user_name(actor: Actor) -> None:
    """A first user name, or one in the place of what others chose (T2), asks a login that the person alone can make.

    Raises Refused (there is one), LevelTooLow.
    """
    if actor.person.user_name and actor.person.user_name_given_by is None:
        raise Refused(_("You have a user name already. It cannot be changed."), code="has_user_name")
    actor.needs_level(OWN_LEVEL)


def check_change_password(actor: Actor) -> None:
    """A password is changed at its own level. Raises Refused (there is none), LevelTooLow."""
    if not actor.person.user_name:
        raise Refused(_("Choose a user name and a password first."), code="no_user_name")
    actor.needs_level(LEVEL_OF[Means.PASSWORD])


can_change_device = can(check_change_device)
can_choose_user_name = can(check_choose_user_name)
