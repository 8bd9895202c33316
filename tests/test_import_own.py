"""`import_persons`, `import_functions`, `import_employments`, `import_numbers`: BEHAVIOUR E6."""

import io
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from audit.models import Event
from enterprises.gateway.embedded import EmbeddedRegister
from enterprises.models import Employment, LegalFunction, RegisterNumber, RegisterPerson
from tests.cast import AN, ATELIER, BRASSERIE, EMMA, KARIM

pytestmark = pytest.mark.django_db

PERSONS = "insz,last_name,first_names,language,died_on,has_eid"
FUNCTIONS = "number,insz,code,via,starts_on,ends_on"
EMPLOYMENTS = "number,insz,starts_on,ends_on"
NUMBERS = "number,kind,value"


def load(command: str, path: Path, *lines: str, options: tuple[str, ...] = ()) -> str:
    """Run a command on a file with these lines; return what it says."""
    file = path / f"{command}.csv"
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    out = io.StringIO()
    call_command(command, file, *options, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_E6_persons_come_in_and_change(tmp_path: Path) -> None:
    said = load(
        "import_persons",
        tmp_path,
        PERSONS,
        "85.07.30-033.28,D'Hoore-Müller,Zoë  Ann,fr,,yes",
        f"{AN},Peeters,An Maria,nl,2026-01-02,no",
    )
    new, changed = RegisterPerson.objects.get(insz="85073003328"), RegisterPerson.objects.get(insz=AN)
    assert (new.last_name, new.first_names, new.language, new.has_eid) == ("D'Hoore-Müller", "Zoë Ann", "fr", True)
    assert (changed.first_names, changed.died_on, changed.has_eid) == ("An Maria", date(2026, 1, 2), False)
    assert RegisterPerson.objects.filter(insz=EMMA).exists()
    assert "Loaded 2 persons: 2 new or different rows written, 1 rows replaced or removed." in said


def test_E6_functions_come_in_and_end(tmp_path: Path) -> None:
    load(
        "import_functions",
        tmp_path,
        FUNCTIONS,
        f"BE {ATELIER},{AN},10002,,2020-01-01,2026-06-30",
        f"{ATELIER},{EMMA},10002,,2026-07-01,",
    )
    functions = {(one.insz, one.ends_on) for one in EmbeddedRegister().functions(ATELIER)}
    assert functions == {(AN, date(2026, 6, 30)), (EMMA, None)}


def test_E6_employments_come_in(tmp_path: Path) -> None:
    load("import_employments", tmp_path, EMPLOYMENTS, f"{BRASSERIE},{EMMA},2020-01-01,")
    assert EmbeddedRegister().standing(BRASSERIE, EMMA).is_employed


def test_E6_numbers_come_in_and_move(tmp_path: Path) -> None:
    load("import_numbers", tmp_path, NUMBERS, f"{BRASSERIE},rsz,1999304-82", f"{BRASSERIE},ppo,123456-78")
    assert RegisterNumber.objects.get(kind="rsz", value="199930482").number == BRASSERIE
    assert RegisterNumber.objects.get(kind="ppo", value="12345678").number == BRASSERIE


def test_E6_full_replaces_all_there_was(tmp_path: Path) -> None:
    load("import_employments", tmp_path, EMPLOYMENTS, f"{BRASSERIE},{EMMA},2020-01-01,", options=("--full",))
    assert [(one.number, one.insz) for one in Employment.objects.all()] == [(BRASSERIE, EMMA)]


def test_a_file_loaded_again_writes_nothing(tmp_path: Path) -> None:
    lines = (EMPLOYMENTS, f"{BRASSERIE},{EMMA},2020-01-01,", f"{BRASSERIE},{AN},2020-01-01,2021-01-01")
    load("import_employments", tmp_path, *lines)
    assert "0 new or different rows written, 0 rows replaced" in load("import_employments", tmp_path, *lines)


def test_E6_a_dry_run_says_what_it_would_do_and_changes_nothing(tmp_path: Path) -> None:
    before = list(Employment.objects.order_by("pk").values_list())
    said = load(
        "import_employments", tmp_path, EMPLOYMENTS, f"{BRASSERIE},{EMMA},2020-01-01,", options=("--full", "--dry-run")
    )
    assert "Would load 1 employments: 1 new" in said
    assert list(Employment.objects.order_by("pk").values_list()) == before
    assert not Event.objects.filter(act="register.employments").exists()


def test_E1_a_load_is_recorded(tmp_path: Path) -> None:
    load("import_employments", tmp_path, EMPLOYMENTS, f"{BRASSERIE},{EMMA},2020-01-01,")
    assert Event.objects.get(act="register.employments").details == '{"gone":0,"replaces":false,"written":1}'


@pytest.mark.parametrize(
    ("command", "header", "line", "said"),
    [
        ("import_persons", PERSONS, "85073003329,A,B,nl,,yes", "line 2, column insz: not a national register or BIS"),
        ("import_persons", PERSONS, "85073003328,,B,nl,,yes", "line 2, column last_name: is empty"),
        ("import_persons", PERSONS, f"85073003328,{'x' * 201},B,nl,,yes", "line 2, column last_name: is longer"),
        (
            "import_persons",
            PERSONS,
            "85073003328,A,B,es,,yes",
            "line 2, column language: 'es' is not one of nl, fr, de, en",
        ),
        (
            "import_persons",
            PERSONS,
            "85073003328,A,B,nl,30-07-2020,yes",
            "line 2, column died_on: '30-07-2020' is not a date",
        ),
        ("import_persons", PERSONS, "85073003328,A,B,nl,,perhaps", "line 2, column has_eid: 'perhaps' is neither"),
        ("import_persons", PERSONS, "85073003328,A,B,nl,,", "line 2, column has_eid: '' is neither"),
        ("import_persons", PERSONS, "85073003328,A,B,nl", "line 2: 4 columns instead of 6"),
        ("import_persons", "insz,name", "85073003328,A", "line 1: the header must be insz,last_name"),
        ("import_functions", FUNCTIONS, f"0999000128,{AN},10002,,2020-01-01,", "column number: '0999000128' is not"),
        (
            "import_functions",
            FUNCTIONS,
            f"2.147.812.701,{AN},10002,,2020-01-01,",
            "column number: '2.147.812.701' is not",
        ),
        (
            "import_functions",
            FUNCTIONS,
            f"{ATELIER},{AN},1002,,2020-01-01,",
            "column code: '1002' is not a function code",
        ),
        ("import_functions", FUNCTIONS, f"{ATELIER},{AN},10003,1,2020-01-01,", "column via: '1' is not"),
        ("import_functions", FUNCTIONS, f"{ATELIER},{AN},10002,,,", "column starts_on: '' is not a date"),
        (
            "import_functions",
            FUNCTIONS,
            f"{ATELIER},{AN},10002,,20200101,",
            "column starts_on: '20200101' is not a date",
        ),
        (
            "import_employments",
            EMPLOYMENTS,
            f"{ATELIER},{AN},2020-01-01,2019-12-31",
            "line 2: ends_on is before starts_on",
        ),
        (
            "import_numbers",
            NUMBERS,
            f"{ATELIER},rsz,1999304-83",
            "line 2: value '1999304-83' is not a number of the kind rsz",
        ),
        (
            "import_numbers",
            NUMBERS,
            f"{ATELIER},enterprise,{ATELIER}",
            "column kind: 'enterprise' is not one of rsz, ppo",
        ),
    ],
)
def test_E6_an_error_is_told_with_its_line_and_column(
    tmp_path: Path, command: str, header: str, line: str, said: str
) -> None:
    with pytest.raises(CommandError) as refusal:
        load(command, tmp_path, header, line)
    assert said in str(refusal.value)
    assert "85073003329" not in str(refusal.value)


def test_E6_one_wrong_line_leaves_all_out_and_every_error_is_told(tmp_path: Path) -> None:
    before = LegalFunction.objects.count()
    with pytest.raises(CommandError, match="2 errors") as refusal:
        load(
            "import_functions",
            tmp_path,
            FUNCTIONS,
            f"{ATELIER},{KARIM},10002,,2020-01-01,",
            f"{ATELIER},{KARIM},x,,2020-01-01,",
            f"{ATELIER},{KARIM},10002,,,",
        )
    assert "line 3, column code" in str(refusal.value)
    assert "line 4, column starts_on" in str(refusal.value)
    assert LegalFunction.objects.count() == before


def test_E6_the_same_row_twice_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"line 3: the same number, insz, starts_on as line 2"):
        load("import_employments", tmp_path, EMPLOYMENTS, *[f"{ATELIER},{KARIM},2019-01-01,"] * 2)


def test_E6_no_such_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is missing"):
        call_command("import_persons", tmp_path / "none.csv", stderr=io.StringIO())
