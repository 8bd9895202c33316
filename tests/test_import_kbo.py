"""`manage.py import_kbo`: BEHAVIOUR E6, and every way in which a set can be wrong."""

import io
import os
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from audit.models import Event
from enterprises.gateway.embedded import EmbeddedRegister
from enterprises.imports.files import FileRefused
from enterprises.imports.kbo import load
from enterprises.imports.kbo_rows import ENTERPRISE
from enterprises.models import RegisterAddress, RegisterEnterprise, RegisterLoad, RegisterName
from tests import kbo_sets
from tests.kbo_sets import (
    ESTABLISHMENT,
    ONE,
    THREE,
    TWO,
    active,
    full,
    in_folder,
    in_zip,
    load_files,
    named,
    seated,
    update,
)

pytestmark = pytest.mark.django_db

REAL_UPDATE = Path(__file__).parent / "data" / "kbo_update_0147"
Files = dict[str, str]


def digits(number: str) -> str:
    return number.replace(".", "")


def first_full() -> Files:
    return full(
        100,
        enterprises=[active(ONE), active(TWO, situation="050")],
        names=[
            named(ONE, "Bakkerij Ømer"),
            named(ONE, "Boulangerie", language="1"),
            named(TWO, "Twee"),
            named(ESTABLISHMENT, "Winkel"),
        ],
        addresses=[seated(ONE, "Heikant"), seated(TWO, "Kerkstraat"), seated(ESTABLISHMENT, "Markt", kind="BAET")],
    )


def register_now() -> list[object]:
    return [
        list(model.objects.order_by("pk").values_list())
        for model in (RegisterEnterprise, RegisterName, RegisterAddress, RegisterLoad)
    ]


def test_E6_a_full_set_fills_the_register(tmp_path: Path) -> None:
    load_files(tmp_path, first_full())
    found = EmbeddedRegister().enterprise(digits(ONE))
    assert found is not None
    assert (found.situation, found.legal_form, found.started_on, found.stopped_on) == (
        "000",
        "610",
        date(2005, 3, 14),
        None,
    )
    assert found.names == (("nl", "Bakkerij Ømer"), ("fr", "Boulangerie"))
    assert found.address_nl == "Heikant 34 bus 3, 9190 Stekene"
    assert RegisterLoad.objects.get().extract_number == 100


def test_E6_establishments_and_their_addresses_are_not_kept(tmp_path: Path) -> None:
    load_files(tmp_path, first_full())
    assert not RegisterName.objects.filter(number=digits(ESTABLISHMENT)).exists()
    assert not RegisterAddress.objects.filter(street_nl="Markt").exists()


def test_E6_the_real_update_set_imports() -> None:
    out = io.StringIO()
    call_command("import_kbo", REAL_UPDATE, stdout=out, stderr=io.StringIO())
    found = EmbeddedRegister().enterprise("1029025686")
    assert found is not None
    assert found.names == (("nl", "KePiWrite"),)
    assert found.address_nl == "Heikant(STE) 34 bus 3, 9190 Stekene"
    assert "Loaded the update set 147 of 2025-10-11" in out.getvalue()


def test_E6_an_update_without_a_full_set_says_what_the_register_then_lacks() -> None:
    warnings = io.StringIO()
    call_command("import_kbo", REAL_UPDATE, stdout=io.StringIO(), stderr=warnings)
    assert "No full set was loaded before" in warnings.getvalue()


def test_E6_the_full_set_comes_out_of_a_zip_too(tmp_path: Path) -> None:
    load(in_zip(tmp_path / "KboOpenData_0100_2025_10_11_Full.zip", first_full()), stream=io.StringIO())
    assert RegisterEnterprise.objects.filter(number=digits(TWO), situation="050").exists()


def test_E6_an_enterprise_that_an_update_deletes_stays_as_stopped_with_its_name(tmp_path: Path) -> None:
    load_files(tmp_path, first_full())
    load_files(tmp_path, update(101, gone=[(ONE,)]))
    found = EmbeddedRegister().enterprise(digits(ONE))
    assert found is not None
    assert found.stopped_on == date(2025, 10, 12)
    assert found.name_in("nl") == "Bakkerij Ømer"
    assert found.address_nl.startswith("Heikant")


