"""Who and what there is in the demo world, as plain data.

National numbers end in the rare counters 997 and 998, enterprise numbers begin with 0999: they collide with nobody.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from enterprises.enums import IdentifiedBy

PASSWORD = "demo-csam-2026"  # noqa: S105 - the demo world's, refused in production


@dataclass(frozen=True)
class DemoPerson:
    """A person of the register; who has a user name is known to the portal too."""

    insz: str
    first_names: str
    last_name: str
    language: str
    has_eid: bool = True
    user_name: str = ""


AN = DemoPerson("70031499873", "An", "Peeters", "nl")
LUC = DemoPerson("65110299794", "Luc", "Janssens", "nl")
SOPHIE = DemoPerson("82062199839", "Sophie", "Lambert", "fr")
KARIM = DemoPerson("90013099797", "Karim", "El Amrani", "nl", user_name="kelamrani")
MARIE = DemoPerson("78090599868", "Marie", "Dubois", "fr", user_name="mdubois")
JONAS = DemoPerson("88121299790", "Jonas", "Müller", "de")
EMMA = DemoPerson("01041799825", "Emma", "Claes", "nl", user_name="eclaes")
THOMAS = DemoPerson("03080899775", "Thomas", "Wouters", "nl", user_name="twouters")
INGRID = DemoPerson("59022899894", "Ingrid", "De Smet", "nl", has_eid=False)
PIOTR = DemoPerson("75471999746", "Piotr", "Nowak", "en", has_eid=False)
NOOR = DemoPerson("95070799860", "Noor", "Vermeulen", "nl", user_name="nvermeulen")
BART = DemoPerson("72052599791", "Bart", "Maes", "nl", user_name="bmaes")
CAST = (AN, LUC, SOPHIE, KARIM, MARIE, JONAS, EMMA, THOMAS, INGRID, PIOTR, NOOR, BART)

# The contact centre: user name and group, two of each, because nobody has two duties and much takes two people.
STAFF = {
    "eranova1": "desk",
    "eranova2": "desk",
    "eranova3": "keepers",
    "eranova4": "keepers",
    "eranova5": "supervisors",
    "eranova6": "supervisors",
}

_FIRST_NAMES = (
    "Aline", "Bram", "Céline", "Daan", "Élodie", "Femke", "Gaëlle", "Hamza", "Inès", "Jef", "Katrijn", "Loïc", "Maïté",
    "Nathan", "Océane", "Pieter", "Quinten", "Romain", "Sara", "Tuur", "Ursula", "Victor", "Wout", "Yasmina", "Zoë",
)  # fmt: skip
_LAST_NAMES = ("Aerts", "Bogaert", "Cools", "D'Hondt", "Evrard", "Fontaine", "Goossens", "Hermans", "Işık", "Jacobs")


def _insz(born: date, counter: int) -> str:
    body = f"{born:%y%m%d}{counter}"
    check = 97 - int(f"2{body}" if born.year >= 2000 else body) % 97
    return f"{body}{check:02}"


def _crowd() -> tuple[DemoPerson, ...]:
    """250 people, the same at every load: each pair of a first and a last name once, born nine weeks apart."""
    languages = ("fr", "nl", "nl", "fr", "de")
    names = [(first, last) for last in _LAST_NAMES for first in _FIRST_NAMES]
    return tuple(
        DemoPerson(
            insz=_insz(date(1960, 1, 4) + timedelta(weeks=9 * place), 997 + place % 2),
            first_names=first,
            last_name=last,
            language=languages[place % len(languages)],
        )
        for place, (first, last) in enumerate(names)
    )


CROWD = _crowd()
# The eID of each member of staff: the number that their account is bound to (BEHAVIOUR T8).
STAFF_CARDS = {
    user_name: DemoPerson(_insz(date(1980, 6, place), 997), "Eranova", str(place), "nl")
    for place, user_name in enumerate(STAFF, start=1)
}


@dataclass(frozen=True)
class DemoEnterprise:
    """An enterprise of the register. names: (KBO language code, text). address: street, house number, postal code,
    municipality, each in Dutch and French where they differ. representatives: (person, function code)."""

    number: str
    legal_form: str
    started_on: date
    names: tuple[tuple[str, str], ...]
    street: tuple[str, str]
    house_number: str
    zip_code: str
    municipality: tuple[str, str]
    representatives: tuple[tuple[DemoPerson, str], ...]
    employees: tuple[DemoPerson, ...] = ()
    stopped_on: date | None = None
    numbers: tuple[tuple[IdentifiedBy, str], ...] = ()


_FR, _NL, _DE = "1", "2", "3"
_DIRECTOR, _MANAGER, _MANAGING_DIRECTOR = "10002", "10006", "10007"

ATELIER = DemoEnterprise(
    number="0999000129",
    legal_form="610",
    started_on=date(2009, 5, 4),
    names=((_NL, "Atelier Noord BV"),),
    street=("Noorderzichtstraat", "Noorderzichtstraat"),
    house_number="12",
    zip_code="2000",
    municipality=("Antwerpen", "Anvers"),
    representatives=((AN, _DIRECTOR),),
    employees=(KARIM, EMMA),
    numbers=((IdentifiedBy.RSZ, "199930482"),),
)
BRASSERIE = DemoEnterprise(
    number="0999000228",
    legal_form="610",
    started_on=date(1998, 9, 1),
    names=((_FR, "Brasserie du Canal SRL"),),
    street=("Quai du Vieux Canal", "Quai du Vieux Canal"),
    house_number="7",
    zip_code="4000",
    municipality=("Luik", "Liège"),
    representatives=((MARIE, _DIRECTOR), (LUC, _DIRECTOR)),
    employees=(THOMAS, NOOR, BART),
    numbers=((IdentifiedBy.RSZ, "199900121"),),
)
TRANSPORT = DemoEnterprise(
    number="0999000327",
    legal_form="610",
    started_on=date(2014, 2, 17),
    names=((_DE, "Transport Müller GmbH"),),
    street=("Lindenbergstraße", "Lindenbergstraße"),
    house_number="31",
    zip_code="4700",
    municipality=("Eupen", "Eupen"),
    representatives=((JONAS, _MANAGER),),
    employees=(KARIM,),
    numbers=((IdentifiedBy.RSZ, "199910209"),),
)
DRUKKERIJ = DemoEnterprise(
    number="0999000426",
    legal_form="610",
    started_on=date(1991, 4, 8),
    names=((_NL, "Drukkerij Stil BV"),),
    street=("Stille Leiekaai", "Stille Leiekaai"),
    house_number="3",
    zip_code="9000",
    municipality=("Gent", "Gand"),
    representatives=((AN, _DIRECTOR),),
    stopped_on=date(2024, 3, 31),
)
GROOT = DemoEnterprise(
    number="0999000525",
    legal_form="014",
    started_on=date(1985, 11, 12),
    names=((_NL, "Groot Personeel NV"), (_FR, "Groot Personeel SA")),
    street=("Kantoorlaan", "Avenue des Bureaux"),
    house_number="250",
    zip_code="1000",
    municipality=("Brussel", "Bruxelles"),
    representatives=((SOPHIE, _MANAGING_DIRECTOR),),
    employees=CROWD,
    numbers=((IdentifiedBy.RSZ, "199920394"),),
)
BUURTHUIS = DemoEnterprise(
    number="0999000624",
    legal_form="017",
    started_on=date(2003, 6, 23),
    names=((_NL, "Buurthuis De Brug VZW"),),
    street=("Brugwachterspad", "Brugwachterspad"),
    house_number="18",
    zip_code="2800",
    municipality=("Mechelen", "Malines"),
    representatives=((PIOTR, _DIRECTOR), (INGRID, _DIRECTOR)),
    employees=(EMMA,),
)
ENTERPRISES = (ATELIER, BRASSERIE, TRANSPORT, DRUKKERIJ, GROOT, BUURTHUIS)
