"""Make a synthetic set of KBO Open Data of the real size, with right check digits and nobody's data.

python -m benchmarks.make_kbo /tmp/full.zip                          1.9 million enterprises
python -m benchmarks.make_kbo /tmp/full.zip --scale 0.01             a hundredth of it
python -m benchmarks.make_kbo /tmp/update.zip --update               the update that follows
"""

import argparse
import io
import zipfile
from collections.abc import Iterable, Iterator
from itertools import count, islice
from pathlib import Path

from enterprises.imports.kbo_rows import ADDRESS, CODE_HEADER, DENOMINATION, ENTERPRISE, META_HEADER, NOT_KEPT, KeptFile

ENTERPRISES = 1_900_000
# A name for each and a second for 14 of 19 (3.3 million); a seat for 18 of 19, the rest of establishments (2.8).
ADDRESSES_OF_ESTABLISHMENTS = 1_000_000
CHANGED_BY_AN_UPDATE = 0.001
FIRST_BODY = 2_000_000
FIRST_ESTABLISHMENT = 20_000_000
EXTRACT_NUMBER = 100
STREETS = ("Kerkstraat", "Rue de l'Église", "Stationsstraat", 'Impasse "du Puits", bis', "Grote Markt", "Avenue Louise")
TOWNS = (
    ("1000", "Brussel", "Bruxelles"),
    ("9000", "Gent", "Gand"),
    ("4000", "Luik", "Liège"),
    ("4700", "Eupen", "Eupen"),
)

Line = tuple[str, ...]


def dotted(body: int) -> str:
    """Return the number whose first eight digits are body, as KBO writes it: 0200.000.043, an establishment's 2.000.000.035."""
    digits = f"{body:08}{97 - body % 97:02}"
    if body >= FIRST_ESTABLISHMENT:
        return f"{digits[:1]}.{digits[1:4]}.{digits[4:7]}.{digits[7:]}"
    return f"{digits[:4]}.{digits[4:7]}.{digits[7:]}"


def enterprises(bodies: Iterable[int], form: str = "610") -> Iterator[Line]:
    for body in bodies:
        day = f"{body % 28 + 1:02}-{body % 12 + 1:02}-{1970 + body % 55}"
        yield dotted(body), "AC", "000" if body % 40 else "012", "2", form, "", day


def denominations(bodies: Iterable[int], word: str = "Voorbeeld") -> Iterator[Line]:
    for body in bodies:
        yield dotted(body), str(body % 5), "001", f"{word} {body} «Société»"
        if body % 19 < 14:
            yield dotted(body), "0", "003", f"Winkel {body}"


def addresses(bodies: Iterable[int], establishments: int) -> Iterator[Line]:
    for body in bodies:
        if body % 19 < 18:
            yield dotted(body), "REGO", *_place(body)
    for body in range(FIRST_ESTABLISHMENT, FIRST_ESTABLISHMENT + establishments):
        yield dotted(body), "BAET", *_place(body)


def _place(body: int) -> Line:
    street, (zip_code, dutch, french) = STREETS[body % len(STREETS)], TOWNS[body % len(TOWNS)]
    return "", "", zip_code, dutch, french, street, street, str(body % 300 + 1), "", "", ""


def keys(lines: Iterable[Line]) -> Iterator[Line]:
    return ((line[0],) for line in lines)


def write(archive: zipfile.ZipFile, name: str, header: Iterable[str], lines: Iterable[Line]) -> None:
    with archive.open(name, "w", force_zip64=True) as raw, io.TextIOWrapper(raw, "utf-8", newline="\n") as file:
        file.write(_csv(tuple(header)))
        file.writelines(map(_csv, lines))


def _csv(line: Line) -> str:
    return ",".join(f'"{value.replace(chr(34), chr(34) * 2)}"' if value else "" for value in line) + "\n"


def meta(kind: str, number: int) -> list[Line]:
    return [
        ("SnapshotDate", f"{number % 28 + 1:02}-10-2026"), ("ExtractTimestamp", "12-10-2026 07:40:18"),
        ("ExtractType", kind), ("ExtractNumber", str(number)), ("Version", "1.0.0"),
    ]  # fmt: skip


def make_full(path: Path, scale: float) -> None:
    """Write a full set of so much of the real size."""
    bodies = range(FIRST_BODY, FIRST_BODY + round(ENTERPRISES * scale))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        write(archive, "meta.csv", META_HEADER, meta("full", EXTRACT_NUMBER))
        write(archive, "code.csv", CODE_HEADER, [])
        write(archive, "enterprise.csv", ENTERPRISE.header, enterprises(bodies))
        write(archive, "denomination.csv", DENOMINATION.header, denominations(bodies))
        write(archive, "address.csv", ADDRESS.header, addresses(bodies, round(ADDRESSES_OF_ESTABLISHMENTS * scale)))
        for name, (header, _key) in NOT_KEPT.items():
            write(archive, f"{name}.csv", header, [])


def make_update(path: Path, scale: float) -> None:
    """Write the update that follows: one in a thousand changes its name and form, a tenth of these stop, as many are new."""
    total = round(ENTERPRISES * scale)
    changed = range(FIRST_BODY, FIRST_BODY + total, round(1 / CHANGED_BY_AN_UPDATE))
    stopping = set(changed[::10])
    staying = [body for body in changed if body not in stopping]
    new = list(islice(count(FIRST_BODY + total), len(stopping)))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        write(archive, "meta.csv", META_HEADER, meta("update", EXTRACT_NUMBER + 1))
        write(archive, "code.csv", CODE_HEADER, [])
        _write_pair(archive, ENTERPRISE, enterprises(changed), enterprises([*staying, *new], "014"))
        _write_pair(archive, DENOMINATION, denominations(changed), denominations([*staying, *new], "Nieuw"))
        _write_pair(archive, ADDRESS, addresses(changed, 0), addresses([*staying, *new], 0))
        for name, (header, key) in NOT_KEPT.items():
            write(archive, f"{name}_delete.csv", (key,), [])
            write(archive, f"{name}_insert.csv", header, [])


def _write_pair(archive: zipfile.ZipFile, kept: KeptFile, gone: Iterable[Line], lines: Iterable[Line]) -> None:
    write(archive, f"{kept.name}_delete.csv", (kept.key,), keys(gone))
    write(archive, f"{kept.name}_insert.csv", kept.header, lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Make a synthetic KBO Open Data set.")
    parser.add_argument("path", type=Path)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--update", action="store_true")
    arguments = parser.parse_args()
    (make_update if arguments.update else make_full)(arguments.path, arguments.scale)
