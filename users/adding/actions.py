"""Giving a person a role in a capacity, and ending an administrator's (BEHAVIOUR H3, H4, H7, H10, U3)."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from acts.act import Act, Recorder, about, perform
from acts.errors import Changed, Missing, Refused, plan_changed
from acts.runs import hold_run
from enterprises.models import Capacity
from enterprises.scope import hold_capacity
from identity.actions import means
from identity.actions.activation import open_activation, open_again
from identity.actions.anew import begin_anew, end_vouched
from identity.actions.passwords import TAKEN
from identity.actor import Actor
from identity.enums import Role
from identity.models import Person
from identity.people import FIRST_PASSWORD_OF_USER
from identity.proof import check_fresh
from identity.rights import On, Permission, check_right
from ui import journeys
from ui.models import Run
from users.adding import letters
from users.adding.accounts import account_by
from users.adding.plan import (
    Asked,
    Giving,
    Removal,
    WayIn,
    carry_out,
    carry_out_removal,
    check_giving,
    digest_of,
    plan_giving,
    plan_removal,
    way_in,
)
from users.chiefs import chiefs
from users.enums import AccountType
from users.finding import Found, check_found, check_named
from users.models import Account
from users.permissions import on_what

TO_GIVE = {
    AccountType.USER: Permission.ACCOUNT_ADD,
    AccountType.LB: Permission.TB_REPLACE,
    AccountType.CO_LB: Permission.CO_TB_ADD,
}
TO_END = {AccountType.LB: Permission.TB_REMOVE, AccountType.CO_LB: Permission.CO_TB_REMOVE}


@dataclass(frozen=True)
class Given:
    """The account that was opened or changed. activation_code: to be shown once (L7), else ""."""

    account: Account
    activation_code: str = ""


def give_role(
    *, actor: Actor, capacity: Capacity, asked: Asked, found: Found, knows_no_tie: bool, confirmed: str, run: Run
) -> Given:
    """Make a person access administrator (in place of the former), co-administrator or user of a capacity.

    found: the answers of register and portal, at most ten seconds old. knows_no_tie: whether it was ticked that nothing ties
    the person to the enterprise. confirmed: the digest that the check page showed. The same run again returns what it gave.
    Raises Missing, NotAllowed, LevelTooLow, Refused (a rule), Changed (somebody was first, or what was confirmed is no longer
    so), RegisterDown (the answers grew old while waiting).
    """
    with perform("account.add", actor=actor) as act:
        run = hold_run(run)
        capacity = hold_capacity(capacity)
        role = check_right(
            actor, TO_GIVE[asked.kind], enterprise=capacity.enterprise_id, capacity=capacity.pk, afresh=True
        )
        if run.finished_at is not None:
            act.is_repeated = True
            return Given(account_by(run.result["account"]))
        found.refuse_when_old()
        found = found.held()
        act.chain = f"enterprise:{capacity.enterprise.public_id}"
        giving = plan_giving(
            capacity, asked.insz, asked.kind, applications=asked.applications, former_stays=asked.former_stays
        )
        way = way_in(found, administers=asked.kind != AccountType.USER, by=actor)
        if digest_of(asked, found, giving, way, actor) != confirmed:
            raise given_meanwhile(giving, run) or plan_changed()
        _check(actor, capacity, asked, found, giving, knows_no_tie=knows_no_tie)
        person, is_new = found.become_person()
        if is_new != (found.known is None):
            raise plan_changed()
        record, now = Recorder(act, role, capacity.enterprise), timezone.now()
        if asked.kind != AccountType.USER and not found.is_chief:
            begin_anew(act, person, capacity.enterprise.public_id)
        _introduce(record, person, asked, found, way)
        account = carry_out(
            record, giving, capacity=capacity, person=person, asked=asked, by=actor.person, now=now,
            knows_no_tie=knows_no_tie and not found.is_tied,
        )  # fmt: skip
        letter = letters.given(person, capacity=capacity, kind=asked.kind, by=actor.person, way=way)
        act.mail(person, address=asked.email, letter=letter)
        if giving.former is not None:
            _tell_former(act, giving, capacity=capacity, by=actor.person)
        code = ""
        if way.is_by_link:
            code = open_activation(
                act, person=person, enterprise_public_id=capacity.enterprise.public_id, address=asked.email,
                language=person.language,
            )  # fmt: skip
        journeys.finish(run, {"account": str(account.public_id)})
        return Given(account, code)


def given_meanwhile(giving: Giving, run: Run) -> Changed | None:
    """Return who gave somebody a role here since a run began, None where nobody did."""
    newer = next(
        (one for one in (giving.own, giving.former) if one is not None and one.created_at > run.begun_at), None
    )
    if newer is None:
        return None
    sentence = gettext("Meanwhile %(who)s has given %(name)s a role in this capacity.")
    return Changed(
        sentence % {"who": newer.created_by.full_name, "name": newer.person.full_name},
        who=newer.created_by.full_name,
        when=newer.created_at,
        code="given_meanwhile",
    )


def _check(actor: Actor, capacity: Capacity, asked: Asked, found: Found, giving: Giving, *, knows_no_tie: bool) -> None:
    """Hold the request to the rules (H7, H10, U3)."""
    check_found(found)
    if not found.is_tied:
        check_named(found, last_name=asked.last_name, first_name=asked.first_name)
        if not knows_no_tie:
            raise Refused(
                gettext_lazy("Tick that you know this person, or look up somebody else."),
                field="knows_no_tie",
                code="no_tie",
            )
    check_giving(giving)
    own, is_own = giving.own, found.insz == actor.person.insz
    if own is not None and own.is_blocked and not giving.as_htb:
        # The role unblocks the account (U5): nobody gets round a block by appointing himself.
        check_right(
            actor, Permission.ACCOUNT_BLOCK, enterprise=capacity.enterprise_id, capacity=capacity.pk,
            on=on_what(own.type, as_htb=own.as_htb), is_own=is_own,
        )  # fmt: skip
    if giving.applications:
        check_right(
            actor, Permission.GRANT_GIVE, enterprise=capacity.enterprise_id, capacity=capacity.pk, on=giving.on,
            is_own=is_own,
        )  # fmt: skip


def _introduce(record: Recorder, person: Person, asked: Asked, found: Found, way: WayIn) -> None:
    """Write what an administrator says of somebody who is new here: title and language, user name and first password."""
    if found.known is None:
        person.title, person.language = asked.title, asked.language
        person.save(update_fields=["title", "language"])
    if way != WayIn.FIRST_PASSWORD:
        return
    end_vouched(record.act, person)
    if means.is_taken(asked.user_name, by_others_than=person):
        raise Refused(TAKEN, field="user_name", code="user_name_taken")
    enterprise, by = record.enterprise.public_id, record.act.actor.public_id
    means.set_user_name(person, asked.user_name, given_by=enterprise)
    person.password, person.password_is_first = asked.password_hash, True
    person.first_password_until = timezone.now() + FIRST_PASSWORD_OF_USER
    person.vouched_by = enterprise
    person.save(update_fields=means.GIVEN)
    means.note_vouched(
        person, [means.Kind.USER_NAME, means.Kind.PASSWORD], enterprise=enterprise, how=means.How.GIVEN, by=by
    )
    record("means.first_password", person, about("person", person))


def _tell_former(act: Act, giving: Giving, *, capacity: Capacity, by: Person) -> None:
    former = giving.former
    if former is not None and former.email and former.person != by:
        letter = letters.ended(former.person, capacity=capacity, kind=AccountType.LB, by=by, stays=giving.former_stays)
        act.mail(former.person, address=former.email, letter=letter)


def remove_administrator(*, actor: Actor, account: Account, confirmed: str) -> None:
    """End the account of a TB, whose capacity returns to the HTB, or of a co-TB (H3, H4).

    confirmed: the digest that the check page showed. Again by the same actor: nothing. Raises Missing (also for a user, who
    is deleted from the list), NotAllowed, LevelTooLow, Changed.
    """
    with perform("account.end", actor=actor) as act:
        capacity = hold_capacity(account.capacity)
        account = _fresh(account, capacity)
        kind = AccountType(account.type)
        if kind not in TO_END:
            raise Missing
        role = check_right(
            actor, TO_END[kind], enterprise=capacity.enterprise_id, capacity=capacity.pk, on=on_removal(account),
            afresh=True,
        )  # fmt: skip
        _end(act, account, actor=actor, role=role, confirmed=confirmed)


def resign(*, actor: Actor, account: Account, confirmed: str) -> None:
    """Give one's own role of TB or co-TB back (H10); the capacity of a TB returns to the HTB, who gets a mail.

    account: the actor's. Raises and repeats as remove_administrator does.
    """
    with perform("account.end", actor=actor) as act:
        capacity = hold_capacity(account.capacity)
        account = _fresh(account, capacity)
        if account.person_id != actor.person.pk:
            raise Missing
        if account.ended_at is not None and account.ended_by_id == actor.person.pk:
            act.is_repeated = True
            return
        role = check_right(
            actor, Permission.ROLE_RESIGN, enterprise=capacity.enterprise_id, capacity=capacity.pk,
            on=on_removal(account), afresh=True,
        )  # fmt: skip
        _end(act, account, actor=actor, role=role, confirmed=confirmed)


def renew_activation(*, actor: Actor, account: Account, confirmed: str) -> str:
    """Send a TB or co-TB a new link, in the place of one that was lost or is too old; return the code to show once (L7).

    confirmed: the digest that the page showed. Raises Missing (also for a user, and for a role that ended), NotAllowed,
    LevelTooLow, and what `open_again` raises.
    """
    with perform("account.renew_activation", actor=actor) as act:
        capacity = hold_capacity(account.capacity)
        account = _fresh(account, capacity)
        kind = AccountType(account.type)
        if kind not in TO_END or account.ended_at is not None:
            raise Missing
        role = check_right(
            actor, TO_GIVE[kind], enterprise=capacity.enterprise_id, capacity=capacity.pk, on=on_removal(account),
            afresh=True,
        )  # fmt: skip
        if chiefs().is_chief(account.person_id, capacity.enterprise.public_id):
            raise Refused(
                gettext_lazy(
                    "This person has a role over the whole enterprise: who gives that role sends the activation."
                ),
                code="is_chief",
            )
        check_fresh(actor)
        person = means.hold(account.person)
        act.chain = f"enterprise:{capacity.enterprise.public_id}"
        Recorder(act, role, capacity.enterprise)(
            "account.renew_activation", person, about("account", account), capacity=capacity
        )
        return open_again(
            act, person=person, enterprise_public_id=capacity.enterprise.public_id, address=account.email,
            confirmed=confirmed,
        )  # fmt: skip


def on_removal(account: Account) -> On | None:
    """Return upon what kind of account a role's end or a new activation is asked: what is held as HTB ends by another's
    appointment alone."""
    return On.AS_HTB if account.as_htb else None


def _end(act: Act, account: Account, *, actor: Actor, role: Role, confirmed: str) -> None:
    """Compare with what was confirmed, write, tell those concerned."""
    capacity = account.capacity
    if account.ended_at is not None and account.ended_by is not None:
        if account.ended_by == actor.person:
            act.is_repeated = True
            return
        sentence = gettext("Meanwhile %(who)s has ended this role.") % {"who": account.ended_by.full_name}
        raise Changed(sentence, who=account.ended_by.full_name, when=account.ended_at, code="ended_meanwhile")
    removal = plan_removal(account)
    if removal.digest != confirmed:
        raise plan_changed()
    act.chain = f"enterprise:{capacity.enterprise.public_id}"
    carry_out_removal(Recorder(act, role, capacity.enterprise), removal, by=actor.person, now=timezone.now())
    _tell_removed(act, removal, actor=actor)


def _tell_removed(act: Act, removal: Removal, *, actor: Actor) -> None:
    account, chief = removal.account, removal.chief
    kind = AccountType(account.type)
    if account.person != actor.person and account.email:
        letter = letters.ended(account.person, capacity=account.capacity, kind=kind, by=actor.person, stays=False)
        act.mail(account.person, address=account.email, letter=letter)
    if chief.person != actor.person:
        letter = letters.returned(chief.person, removal=removal, by=actor.person)
        act.mail(chief.person, address=chief.email, letter=letter)


def _fresh(account: Account, capacity: Capacity) -> Account:
    fresh = Account.objects.select_related("person", "ended_by").get(pk=account.pk)
    fresh.capacity = capacity
    return fresh
