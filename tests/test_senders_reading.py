"""The guarded reader of certificates and keys: every refusal of BEHAVIOUR M8 with its own sentence."""

import base64
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat, pkcs7, pkcs12
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from acts.errors import Refused
from senders.reading.certificates import hexadecimal, read_certificate
from senders.reading.material import MAX_BYTES
from senders.reading.refusals import SENTENCES
from senders.reading.ssh_keys import fingerprint, read_ssh_key
from tests import certificates as made
from tests.certificates import certificate, der, pem, private_pem, revocation_list, signing_key, spki_pem, ssh_line

PRIVATE = {
    "pkcs8": private_pem(signing_key()),
    "pkcs1": private_pem(signing_key("rsa"), PrivateFormat.TraditionalOpenSSL),
    "sec1": private_pem(signing_key(), PrivateFormat.TraditionalOpenSSL),
    "openssh": private_pem(signing_key("ed25519"), PrivateFormat.OpenSSH),
    "encrypted": signing_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")),
    "pkcs8_der": signing_key().private_bytes(Encoding.DER, PrivateFormat.PKCS8, serialization.NoEncryption()),
    "encrypted_der": signing_key().private_bytes(Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")),
    "putty": b"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPrivate-Lines: 1\nAAAA\n",
    "ssh2": b"---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nAAAA\n---- END SSH2 ENCRYPTED PRIVATE KEY ----\n",
}
# The armour was left out when it was copied, or said something else, or a part was cut off, or Windows wrote it.
PRIVATE["bare"] = b"".join(PRIVATE["pkcs8"].splitlines()[1:-1])
PRIVATE["bare_openssh"] = b"".join(PRIVATE["openssh"].splitlines()[1:-1])
PRIVATE["mislabelled"] = PRIVATE["pkcs8"].replace(b"PRIVATE KEY", b"CERTIFICATE")
PRIVATE["cut"] = PRIVATE["pkcs8"][40:]
PRIVATE["utf16"] = PRIVATE["pkcs8"].decode().encode("utf-16")
PRIVATE["behind_a_certificate"] = pem(certificate()) + PRIVATE["pkcs8"]


def code_of(read: Any, content: bytes) -> str:
    with pytest.raises(Refused) as refusal:
        read(content)
    assert str(refusal.value.sentence), "a refusal says why"
    return refusal.value.code


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    from django.utils import translation

    with translation.override("en"):
        yield


class TestM7WhatIsShown:
    def test_M7_a_certificate_shows_owner_enterprise_issuer_dates_and_serial(self) -> None:
        one = certificate(serial=0x0ABC, key=signing_key("rsa"))
        read = read_certificate(pem(one))
        assert (read.owner, read.organisation, read.issuer) == (made.OWNER, made.ORGANISATION, made.ISSUER)
        assert (read.valid_from, read.valid_to) == (one.not_valid_before_utc, one.not_valid_after_utc)
        assert (read.serial, hexadecimal(read.serial)) == ("2748", "0ABC")
        assert (read.key_type, read.key_bits) == ("RSA", 2048)
        assert read.sha256 == one.fingerprint(hashes.SHA256()).hex()

    def test_M7_a_certificate_without_an_end_ends_in_the_last_year_there_is(self) -> None:
        """RFC 5280 4.1.2.5; every page can show it, in Brussels too."""
        last_second = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
        read = read_certificate(pem(certificate(ends=last_second - datetime.now(UTC).replace(microsecond=0))))
        assert timezone.localtime(read.valid_to).year == 9999

    def test_M8_a_serial_longer_than_the_standard_is_refused(self) -> None:
        assert read_certificate(pem(certificate(serial=2**159 - 1))).serial == str(2**159 - 1)
        longer = asn1_x509.Certificate.load(der(certificate()))
        longer["tbs_certificate"]["serial_number"] = 2**240 - 1
        assert code_of(read_certificate, longer.dump(force=True)) == "unreadable_certificate"

    def test_M7_an_enterprise_that_is_not_named_stays_empty(self) -> None:
        assert read_certificate(pem(certificate(organisation=""))).organisation == ""

    def test_M8_names_in_a_certificate_hide_nothing(self) -> None:
        """A right-to-left override would turn the text around it; a NUL ends a text elsewhere."""
        read = read_certificate(pem(certificate(owner="Ans\u202eexe.txt\x00\n")))
        assert read.owner == "Ans\ufffdexe.txt\ufffd\ufffd"

    @pytest.mark.parametrize("form", ["pem", "der", "base64", "base64 in one line", "windows", "with text around it"])
    def test_M8_a_certificate_is_read_in_every_usual_form(self, form: str) -> None:
        one = certificate()
        lines = pem(one).splitlines()
        content = {
            "pem": pem(one),
            "der": der(one),
            "base64": b"\r\n".join(lines[1:-1]),
            "base64 in one line": base64.b64encode(der(one)),
            "windows": "\r\n".join(pem(one).decode().splitlines()).encode("utf-16"),
            "with text around it": b"Bag Attributes\n  friendlyName: mine\n" + pem(one),
        }[form]
        assert read_certificate(content).content == der(one)

    @pytest.mark.parametrize("kind", ["ed25519", "ec", "rsa"])
    @pytest.mark.parametrize("form", ["openssh", "rfc4716", "rfc4716 with headers", "base64", "windows"])
    def test_M4_a_public_key_is_read_in_every_usual_form(self, kind: str, form: str) -> None:
        line = ssh_line(signing_key(kind))
        plain = read_ssh_key(line.encode()).rfc4716
        head, body = plain.split("\n", 1)
        content = {
            "openssh": line.encode(),
            "rfc4716": plain.encode(),
            "rfc4716 with headers": f'{head}\nComment: "ans\\\n at home"\nx-other: y\n{body}'.encode(),
            "base64": line.split()[1].encode(),
            "windows": f"{line}\r\n".encode("utf-16"),
        }[form]
        read = read_ssh_key(content)
        assert read.content == base64.b64decode(line.split()[1])
        assert (read.key_type, read.key_bits) == {
            "ed25519": ("Ed25519", 256),
            "ec": ("ECDSA", 256),
            "rsa": ("RSA", 2048),
        }[kind]
        assert "ans" not in read.rfc4716

    def test_M4_the_fingerprint_and_the_rfc4716_text_are_openssh_s_own(self, tmp_path: Path) -> None:
        line = ssh_line(signing_key("rsa"))
        file = tmp_path / "key.pub"
        file.write_text(line)
        read = read_ssh_key(line.encode())
        assert fingerprint(read.sha256) in _run("ssh-keygen", "-l", "-f", str(file))
        file.write_text(read.rfc4716)
        assert _run("ssh-keygen", "-i", "-f", str(file)).split() == line.split()[:2]


class TestM8PrivateKeys:
    @pytest.mark.parametrize("form", PRIVATE)
    @pytest.mark.parametrize("read", [read_certificate, read_ssh_key])
    def test_M8_a_private_key_is_named_as_such_and_called_compromised(self, read: Any, form: str) -> None:
        assert code_of(read, PRIVATE[form]) == "private_key"
        assert "compromised" in str(SENTENCES["private_key"])

    @pytest.mark.parametrize("read", [read_certificate, read_ssh_key])
    def test_M8_the_refusal_carries_nothing_of_the_key(self, read: Any) -> None:
        with pytest.raises(Refused) as refusal:
            read(PRIVATE["pkcs8"])
        assert refusal.value.facts == {}
        assert refusal.value.__cause__ is None
        assert str(refusal.value) == "private_key"


class TestM8Certificates:
    def test_M8_expired(self) -> None:
        assert (
            code_of(read_certificate, pem(certificate(begins=timedelta(days=-9), ends=timedelta(days=-2)))) == "expired"
        )

    def test_M8_not_yet_valid(self) -> None:
        assert code_of(read_certificate, pem(certificate(begins=timedelta(days=2)))) == "not_yet_valid"

    def test_M8_too_weak_a_key(self) -> None:
        assert code_of(read_certificate, pem(certificate(key=signing_key("weak")))) == "weak_key"

    def test_M8_a_curve_that_is_too_small(self) -> None:
        assert code_of(read_certificate, pem(certificate(key=ec.generate_private_key(ec.SECP192R1())))) == "weak_key"

    def test_M8_dsa(self) -> None:
        assert code_of(read_certificate, pem(certificate(key=signing_key("dsa")))) == "dsa"

    def test_M8_a_signature_with_sha1(self) -> None:
        # The library signs nothing with SHA-1 any more; openssl still does.
        assert code_of(read_certificate, _self_signed("-sha1")) == "weak_signature"

    def test_M8_a_signature_with_md5(self) -> None:
        assert code_of(read_certificate, _self_signed("-md5")) == "weak_signature"

    def test_M8_the_certificate_of_an_issuer(self) -> None:
        assert code_of(read_certificate, pem(certificate(is_ca=True))) == "ca"

    def test_M8_a_chain_as_text(self) -> None:
        assert code_of(read_certificate, pem(certificate()) + pem(certificate(is_ca=True))) == "chain"

    @pytest.mark.parametrize("form", [Encoding.PEM, Encoding.DER])
    def test_M8_a_chain_as_pkcs7(self, form: Encoding) -> None:
        assert code_of(read_certificate, pkcs7.serialize_certificates([certificate()], form)) == "chain"

    @pytest.mark.parametrize("with_key", [True, False])
    def test_M8_a_pkcs12_file(self, with_key: bool) -> None:
        content = pkcs12.serialize_key_and_certificates(
            b"mine", signing_key() if with_key else None, certificate(), None, BestAvailableEncryption(b"secret")
        )
        assert code_of(read_certificate, content) == "pkcs12"
        assert code_of(read_certificate, base64.b64encode(content)) == "pkcs12"

    @pytest.mark.parametrize("form", [Encoding.PEM, Encoding.DER])
    def test_M8_a_request_for_a_certificate(self, form: Encoding) -> None:
        request = (
            x509.CertificateSigningRequestBuilder().subject_name(made.name("Ans")).sign(signing_key(), hashes.SHA256())
        )
        assert code_of(read_certificate, request.public_bytes(form)) == "request"

    def test_M8_a_public_key_without_certificate(self) -> None:
        assert code_of(read_certificate, spki_pem(signing_key())) == "public_key_alone"

    def test_M8_an_ssh_key_in_the_wrong_field(self) -> None:
        assert code_of(read_certificate, ssh_line().encode()) == "ssh_key_instead"

    @pytest.mark.parametrize("content", [b"hello", b"\x89PNG\r\n\x1a\n\0\0", b"\x30", b"\x30\x82\xff\xff", b"MIIB"])
    def test_M8_an_unreadable_file(self, content: bytes) -> None:
        assert code_of(read_certificate, content) == "unreadable_certificate"

    def test_M8_a_certificate_with_its_end_cut_off(self) -> None:
        assert code_of(read_certificate, der(certificate())[:-20]) == "unreadable_certificate"
        assert code_of(read_certificate, pem(certificate())[:-40]) == "unreadable_certificate"

    def test_M8_nothing(self) -> None:
        assert code_of(read_certificate, b" \r\n") == "empty"

    def test_M8_larger_than_64_kib(self) -> None:
        assert code_of(read_certificate, b"x" * (MAX_BYTES + 1)) == "too_large"
        assert code_of(read_certificate, b"x" * MAX_BYTES) == "unreadable_certificate"

    def test_M8_an_exact_sentence_says_what_to_do(self) -> None:
        with pytest.raises(Refused) as refusal:
            read_certificate(pem(certificate(key=signing_key("weak"))))
        assert str(refusal.value.sentence) == (
            "The key is too weak: RSA of 1024 bits. Use RSA of at least 2048 bits, ECDSA of at least 256 bits or Ed25519."
        )


class TestM8Issuers:
    """Qualified: only where issuers were admitted (tests/security/test_admit_my_own_issuer.py)."""

    @pytest.mark.parametrize("form", [Encoding.PEM, Encoding.DER])
    def test_M8_revoked(self, settings: Any, tmp_path: Path, form: Encoding) -> None:
        revoked, good = certificate(serial=11), certificate(serial=12)
        settings.SENDER_REVOCATION_FILES = [_file(tmp_path / "list.crl", revocation_list(11).public_bytes(form))]
        assert code_of(read_certificate, pem(revoked)) == "revoked"
        assert read_certificate(pem(good))
        assert read_certificate(pem(certificate(issuer="Somebody", serial=11)))

    def test_M8_a_list_that_cannot_be_read_stops_the_portal_and_not_the_sender(
        self, settings: Any, tmp_path: Path
    ) -> None:
        settings.SENDER_REVOCATION_FILES = [_file(tmp_path / "list.crl", b"nonsense")]
        with pytest.raises(ImproperlyConfigured):
            read_certificate(pem(certificate()))


class TestM8SshKeys:
    def test_M8_too_weak_a_key(self) -> None:
        assert code_of(read_ssh_key, ssh_line(signing_key("weak")).encode()) == "weak_key"

    def test_M8_dsa(self) -> None:
        wire = _string(b"ssh-dss") + _string(b"\1" * 129)
        assert code_of(read_ssh_key, b"ssh-dss " + base64.b64encode(wire)) == "dsa"

    def test_M8_a_certificate_in_the_wrong_field(self) -> None:
        assert code_of(read_ssh_key, pem(certificate())) == "certificate_instead"
        assert code_of(read_ssh_key, der(certificate())) == "certificate_instead"

    def test_M8_a_public_key_of_openssl(self) -> None:
        assert code_of(read_ssh_key, spki_pem(rsa.generate_private_key(65537, 2048))) == "pem_public_key"

    def test_M8_two_keys(self) -> None:
        both = f"{ssh_line()}\n{ssh_line(signing_key('rsa'))}\n"
        assert code_of(read_ssh_key, both.encode()) == "several_keys"

    def test_M8_a_key_of_a_security_key(self) -> None:
        wire = _string(b"sk-ssh-ed25519@openssh.com") + _string(b"\1" * 32) + _string(b"ssh:")
        line = b"sk-ssh-ed25519@openssh.com " + base64.b64encode(wire)
        assert code_of(read_ssh_key, line) == "security_key"

    def test_M8_a_kind_that_nobody_knows(self) -> None:
        wire = _string(b"ssh-new-kind") + _string(b"\1" * 32)
        assert code_of(read_ssh_key, b"ssh-new-kind " + base64.b64encode(wire)) == "unknown_ssh_key"

    def test_M8_a_line_that_says_another_kind_than_its_key(self) -> None:
        line = ssh_line(signing_key("rsa")).replace("ssh-rsa", "ssh-ed25519", 1)
        assert code_of(read_ssh_key, line.encode()) == "unreadable_ssh_key"

    def test_M8_a_key_with_something_behind_it(self) -> None:
        wire = base64.b64decode(ssh_line().split()[1]) + b"more"
        assert code_of(read_ssh_key, b"ssh-ed25519 " + base64.b64encode(wire)) == "unreadable_ssh_key"

    @pytest.mark.parametrize("content", [b"hello", b"ssh-rsa", b"ssh-rsa AAAA", b"\0\1\2", b"ssh-ed25519 \xff\xff"])
    def test_M8_an_unreadable_file(self, content: bytes) -> None:
        assert code_of(read_ssh_key, content) == "unreadable_ssh_key"


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _self_signed(digest: str) -> bytes:
    return _run(
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "/dev/null", "-subj", "/CN=Ans", digest,
        "-days", "30",
    ).encode()  # fmt: skip


def _file(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return str(path)


def _string(content: bytes) -> bytes:
    return len(content).to_bytes(4) + content
