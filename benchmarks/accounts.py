"""A database of its own with a million accounts in 50,000 capacities, 3 grants each: real-looking, right, and nobody's data.

    DATABASE_URL=postgres://…/bench_accounts python -m benchmarks.accounts          made and migrated if need be, filled once
    DATABASE_URL=postgres://…/bench_accounts python -m benchmarks.accounts --drop

The same every time (seeded). It stays under its name for the benchmarks that follow; who writes much works on a copy:
CREATE DATABASE … TEMPLATE bench_accounts. Capacities go from one of 100,000 accounts (`largest()`), 40,000, 27,000 …, down to
1. Names run from very common to unique, with particles and accents; few accounts are blocked or Co-LB.
"""

import argparse
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, combinations, islice
from random import Random

from django.core.management import call_command
from django.db import connection
from django.db.models import NOT_PROVIDED, Model

from access_admins.enums import ChiefKind, Procedure
from access_admins.models import ChiefRole
from benchmarks.make_kbo import dotted
from enterprises.models import Application, Capacity, CapacityKind, Enterprise
from formats.names import fold, user_name_key
from identity.models import Person
from users.enums import AccountType
from users.models import Account, Grant

ACCOUNTS, CAPACITIES, ENTERPRISES, LARGEST = 1_000_000, 50_000, 40_000, 100_000
GRANTS_EACH = 3
# One in so many.
BLOCKED, CO_LB, BIS, RARE_NAME, WITH_LOCAL_EMAIL, WITHOUT_USER_NAME = 500, 150, 40, 25, 5, 10
SINCE = datetime(2024, 3, 1, 8, 0, tzinfo=UTC)
FIRST_BIRTHDAY, BIRTHDAYS = date(1945, 1, 1), 20_000  # until 1999: one century, so that one rule makes the check digits
FIRST_ENTERPRISE, FIRST_RSZ = 4_000_000, 1_000_000
# No 0 and 1, which user names take for letters; the number behind a name keeps its key unique.
DIGITS = "23456789"

# Commonest first: each is met about as often as its rank says.
LAST_NAMES = (
    "Peeters", "Janssens", "Maes", "Jacobs", "Mertens", "Willems", "Claes", "Goossens", "Wouters", "De Smet",
    "Dubois", "Lambert", "Martin", "Dupont", "Hermans", "Pauwels", "Desmet", "Aerts", "Michiels", "De Backer",
    "Van Damme", "Leclercq", "Simon", "Vermeulen", "Van den Bossche", "Van de Velde", "De Clercq", "Lefèvre",
    "Gérard", "Noël", "Müller", "Schmitz", "El Amrani", "Ben Ali", "Yılmaz", "Çelik", "Nguyen", "D'Hondt", "D’Haese",
    "Van 't Hof", "'t Jampens", "von der Heide", "Núñez", "Gonçalves", "Łukaszewicz", "Kovač", "Štěpánek", "Đorđević",
    "Ångström", "Sørensen", "Weiß", "Œuvrard", "O'Brien", "Peeters-Lefèvre", "Van Cauwenberghe", "de Hemptinne",
    "de la Vallée Poussin", "Ó Súilleabháin", "Al-Khatib", "Ng", "Xu", "Q",
)  # fmt: skip
FIRST_NAMES = (
    "Maria", "Jean", "Marie", "Luc", "Marc", "Anna", "Thomas", "Emma", "Jan", "Patrick", "Nathalie", "Peter", "Anne", "Karim",
    "Michel", "Sofie", "Noor", "Lucas", "Louise", "Mohamed", "Fatima", "Pieter Jan", "Jean-Pierre", "Zoë", "Chloé", "Anaïs",
    "François", "Geneviève", "Jürgen", "Björn", "Łukasz", "İbrahim", "Señorita Inés", "Noémie Marie Thérèse", "Siebe", "D'Arcy",
    "Li", "Ó", "Wolfgang Amadeus", "Xanthe",
)  # fmt: skip
SYLLABLES = (
    "ba",
    "ver",
    "cke",
    "lo",
    "ghem",
    "mon",
    "tri",
    "ske",
    "du",
    "pré",
    "hae",
    "nou",
    "zel",
    "wy",
    "quin",
    "st",
)

Row = Sequence[object]


@dataclass(frozen=True)
class Name:
    """A name and the key that lists sort it by."""

    shown: str
    key: str


def weighted(names: Sequence[str]) -> tuple[list[Name], list[float]]:
    """Return names with their keys and the rising weights with which they are drawn: one over the rank."""
    return [Name(name, fold(name)) for name in names], list(accumulate(1 / rank for rank in range(1, len(names) + 1)))


def sizes() -> list[int]:
    """Return how many accounts each capacity has: the largest, then falling as one over the rank, 1 at least."""
    left, ranks = ACCOUNTS - LARGEST, range(2, CAPACITIES + 1)
    scale = left / sum(1 / rank for rank in ranks)
    rest = [max(1, int(scale / rank)) for rank in ranks]
    rest[0] += left - sum(rest)
    return [LARGEST, *rest]


