"""The CSV of 100,000 accounts, out and in again, beside psql's own COPY of the same rows in the same run.

It changes 2,000 accounts and changes them back: to keep the set as it was, give it a copy (CREATE DATABASE … TEMPLATE …).

    DATABASE_URL=postgres://…/bench_accounts python -m benchmarks.users_csv [--rounds 3]

Needs the database that `benchmarks.accounts` makes. Promised: 3 x psql's COPY at most, 10 MB more memory, first byte in 100 ms.
"""

import argparse
import csv
import os
import re
import resource
import statistics
import subprocess
import time
from collections.abc import Callable
from io import StringIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import translation

from benchmarks.accounts import largest
from benchmarks.journey import session_of
from enterprises.models import Capacity
from identity.models import Person
from users.sheet.runs import MOST_CHANGES

COPY = r"""\copy (
  SELECT p.last_name, p.first_names, p.user_name, a.type,
    substr(a.insz, 1, 2) || '.' || substr(a.insz, 3, 2) || '.' || substr(a.insz, 5, 2) || '-' || substr(a.insz, 7, 3) || '.'
      || substr(a.insz, 10) AS insz,
    CASE WHEN a.is_blocked THEN 'Geblokkeerd' ELSE 'Actief' END AS status, a.email, a.local_email,
    (SELECT string_agg(t.code, ', ' ORDER BY t.position)
      FROM users_grant g JOIN enterprises_application t ON t.id = g.application_id
      WHERE g.account_id = a.id AND g.ended_at IS NULL) AS applications
  FROM users_account a JOIN identity_person p ON p.id = a.person_id
  WHERE a.capacity_id = %s AND a.ended_at IS NULL ORDER BY a.last_key, a.first_key, a.id
) TO '/dev/null' WITH (FORMAT csv, HEADER, DELIMITER ';')"""


def seconds(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def took(label: str, call: Callable[[], object]) -> None:
    """Print how long something took, and the part of it that this process computed."""
    cpu = time.process_time()
    print(f"{label:34}{seconds(call):8.2f} s   CPU here {time.process_time() - cpu:5.2f} s")


def megabytes() -> float:
    """Return the most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def psql(capacity: Capacity) -> None:
    copy = " ".join((COPY % capacity.pk).split())
    subprocess.run(["psql", "-qX", os.environ["DATABASE_URL"], "-c", copy], check=True)


class Manager:
    """The browser of a capacity's manager."""

    def __init__(self, session: str, capacity: Capacity) -> None:
        self.client = Client(SERVER_NAME="127.0.0.1")
        self.client.cookies["session"] = session
        self.place = {"enterprise_id": capacity.enterprise.public_id, "capacity_id": capacity.public_id}
        self.first_byte = 0.0

    def address(self, route: str) -> str:
        with translation.override("nl"):
            return reverse(route, kwargs=self.place)

    def export(self, query: str = "", keep: list[bytes] | None = None) -> int:
        """Receive the list, and keep it if asked; return how many bytes came."""
        begun = time.perf_counter()
        response = self.client.post(self.address("users-export") + query)
        assert response.status_code == 200, response.status_code
        received = 0
        for piece in response.streaming_content:  # type: ignore[attr-defined]  # a streaming response
            if not received:
                self.first_byte = time.perf_counter() - begun
            received += len(piece)
            if keep is not None:
                keep.append(piece)
        return received

    def upload(self, content: bytes, status: int) -> str:
        """Upload a file; return the address of what it would change, "" where that is nothing."""
        file = SimpleUploadedFile("users.csv", content, "text/csv")
        response = self.client.post(self.address("users-import"), {"file": file})
        assert response.status_code == status, (response.status_code, response.content.decode()[-3000:])
        return str(response.headers.get("Location", ""))

    def plan(self, check: str) -> str:
        """Open the check page; return the plan that it carries."""
        found = re.search(r'name="plan" value="([0-9a-f]{64})"', self.client.get(check).content.decode())
        assert found is not None
        return found[1]

    def post(self, address: str, **fields: str) -> None:
        response = self.client.post(address, fields)
        assert response.status_code == 302, response.status_code


def with_changes(content: bytes, count: int) -> bytes:
    """Return a file whose first lines have another local e-mail address and one application."""
    lines = list(csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    for number, line in enumerate(lines[1 : count + 1]):
        line[7:] = [f"{number}@elders.example.be", "publiato"]
    text = StringIO(newline="")
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(lines)
    return text.getvalue().encode("utf-8-sig")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    if connection.vendor != "postgresql":
        raise SystemExit("This measures PostgreSQL: set DATABASE_URL.")
    capacity = largest()
    chief = Person.objects.get(chief_roles__enterprise=capacity.enterprise, chief_roles__ended_at=None)
    manager = Manager(session_of(chief.insz or ""), capacity)
    manager.export("?type=LB")  # one line; everything is loaded then
    before = megabytes()
    copy = statistics.median(seconds(lambda: psql(capacity)) for _ in range(rounds))
    export, first, cpu = [], [], time.process_time()
    for _ in range(rounds):
        export.append(seconds(manager.export))
        first.append(manager.first_byte)
    cpu = (time.process_time() - cpu) / rounds
    whole = statistics.median(export)
    print(f"{'psql COPY':34}{copy:8.2f} s")
    print(
        f"{'export':34}{whole:8.2f} s   CPU here {cpu:5.2f} s   {whole / copy:5.2f} x psql's COPY"
        f"   first byte {statistics.median(first) * 1e3:5.0f} ms   memory + {megabytes() - before:.1f} MB"
    )
    measure_import(manager)


def measure_import(manager: Manager) -> None:
    """The file in again: as it is, and with as many changes as one import may make, which are undone."""
    pieces: list[bytes] = []
    manager.export("?type=USER", pieces)  # the chief may do everything to these
    content = b"".join(pieces)
    took(f"import, {len(content) / 1e6:.1f} MB, nothing changed", lambda: manager.upload(content, 200))
    changed, address = with_changes(content, MOST_CHANGES), []
    took(f"import, {MOST_CHANGES} changes: dry run", lambda: address.append(manager.upload(changed, 302)))
    check = address[0]
    plan = manager.plan(check)
    took("check page", lambda: manager.plan(check))
    took("confirm", lambda: manager.post(check, plan=plan))
    took("undo", lambda: manager.post(f"{check}/undo"))


if __name__ == "__main__":
    main()
