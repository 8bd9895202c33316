"""The reader over every file of cryptography's test vectors, and over what hypothesis makes of good ones (BEHAVIOUR M8).

`make fuzz` asks 100,000 mutations; the suite a few hundred.
"""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import cryptography_vectors
import pytest
from cryptography import x509
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acts.errors import Refused
from senders.reading.certificates import ReadCertificate, describe, hexadecimal, read_certificate
from senders.reading.material import guarded
from senders.reading.ssh_keys import fingerprint, read_ssh_key
from tests.certificates import certificate, der, pem, private_pem, signing_key, ssh_line

VECTORS = Path(cryptography_vectors.__file__).parent
FILES = sorted(file for file in VECTORS.rglob("*") if file.is_file() and not file.suffix.startswith(".py"))
SSH_KEYS = sorted((VECTORS / "asymmetric" / "OpenSSH").glob("*.key.pub"))
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "300"))


def test_M8_no_file_makes_the_reader_fall_over() -> None:
    """Nothing but an answer or a refusal comes out; a warning is an error here."""
    answers = {_outcome(read, file.read_bytes()) for file in FILES for read in (read_certificate, read_ssh_key)}
    assert len(FILES) > 1000
    # What the set holds of M8, seen by the reader.
    assert answers >= {
        "taken", "private_key", "pkcs12", "chain", "request", "expired", "not_yet_valid", "weak_key", "weak_signature", "ca",
        "dsa", "unknown_algorithm", "too_large", "ssh_certificate", "security_key",
    }  # fmt: skip


def test_M7_the_fields_are_those_of_openssl() -> None:
    """Every certificate that can be described, good or bad, says what `openssl x509` says of it."""
    compared = 0
    for file in FILES:
        one = _load(file.read_bytes())
        if one is None:
            continue
        said = _openssl(file)
        if said is None:
            continue  # openssl reads fewer than the library does
        assert _as_openssl_says(one, said) == said, file
        compared += 1
    assert compared > 400


@pytest.mark.parametrize("file", SSH_KEYS, ids=lambda file: file.name)
def test_M4_size_and_fingerprint_are_those_of_ssh_keygen(file: Path) -> None:
    said = _run("ssh-keygen", "-l", "-f", str(file))
    try:
        read = read_ssh_key(file.read_bytes())
    except Refused as refusal:
        assert refusal.code in {"dsa", "security_key", "weak_key"}
        return
    bits, print_, *_comment, kind = said.split()
    assert (str(read.key_bits), fingerprint(read.sha256), f"({read.key_type.upper()})") == (bits, print_, kind)


GOOD = [
    pem(certificate()), der(certificate()), pem(certificate(key=signing_key("rsa"))), der(certificate(is_ca=True)),
    ssh_line().encode(), ssh_line(signing_key("rsa")).encode(),
    read_ssh_key(ssh_line(signing_key("ec")).encode()).rfc4716.encode(), private_pem(signing_key()),
]  # fmt: skip
BYTE = st.integers(0, 255)
# Where, how many bytes go, and what comes in their place.
CUT = st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=12))


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow])
@given(good=st.sampled_from(GOOD), cuts=st.lists(CUT, min_size=1, max_size=4), end=st.floats(0.2, 1))
def test_M8_no_mutation_makes_the_reader_fall_over(good: bytes, cuts: list[Any], end: float) -> None:
    content = good
    for place, taken, put in cuts:
        at = int(place * len(content))
        content = content[:at] + put + content[at + taken :]
    content = content[: int(end * len(content)) if end < 0.9 else None]
    for read in (read_certificate, read_ssh_key):
        assert _outcome(read, content)


@settings(max_examples=EXAMPLES)
@given(content=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_M8_no_nonsense_makes_the_reader_fall_over(content: bytes) -> None:
    for read in (read_certificate, read_ssh_key):
        assert _outcome(read, content) != "taken"


def _outcome(read: Any, content: bytes) -> str:
    try:
        read(content)
    except Refused as refusal:
        return refusal.code
    return "taken"


def _load(content: bytes) -> ReadCertificate | None:
    try:
        with guarded("unreadable_certificate"):
            load = x509.load_pem_x509_certificate if b"BEGIN" in content else x509.load_der_x509_certificate
            return describe(load(content))
    except Refused:
        return None


def _openssl(file: Path) -> dict[str, str] | None:
    """What openssl says of a certificate; None where it cannot read it."""
    done = subprocess.run(
        ["openssl", "x509", "-in", file, "-noout", "-serial", "-dates", "-dateopt", "iso_8601", "-fingerprint", "-sha256",
         "-pubkey", "-subject", "-nameopt", "multiline,utf8,-esc_msb"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        return None
    pairs = dict(line.split("=", 1) for line in done.stdout.splitlines() if re.match(r"^[a-zA-Z0-9 ]+=[^ ]", line))
    organisations = re.findall(r"^ +organizationName +=(.*)$", done.stdout, re.MULTILINE)
    return {
        "serial": pairs["serial"],
        "from": pairs["notBefore"],
        "to": pairs["notAfter"],
        "sha256": pairs.get("sha256 Fingerprint", "").replace(":", "").lower(),
        "organisation": ", ".join(one.strip() for one in organisations),
    }


def _as_openssl_says(one: ReadCertificate, said: dict[str, str]) -> dict[str, str]:
    return {
        "serial": hexadecimal(one.serial),
        "from": f"{one.valid_from:%Y-%m-%d %H:%M:%SZ}",
        "to": f"{one.valid_to:%Y-%m-%d %H:%M:%SZ}",
        "sha256": one.sha256,
        "organisation": one.organisation if said["organisation"].isascii() else said["organisation"],
    }


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