def test_E6_an_enterprise_missing_from_a_full_set_stays_as_stopped(tmp_path: Path) -> None:
    load_files(tmp_path, first_full())
    load_files(tmp_path, full(105, day="01-11-2025", enterprises=[active(TWO)], names=[named(TWO, "Twee")]))
    assert RegisterEnterprise.objects.get(number=digits(ONE)).stopped_on == date(2025, 11, 1)
    assert RegisterName.objects.filter(number=digits(ONE)).count() == 2


def test_E6_the_date_of_stopping_is_that_of_the_first_set_without_it(tmp_path: Path) -> None:
    load_files(tmp_path, first_full())
    load_files(tmp_path, update(101, gone=[(ONE,)]))
    load_files(tmp_path, full(105, day="01-11-2025", enterprises=[active(TWO)]))
    assert RegisterEnterprise.objects.get(number=digits(ONE)).stopped_on == date(2025, 10, 12)


def test_E6_an_enterprise_that_comes_back_is_active_again(tmp_path: Path) -> None:
    load_files(tmp_path, first_full())
    load_files(tmp_path, update(101, gone=[(ONE,)]))
    load_files(tmp_path, update(102, day="13-10-2025", enterprises=[active(ONE)]))
    assert RegisterEnterprise.objects.get(number=digits(ONE)).stopped_on is None


def test_E6_an_update_replaces_what_changed_and_leaves_the_rest(tmp_path: Path) -> None:
    load_files(tmp_path, first_full())
    untouched = RegisterName.objects.get(number=digits(TWO)).pk
    forms = [active(ONE, form="014"), active(THREE)]
    names = [named(ONE, "Nieuw"), named(THREE, "Drie")]
    load_files(tmp_path, update(101, gone=[(ONE,)], enterprises=forms, names=names))
    assert [row.text for row in RegisterName.objects.filter(number=digits(ONE))] == ["Nieuw"]
    assert RegisterEnterprise.objects.get(number=digits(ONE)).legal_form == "014"
    assert RegisterEnterprise.objects.filter(number=digits(THREE)).exists()
    assert RegisterName.objects.get(number=digits(TWO)).pk == untouched


def test_a_full_set_over_the_same_writes_nothing(tmp_path: Path) -> None:
    load_files(tmp_path, first_full())
    names = list(RegisterName.objects.values_list("pk", flat=True))
    load_files(tmp_path, first_full())
    assert list(RegisterName.objects.values_list("pk", flat=True)) == names


def test_E1_a_load_is_recorded(tmp_path: Path) -> None:
    load_files(tmp_path, first_full())
    event = Event.objects.get(act="register.load")
    assert '"number":100' in event.details
    assert '"kind":"full"' in event.details


def spoil(file: str, old: str, new: str) -> Callable[[Files], Files]:
    def change(files: Files) -> Files:
        assert old in files[file]
        return files | {file: files[file].replace(old, new)}

    return change


def without(file: str) -> Callable[[Files], Files]:
    return lambda files: {name: content for name, content in files.items() if name != file}


