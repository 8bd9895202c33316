"""T23: a ProFTPD from before the fix of CVE-2026-42167 does not become the gateway."""

import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from senders.gateway import configuration, daemon, probe
from tests.gateway import ABSENT

# Speaks as much FTP as the probe hears, and writes each name into SQL in its own way.
STUB = """#!{python}
import re, sqlite3, sys
text = open(sys.argv[-1]).read()
database = sqlite3.connect(re.search(r"SQLConnectInfo (\\S+)", text)[1])
print("220 ready", end="\\r\\n", flush=True)
while line := sys.stdin.readline().rstrip("\\r\\n"):
    if line == "QUIT":
        break
    name = line.removeprefix("USER ")
    if "RewriteRule" in text and {filters!r} and not (name.isascii() and name.isalnum()):
        name = "nobody"
    {note}
    database.commit()
    print("331 password", end="\\r\\n", flush=True)
print("221 bye", end="\\r\\n", flush=True)
"""
# As before the fix: what begins and ends with a quote, and has none between, is taken for escaped.
OLD = """escaped = name if re.fullmatch("'[^']*'", name) else name.replace("'", "''")
    database.execute(f"INSERT INTO names (name) VALUES ('{escaped}')")"""
SAFE = 'database.execute("INSERT INTO names (name) VALUES (?)", [name])'


def pretend(monkeypatch: pytest.MonkeyPatch, folder: Path, *, note: str, filters: bool = True) -> None:
    """Let a stub be the daemon."""
    for path in daemon.PACKAGES.values():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).touch(mode=0o755)
    source = STUB.format(python=sys.executable, note="%s", filters=filters) % note
    (folder / daemon.PACKAGES["proftpd-core"]).write_text(source, encoding="utf-8")
    monkeypatch.setattr(daemon, "_ROOTS", (folder,))


def test_T23_a_build_from_before_the_fix_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: object
) -> None:
    settings.GATEWAY_DIR = str(tmp_path / "gateway")  # type: ignore[attr-defined]
    settings.GATEWAY_USER = "root"  # type: ignore[attr-defined]
    pretend(monkeypatch, tmp_path, note=OLD)
    with pytest.raises(CommandError, match=r"CVE-2026-42167.*deb12u5"):
        call_command("gateway", "--check")
    with pytest.raises(CommandError, match="CVE-2026-42167"):
        call_command("gateway")
    assert not (tmp_path / "gateway").exists(), "it was asked before anything was made"


def test_T23_a_build_that_passes_by_our_rules_for_names_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pretend(monkeypatch, tmp_path, note=SAFE, filters=False)
    with pytest.raises(probe.ProbeError, match="does not obey the rules"):
        probe.check(configuration.session_user())


def test_T23_a_build_that_is_silent_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pretend(monkeypatch, tmp_path, note="sys.exit('no such module')")
    with pytest.raises(probe.ProbeError, match="could not be tried"):
        probe.check(configuration.session_user())


def test_T23_a_build_that_is_right_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: object) -> None:
    settings.GATEWAY_USER = "root"  # type: ignore[attr-defined]
    pretend(monkeypatch, tmp_path, note=SAFE)
    probe.check(configuration.session_user())


@pytest.mark.skipif(bool(ABSENT), reason="no ProFTPD is installed")
def test_T23_the_build_of_this_machine_is_taken() -> None:
    probe.check(configuration.session_user())


def test_T23_the_daemon_gets_no_secret_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "s" * 60)
    monkeypatch.setenv("DATABASE_URL", "postgres://portal:secret@db/portal")
    assert set(daemon.environment()) <= {"PATH", "LD_LIBRARY_PATH", "TZ", "LC_ALL"}