def insz(number: int, random: Random) -> str:
    """Return the number of the number-th person: a birthday, a counter on it, check digits; a BIS number now and then."""
    day = FIRST_BIRTHDAY + timedelta(days=number % BIRTHDAYS)
    month = day.month + (40 if random.randrange(BIS) == 0 else 0)
    body = f"{day:%y}{month:02}{day:%d}{number // BIRTHDAYS + 1:03}"
    return f"{body}{97 - int(body) % 97:02}"


def user_name(number: int, first: Name, last: Name) -> str:
    """Return a user name that nobody else has."""
    text, left = "", number + len(DIGITS)
    while left:
        left, digit = divmod(left, len(DIGITS))
        text += DIGITS[digit]
    letters = "".join(c for c in f"{first.key[0]}{last.key}" if c.isascii() and c.isalpha())
    return f"{letters[:40]}{text}"


def public_id(random: Random) -> str:
    return f"{random.getrandbits(128):032x}"


class World:
    """The rows of every table. Persons with the ids 1 … ACCOUNTS are the accounts' own; behind them chiefs without account."""

    def __init__(self) -> None:
        self.random = Random(2026)
        self.sizes = sizes()
        self.kind = CapacityKind.objects.get(code="employer-rsz")
        # Read here: while rows are on their way to COPY, the connection answers nothing else.
        self.applications = list(Application.objects.filter(kind=self.kind).values_list("pk", flat=True))
        self.last_names, self.last_weights = weighted(LAST_NAMES)
        self.first_names, self.first_weights = weighted(FIRST_NAMES)
        self.firsts = [0, *accumulate(self.sizes)]
        self.people: list[tuple[Name, Name, str, str]] = []  # last, first, user name, number; by id, from 1

    def persons(self) -> Iterator[Row]:
        for number in range(ACCOUNTS + ENTERPRISES):
            last, first = self._last_name(), self._draw(self.first_names, self.first_weights)
            name = "" if self.random.randrange(WITHOUT_USER_NAME) == 0 else user_name(number, first, last)
            self.people.append((last, first, name, insz(number, self.random)))
            language = ("nl", "nl", "nl", "fr", "fr", "de")[number % 6]
            yield (
                number + 1, public_id(self.random), self.people[-1][3], last.shown, first.shown, language, name or None,
                user_name_key(name) or None, "!", SINCE,
            )  # fmt: skip

    def enterprises(self) -> Iterator[Row]:
        for number in range(ENTERPRISES):
            digits = dotted(FIRST_ENTERPRISE + number).replace(".", "")
            last = self._last_name().shown
            yield number + 1, public_id(self.random), digits, f"{last} & Co {number} NV", SINCE, SINCE, 1

    def capacities(self) -> Iterator[Row]:
        for number in range(CAPACITIES):
            body = FIRST_RSZ + number
            yield (
                number + 1, public_id(self.random), number % ENTERPRISES + 1, self.kind.pk,
                f"{body}{96 - body * 100 % 97:02}".zfill(9), SINCE, 1,
            )  # fmt: skip

    def chiefs(self) -> Iterator[Row]:
        for number in range(ENTERPRISES):
            yield (
                number + 1, public_id(self.random), number + 1, self._chief(number), ChiefKind.HTB, "htb@example.be",
                Procedure.STANDARD, SINCE, 1,
            )  # fmt: skip

    def _chief(self, enterprise: int) -> int:
        """Of every other enterprise the chief holds the LB account of its first capacity himself."""
        return self.firsts[enterprise] + 1 if enterprise % 2 else ACCOUNTS + enterprise + 1

    def accounts(self) -> Iterator[Row]:
        for capacity, size in enumerate(self.sizes):
            as_htb = capacity < ENTERPRISES and bool(capacity % 2)
            for place in range(size):
                yield self._account(
                    self.firsts[capacity] + place + 1, capacity + 1, place, as_htb=as_htb and place == 0
                )

    def _account(self, number: int, capacity: int, place: int, *, as_htb: bool) -> Row:
        last, first, name, digits = self.people[number - 1]
        kind = AccountType.USER
        if place == 0:
            kind = AccountType.LB
        elif self.random.randrange(CO_LB) == 0:
            kind = AccountType.CO_LB
        blocked = place > 0 and self.random.randrange(BLOCKED) == 0
        local = f"{number}@intern.example.be" if self.random.randrange(WITH_LOCAL_EMAIL) == 0 else ""
        return (
            number, public_id(self.random), capacity, number, kind, as_htb, f"m{number}@example.be", local,
            SINCE + timedelta(minutes=number % 500_000), 1, SINCE if blocked else None, 1 if blocked else None, last.key,
            first.key, user_name_key(name), digits,
        )  # fmt: skip

    def grants(self) -> Iterator[Row]:
        sets = list(combinations(self.applications, GRANTS_EACH))
        weights = list(accumulate(1 / rank for rank in range(1, len(sets) + 1)))
        act = public_id(self.random)
        account = 0
        for capacity, size in enumerate(self.sizes, start=1):
            for chosen in self.random.choices(sets, cum_weights=weights, k=size):
                for place, application in enumerate(chosen, start=1):
                    yield account * GRANTS_EACH + place, account + 1, capacity, application, SINCE, 1, act
                account += 1

    def _last_name(self) -> Name:
        if self.random.randrange(RARE_NAME):
            return self._draw(self.last_names, self.last_weights)
        made = "".join(self.random.choices(SYLLABLES, k=self.random.randint(3, 6))).capitalize()
        return Name(made, fold(made))

    def _draw(self, names: list[Name], weights: list[float]) -> Name:
        return self.random.choices(names, cum_weights=weights)[0]