def more(file: str, line: str) -> Callable[[Files], Files]:
    return lambda files: files | {file: files[file] + line}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (spoil("enterprise.csv", '"Status"', '"State"'), r"enterprise\.csv, line 1: the header must be"),
        (spoil("activity.csv", '"NaceCode"', '"Nace"'), r"activity\.csv, line 1: the header must be"),
        (spoil("code.csv", '"Category"', '"Kind"'), r"code\.csv, line 1: the header must be"),
        (
            spoil("enterprise.csv", "0200.000.142", "0200.000.143"),
            r"enterprise\.csv, line 3: 0200\.000\.143 is no enterprise",
        ),
        (spoil("denomination.csv", "0200.000.142", "0200.000.143"), r"denomination\.csv, line 4: 0200\.000\.143 is no"),
        (spoil("address.csv", "0200.000.142", "200000142"), r"address\.csv, line 3: 200000142 is no enterprise"),
        (spoil("enterprise.csv", "0200.000.142", ESTABLISHMENT), r"enterprise\.csv, line 3: .* an establishment"),
        (spoil("enterprise.csv", "0200.000.142", "0200.000.043"), r"enterprise\.csv, line 3: .* twice"),
        (spoil("enterprise.csv", '"14-03-2005"', '"2005-03-14"'), r"enterprise\.csv, line 2: 2005-03-14 is no date"),
        (spoil("enterprise.csv", '"14-03-2005"', '"31-02-2005"'), r"enterprise\.csv, line 2: 31-02-2005 is no date"),
        (spoil("enterprise.csv", '"050"', '"5"'), r"enterprise\.csv, line 3: 5 is no juridical situation"),
        (spoil("enterprise.csv", '"AC"', '"ST"'), r"enterprise\.csv, line 2: the status is ST"),
        (spoil("enterprise.csv", '"610"', '"6100"'), r"enterprise\.csv, line 2: 6100 is too long"),
        (spoil("enterprise.csv", '"610",', ""), r"enterprise\.csv, line 2: 6 columns instead of 7"),
        (more("address.csv", "\n"), r"address\.csv, line 5: 0 columns"),
        (more("denomination.csv", '"0200.000.043","2","001","half'), r"denomination\.csv, line 6: not a CSV line"),
        (more("denomination.csv", f'"{ONE}","2","001","a\0b"\n'), r"denomination\.csv, line 6: the line holds a NUL"),
        (
            more("denomination.csv", f'"{ONE}","2","001","{"x" * 70_000}"\n'),
            r"denomination\.csv, line 6: .* longer than",
        ),
        (without("denomination.csv"), r"denomination\.csv: is missing from the set"),
        (without("branch.csv"), r"branch\.csv: is missing from the set"),
        (without("meta.csv"), r"meta\.csv: is missing from the set"),
        (spoil("meta.csv", '"full"', '"daily"'), r"meta\.csv, line 3: ExtractType is daily"),
        (spoil("meta.csv", '"full"', '"update"'), r"is missing from the set"),
        (spoil("meta.csv", '"100"', '"²"'), r"meta\.csv, line 4: ExtractNumber is ²"),
        (spoil("meta.csv", "1.0.0", "2.0.0"), r"meta\.csv, line 5: this is version 2"),
        (spoil("meta.csv", '"SnapshotDate"', '"Day"'), r"meta\.csv: SnapshotDate is missing"),
    ],
)
def test_E6_a_broken_set_leaves_the_register_as_it_was_and_says_where(
    tmp_path: Path, change: Callable[[Files], Files], said: str
) -> None:
    load_files(
        tmp_path / "before", full(99, day="10-10-2025", enterprises=[active(THREE)], names=[named(THREE, "Drie")])
    )
    before = register_now()
    broken = change(first_full() | {"enterprise.csv": kbo_sets.text([
        ENTERPRISE.header, active(ONE), active(TWO, situation="050"), active(THREE),
    ])})  # fmt: skip
    with pytest.raises(FileRefused, match=said):
        load(in_folder(tmp_path / "broken", broken), stream=io.StringIO())
    assert register_now() == before


def test_E6_bytes_that_are_not_utf_8_are_named_by_line(tmp_path: Path) -> None:
    folder = in_folder(tmp_path / "set", first_full())
    with (folder / "denomination.csv").open("ab") as file:
        file.write('"0200.000.043","2","001","Café"\n'.encode("latin-1"))
    with pytest.raises(FileRefused, match=r"denomination\.csv, line 6: the line is not UTF-8"):
        load(folder, stream=io.StringIO())
    assert not RegisterLoad.objects.exists()


@pytest.mark.parametrize("kept", [0.5, 0.9, 0.0])
def test_E6_a_truncated_zip_is_refused(tmp_path: Path, kept: float) -> None:
    path = in_zip(tmp_path / "set.zip", first_full())
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept)])
    before = register_now()
    with pytest.raises(FileRefused, match=r"set\.zip: is not a whole zip file"):
        load(path, stream=io.StringIO())
    assert register_now() == before


def test_E6_a_zip_with_spoilt_bytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "set.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in first_full().items():
            archive.writestr(name, content)
    path.write_bytes(path.read_bytes().replace(b"Bakkerij", b"Bokkerij"))
    with pytest.raises(FileRefused, match=r"denomination\.csv: cannot be unpacked"):
        load(path, stream=io.StringIO())
    assert not RegisterLoad.objects.exists()


def test_E6_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = in_zip(tmp_path / "bomb.zip", first_full() | {"denomination.csv": "0" * 64 * 1024 * 1024})
    with pytest.raises(FileRefused, match=r"denomination\.csv: unpacks to 67108864 bytes"):
        load(path, stream=io.StringIO())


def test_E6_no_such_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="there is no such file or folder"):
        call_command("import_kbo", tmp_path / "none.zip", stderr=io.StringIO())


