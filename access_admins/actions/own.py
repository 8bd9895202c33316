"""How one is reached in an enterprise: as chief (H8), and in one's own accounts (U8)."""

from django.utils.translation import gettext_lazy as _

from access_admins.models import ChiefRole
from acts.act import Recorder, about, perform
from acts.errors import Missing, NotAllowed
from enterprises.models import Enterprise
from enterprises.scope import hold_enterprise
from identity.actor import Actor
from identity.enums import Role
from identity.people import opened_to
from identity.proof import check_fresh
from identity.rights import Permission, check_right
from users.enums import AccountType
from users.holdings import ROLE_OF
from users.models import LIVE, Account


def change_professional_data(*, actor: Actor, enterprise: Enterprise, email: str, telephone: str) -> ChiefRole:
    """Change e-mail and telephone of one's own chief role in an enterprise; return the role as it is now.

    Addresses are not recorded, only that they changed. Raises Missing, NotAllowed, LevelTooLow, ProofTooOld.
    """
    with perform("chief.contact", actor=actor, chain=f"enterprise:{enterprise.public_id}") as act:
        enterprise = hold_enterprise(enterprise)
        acting = check_right(actor, Permission.ENTERPRISE_CONTACT, enterprise=enterprise.pk, afresh=True)
        check_fresh(actor)
        role = ChiefRole.objects.select_for_update().get(LIVE, enterprise=enterprise, person=actor.person)
        changed = _change(role, email=email, telephone=telephone)
        act.is_repeated = not changed
        if changed:
            event = Recorder(act, acting, enterprise)
            event("chief.contact", actor.person, about("chief_role", role), changed=changed)
        return role


def change_own_account(*, actor: Actor, account: Account, email: str, local_email: str) -> Account:
    """Change the e-mail addresses of one's own account; return it as it is now.

    account: with capacity and enterprise. Raises Missing (ended, somebody else's, or not opened by the means of this login),
    NotAllowed (blocked), ProofTooOld.
    """
    enterprise = account.capacity.enterprise
    with perform("own.account", actor=actor, chain=f"enterprise:{enterprise.public_id}") as act:
        hold_enterprise(enterprise)
        check_fresh(actor)
        opened = opened_to(actor.person.vouched_by, "capacity__enterprise__")
        fresh = Account.objects.select_for_update(of=("self",)).filter(LIVE, opened, pk=account.pk, person=actor.person)
        account = fresh.select_related("capacity__enterprise").first() or _missing()
        check_own_account(account)
        changed = _change(account, email=email, local_email=local_email)
        act.is_repeated = not changed
        if changed:
            event = Recorder(act, ROLE_OF[AccountType(account.type)], enterprise)
            event("own.account", actor.person, about("account", account), capacity=account.capacity, changed=changed)
        return account


def check_own_account(account: Account) -> None:
    """Raise NotAllowed for a blocked account: nobody acts through it (BEHAVIOUR U6)."""
    if account.blocked_at is not None:
        raise NotAllowed(
            _("Your account here is blocked. Ask the Chief Access Manager of the enterprise about it."),
            roles=(Role.HTB, Role.CO_HTB),
            code="account_blocked",
        )


def _change(row: ChiefRole | Account, **new: str) -> list[str]:
    changed = [name for name, value in new.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, new[name])
    if changed:
        row.save(update_fields=changed)
    return changed


def _missing() -> Account:
    raise Missing