PERSON = (
    "id", "public_id", "insz", "last_name", "first_names", "language", "user_name", "user_name_key", "password", "created_at",
)  # fmt: skip
ENTERPRISE = ("id", "public_id", "number", "name", "read_at", "activated_at", "activated_by_id")
CAPACITY = ("id", "public_id", "enterprise_id", "kind_id", "identification", "activated_at", "activated_by_id")
CHIEF = (
    "id", "public_id", "enterprise_id", "person_id", "kind", "email", "procedure", "started_at", "started_by_id",
)  # fmt: skip
ACCOUNT = (
    "id", "public_id", "capacity_id", "person_id", "type", "as_htb", "email", "local_email", "created_at", "created_by_id",
    "blocked_at", "blocked_by_id", "last_key", "first_key", "user_name_key", "insz",
)  # fmt: skip
GRANT = ("id", "account_id", "capacity_id", "application_id", "given_at", "given_by_id", "act")


def fill() -> None:
    """Write all rows. Foreign keys are not checked one by one: the rows are right by construction."""
    world = World()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; SET maintenance_work_mem = '512MB'")
    for model, columns, rows in (
        (Person, PERSON, world.persons()),
        (Enterprise, ENTERPRISE, world.enterprises()),
        (Capacity, CAPACITY, world.capacities()),
        (ChiefRole, CHIEF, world.chiefs()),
        (Account, ACCOUNT, world.accounts()),
        (Grant, GRANT, world.grants()),
    ):
        begun = time.monotonic()
        count = copy(model, columns, rows)
        print(f"{model.__name__:12}{count:>10,} rows {time.monotonic() - begun:6.1f} s", flush=True)
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute("RESET session_replication_role; RESET maintenance_work_mem")


def copy(model: type[Model], columns: Sequence[str], rows: Iterable[Row]) -> int:
    """COPY rows into a model's table, without its indexes meanwhile; columns that the rows leave out get their default."""
    table = model._meta.db_table
    stored = [field for field in model._meta.concrete_fields if not getattr(field, "generated", False)]
    others = [field for field in stored if not field.null and field.column not in columns]
    left_out = [field for field in others if field.default is not NOT_PROVIDED or field.empty_strings_allowed]
    tail = "".join(f"\t{text(field.get_default())}" for field in left_out)
    listed = ", ".join([*columns, *(str(field.column) for field in left_out)])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = %s::regclass "
            "AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)",
            [table],
        )
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
        left = iter(rows)
        count = 0
        with cursor.copy(f"COPY {table} ({listed}) FROM STDIN") as target:
            while lines := ["\t".join(map(text, row)) + tail + "\n" for row in islice(left, 5_000)]:
                target.write("".join(lines))
                count += len(lines)
        for _name, definition in indexes:
            cursor.execute(definition)
        cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, count])
    return count


def text(value: object) -> str:
    """Return a value as COPY reads it; none of ours holds a tab, a line end or a backslash."""
    return "\\N" if value is None else str(value)


def largest() -> Capacity:
    """Return the capacity with 100,000 accounts, with its enterprise and kind. Its TB is an appointed one."""
    return Capacity.objects.select_related("enterprise", "kind__domain").get(pk=1)


def main() -> None:
    """Make, fill or drop the database that DATABASE_URL names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--drop", action="store_true")
    drops = parser.parse_args().drop
    if connection.vendor != "postgresql":
        raise SystemExit("This fills PostgreSQL: set DATABASE_URL.")
    name = connection.settings_dict["NAME"]
    with connection._nodb_cursor() as cursor:
        if drops:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            return
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() is None:
            cursor.execute(f'CREATE DATABASE "{name}"')
    call_command("migrate", verbosity=0)
    if Account.objects.count() < ACCOUNTS:
        fill()
    with connection.cursor() as cursor:
        # As a database in use is, where autovacuum runs; the machine that measures may have it off.
        cursor.execute("VACUUM (ANALYZE)")


if __name__ == "__main__":
    main()