def test_E6_an_update_that_does_not_follow_is_refused(tmp_path: Path) -> None:
    load_files(tmp_path, first_full())
    with pytest.raises(FileRefused, match=r"update 102 does not follow 100.*Load 101"):
        load_files(tmp_path, update(102))


def test_E6_the_same_update_twice_is_refused(tmp_path: Path) -> None:
    load_files(tmp_path, first_full())
    load_files(tmp_path, update(101))
    with pytest.raises(FileRefused, match="update 101 does not follow 101"):
        load_files(tmp_path, update(101))


def test_E6_a_full_set_older_than_what_is_loaded_is_refused(tmp_path: Path) -> None:
    load_files(tmp_path, first_full())
    with pytest.raises(FileRefused, match="set 99 of 2025-10-10 is older"):
        load_files(tmp_path, full(99, day="10-10-2025", enterprises=[active(ONE)]))


def test_E6_a_full_set_that_would_stop_half_the_register_asks_to_be_sure(tmp_path: Path) -> None:
    RegisterEnterprise.objects.bulk_create(
        RegisterEnterprise(number=f"09990{place:05}") for place in range(20_000, 21_500)
    )
    folder = in_folder(tmp_path / "set", first_full())
    with pytest.raises(CommandError, match=r"enterprises would stop: is the file whole\?.*--may-stop-many"):
        call_command("import_kbo", folder, stderr=io.StringIO())
    call_command("import_kbo", folder, "--may-stop-many", stdout=io.StringIO(), stderr=io.StringIO())
    assert RegisterEnterprise.objects.filter(stopped_on=date(2025, 10, 11)).count() >= 1_500


def test_progress_is_a_bar_on_a_terminal_and_lines_elsewhere(tmp_path: Path) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    log, terminal = io.StringIO(), Terminal()
    load(in_folder(tmp_path / "log", first_full()), stream=log)
    load(in_folder(tmp_path / "terminal", first_full()), stream=terminal)
    assert "% enterprise.csv\n" in log.getvalue()
    assert "\r" not in log.getvalue()
    assert "░" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")


@pytest.mark.django_db(transaction=True)
def test_E6_an_interrupted_load_leaves_the_register_and_runs_again(tmp_path: Path) -> None:
    """kill -9 in the middle of reading; then the same command, whole."""
    load_files(tmp_path / "first", first_full())
    before = register_now()
    many = full(
        101,
        day="12-10-2025",
        enterprises=[active(ONE), active(TWO)],
        names=[named(ONE, f"Naam {n}") for n in range(200_000)],
    )
    folder = in_folder(tmp_path / "second", many)
    command = [
        sys.executable,
        "-c",
        "import sys; from django.core.management import execute_from_command_line as run; run(sys.argv)",
    ]
    name = connection.settings_dict["NAME"]
    url = (
        f"sqlite:///{name}"
        if connection.vendor == "sqlite"
        else f"{os.environ['DATABASE_URL'].rsplit('/', 1)[0]}/{name}"
    )
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": url,
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }
    with subprocess.Popen(
        [*command, "import_kbo", str(folder)], env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "denomination.csv" in line:
                break
        time.sleep(0.05)
        process.kill()
    assert process.returncode == -9
    assert register_now() == before
    load(folder, stream=io.StringIO())
    assert RegisterLoad.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_E6_of_two_loads_at_once_the_second_is_refused(tmp_path: Path) -> None:
    load_files(tmp_path / "first", first_full())
    other, mine = in_folder(tmp_path / "other", update(101)), in_folder(tmp_path / "mine", update(101, gone=[(ONE,)]))

    def load_other() -> None:
        try:
            load(other, stream=io.StringIO())
        finally:
            connections.close_all()

    class Meanwhile(io.StringIO):
        """Where the progress goes: when all is staged, somebody else loads."""

        def write(self, line: str) -> int:
            if "merging" in line:
                thread = threading.Thread(target=load_other)
                thread.start()
                thread.join()
            return super().write(line)

    with pytest.raises(FileRefused, match="another set was loaded at the same moment"):
        load(mine, stream=Meanwhile())
    assert RegisterEnterprise.objects.get(number=digits(ONE)).stopped_on is None
    assert list(RegisterLoad.objects.order_by("pk").values_list("extract_number", flat=True)) == [100, 101]
