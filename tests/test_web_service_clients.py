"""M11: the web service as a sender's program meets it: curl over HTTPS and openssl, by the very words of docs/gateway.md."""

import json
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from senders.enums import ChannelKind
from senders.messages.faults import Fault
from senders.models import Delivery
from tests import databases
from tests.messages import new_signer
from tests.ports import free_port
from tests.senders import Registered, register

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parent.parent
GUIDE = ROOT / "docs" / "gateway.md"


@pytest.fixture
def sender(transactional_db: None, tmp_path: Path) -> Registered:
    registered = register(ChannelKind.WEB_SERVICE, signer=new_signer())
    (tmp_path / "key.pem").write_bytes(registered.signer.key)
    (tmp_path / "certificate.pem").write_bytes(registered.signer.certificate)
    return registered


@pytest.fixture
def portal(transactional_db: None, tmp_path: Path) -> Iterator[str]:
    """The portal over HTTPS with a certificate of its own, which our worker leaves to a proxy; returns its address."""
    key, certificate, port = tmp_path / "tls.key", tmp_path / "tls.crt", free_port()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(certificate), "-days",
         "1", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    address = f"https://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "csam_portal.settings",
        "DATABASE_URL": databases.url(),
        "SITE_URL": address,
    }
    command = [
        sys.executable, "-m", "gunicorn", "csam_portal.wsgi", "--bind", f"127.0.0.1:{port}", "--keyfile", str(key),
        "--certfile", str(certificate), "--worker-class", "gthread",
    ]  # fmt: skip
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        for _try in range(300):
            asked = subprocess.run(["curl", "-s", "--cacert", str(certificate), f"{address}/healthz"], check=False)
            if asked.returncode == 0:
                break
            time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


def as_documented() -> str:
    """The commands that the guide gives to senders."""
    text = GUIDE.read_text(encoding="utf-8")
    return textwrap.dedent(text[text.index("    claims=$(") : text.index("Answers: 201 accepted")])


def run(portal: str, sender: Registered, folder: Path, *, sequence: int) -> dict[str, object]:
    name = f"DMFA.{sender.number}.20240131.{sequence:05}.R.1.1"
    variables = {
        **os.environ, "PORTAL": portal, "SENDER": sender.number, "FI": f"FI.{name}", "FS": f"FS.{name}",
        "CURL_CA_BUNDLE": str(folder / "tls.crt"),
    }  # fmt: skip
    (folder / f"FI.{name}").write_bytes(b"<DmfAOriginal/>\n")
    done = subprocess.run(
        ["bash", "-euc", as_documented()], cwd=folder, env=variables, capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr.decode()
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def test_M11_the_guides_commands_deliver_over_https(portal: str, sender: Registered, tmp_path: Path) -> None:
    assert run(portal, sender, tmp_path, sequence=1)["result_code"] == 1
    assert run(portal, sender, tmp_path, sequence=1)["error_id"] == Fault.SEQUENCE_USED
    assert run(portal, sender, tmp_path, sequence=2)["result_code"] == 1
    assert Delivery.objects.filter(fault="").count() == 2
