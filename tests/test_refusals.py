"""T19, T20, T21: the judge is asked for every line of docs/refusals.md; some starts show that a start asks the judge."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from csam_portal import environment
from csam_portal.numbers import NUMBERS, ORDERED
from csam_portal.starting import elsewhere, everywhere, hidden, misspelt, production
from htb.document import seal, trust
from htb.document.demo_keys import AUTHORITY_NAME
from scripts import refusals
from senders.gateway import certificate as gateway
from senders.reading import trust as sender_trust
from tests import certificates, starting
from tests.starting import SAFE, folder, refused, run, seal_files, signer_files, write

Case = Callable[[Path], tuple[dict[str, str], list[str]]]

FILES = ("SEAL_KEY_FILE", "SEAL_CERTIFICATE_FILE", "SIGNER_TRUST_FILES", "SIGNER_CRL_FILES", "DATABASE_URL")
AS_IT_COMES = dict.fromkeys((*SAFE, *FILES), "")
COOKIES = ("SESSION", "CSRF", "LANGUAGE")
DEVELOPMENT = {**AS_IT_COMES, "ENVIRONMENT": ""}
POSTGRES = "postgres://csam:{}@db.fgov.be/csam?sslmode=verify-full"
MAIL = "smtp+tls://csam:{}@mail.fgov.be:587"
# Secrets that nothing is wrong with; each is used once.
GOOD = ("vN8-qYc2Zr5tLkWd", "Tj3pMx_9Gb6sHfQe", "uK4wCz7Vn1yRaXoE", "hS0gBm8PiD2lJqUt", "Wf5eOv3Ik9NxYzA7")
SECRETS = environment.SECRETS
NOT_SET = [
    "SECRET_KEY is not set.",
    "RECORD_KEY is not set.",
    "OIDC_CLIENT_SECRET is not set.",
    "EMAIL_URL is not set, or is no mail server: mails would reach nobody.",
]
OPEN = "names a file that every user of this machine can read, or others than its owner can change"


def secrets(tmp: Path, *texts: str) -> dict[str, str]:
    """Return settings in which every secret is the next of these texts; the two keys come first."""
    names = ("SECRET_KEY", "RECORD_KEY", "OIDC_CLIENT_SECRET", "REGISTER_TOKEN", "SEAL_KEY_PASSPHRASE",
        "GATEWAY_DATABASE_PASSWORD", "DATABASE_URL", "EMAIL_URL")  # fmt: skip
    found = dict(zip(names, texts, strict=True))
    found["DATABASE_URL"] = POSTGRES.format(found["DATABASE_URL"])
    found["EMAIL_URL"] = MAIL.format(found["EMAIL_URL"])
    return {**found, **seal_files(tmp, "CSAM", found["SEAL_KEY_PASSPHRASE"])}


def every_secret(words: str) -> list[str]:
    """Return the sentence about every secret."""
    return [f"{name} {words}." for name in hidden._SECRETS]


def as_it_comes(_tmp: Path) -> tuple[dict[str, str], list[str]]:
    return {**AS_IT_COMES, "ENVIRONMENT": "production"}, [
        "SECRET_KEY is not set.",
        "RECORD_KEY is not set.",
        "OIDC_CLIENT_SECRET is not set.",
        "SITE_URL is not https:// and a host alone.",
        "SITE_URL names this machine alone.",
        "OIDC_ISSUER is not set, or is the portal's own mock.",
        "OIDC_ISSUER is no https:// address.",
        "OIDC_DISCOVERY_URL is no https:// address.",
        "OIDC_FORM_ORIGINS is not https:// and a host alone, each.",
        "EMAIL_URL is not set, or is no mail server: mails would reach nobody.",
        "MAIL_FROM is not set.",
        "SECURITY_CONTACT is not set, or is neither an e-mail address nor one of a page over https.",
        seal.NOT_SET,
        trust.NOT_SET,
    ]


def as_in_development(_tmp: Path) -> tuple[dict[str, str], list[str]]:
    changes = {
        "DEBUG": "true",
        "MOCK_IDP": "on",
        "ACCEPT_TEST_INSZ": "1",
        "EMAIL_URL": "consolemail://",
        "LOG_LEVEL": "DEBUG",
    }
    return changes, [
        "DEBUG is on.",
        "MOCK_IDP is on: anybody could log in as anybody.",
        "ACCEPT_TEST_INSZ is on.",
        "LOG_LEVEL is not INFO: the record's heads are logged at it.",
        "EMAIL_URL is not set, or is no mail server: mails would reach nobody.",
    ]


def misspelt_environment(_tmp: Path) -> tuple[dict[str, str], list[str]]:
    return {"ENVIRONMENT": "prod"}, ["ENVIRONMENT is none of development, test, production."]


def a_portal_below_a_prefix_that_believes_everybody(_tmp: Path) -> tuple[dict[str, str], list[str]]:
    return {"SCRIPT_NAME": "/portal", "PROXY_ADDRESSES": "10.0.0.1,0.0.0.0/0"}, [
        "SCRIPT_NAME is set: the portal stands at the root of its host.",
        "PROXY_ADDRESSES is no list of addresses and networks, or holds every address.",
    ]


def misspelt_switches(_tmp: Path) -> tuple[dict[str, str], list[str]]:
    return dict.fromkeys(environment.SWITCHES, "ja"), [
        *(f"{name} is neither true nor false." for name in environment.SWITCHES),
        "SECURE_SSL_REDIRECT is off.",
    ]


def addresses_of_nothing(_tmp: Path) -> tuple[dict[str, str], list[str]]:
    return {"DATABASE_URL": "mysql://csam:hunter2hunter2@db/csam", "EMAIL_URL": "smtp://mail:hunter2/hunter2"}, [
        "DATABASE_URL is no address of PostgreSQL or SQLite.",
        "EMAIL_URL is no address of a mail server.",
        "EMAIL_URL is not set, or is no mail server: mails would reach nobody.",
    ]


def secrets_twice(tmp: Path) -> tuple[dict[str, str], list[str]]:
    given = secrets(tmp, SAFE["SECRET_KEY"], SAFE["RECORD_KEY"], SAFE["OIDC_CLIENT_SECRET"], *GOOD)
    file = write(tmp / "secret", "whatever")
    changes = {**given, "MOCK_IDP_PIN": "9876", **{f"{name}_FILE": file for name in environment.SECRETS}}
    return changes, [f"{name}_FILE {environment.BOTH}." for name in environment.SECRETS]


def secrets_nowhere(_tmp: Path) -> tuple[dict[str, str], list[str]]:
    changes = {**dict.fromkeys(SECRETS, ""), **{f"{name}_FILE": "/nowhere/secret" for name in environment.SECRETS}}
    return changes, [*(f"{name}_FILE {environment.UNREADABLE}." for name in environment.SECRETS), *NOT_SET]


def secrets_of_two_lines(tmp: Path) -> tuple[dict[str, str], list[str]]:
    contents = [b"", b"\n", b"two\nlines", b"nul\0", b"\xff\xfe", b"x" * 70_000, b"tab\t", b"\r\nx", b"\x1b[0m"]
    files = {
        f"{name}_FILE": write(tmp / name, content) for name, content in zip(environment.SECRETS, contents, strict=True)
    }
    changes = {**dict.fromkeys(SECRETS, ""), **files}
    return changes, [*(f"{name}_FILE {environment.NOT_A_LINE}." for name in environment.SECRETS), *NOT_SET]


def secrets_for_everybody(tmp: Path) -> tuple[dict[str, str], list[str]]:
    given = secrets(tmp, SAFE["SECRET_KEY"], SAFE["RECORD_KEY"], SAFE["OIDC_CLIENT_SECRET"], *GOOD)
    seal_pair = {name: given.pop(name) for name in ("SEAL_KEY_FILE", "SEAL_CERTIFICATE_FILE")}
    modes = (0o644, 0o604, 0o666, 0o602, 0o444, 0o660, 0o605, 0o620)
    files = {
        f"{name}_FILE": write(tmp / name, text, mode) for (name, text), mode in zip(given.items(), modes, strict=True)
    }
    tls = gateway_files(tmp)
    for path in (seal_pair["SEAL_KEY_FILE"], tls["GATEWAY_TLS_KEY_FILE"]):
        Path(path).chmod(0o644)
    names = (*files, "SEAL_KEY_FILE", "GATEWAY_TLS_KEY_FILE")
    return {**dict.fromkeys(given, ""), **files, **tls, **seal_pair}, [f"{name} {OPEN}." for name in names]


def short_secrets(tmp: Path) -> tuple[dict[str, str], list[str]]:
    keys = (SAFE["SECRET_KEY"][:49], SAFE["RECORD_KEY"][:49])
    return secrets(tmp, *keys, *(text[:15] for text in (SAFE["OIDC_CLIENT_SECRET"], *GOOD))), [
        "SECRET_KEY is shorter than 50 characters.",
        "RECORD_KEY is shorter than 50 characters.",
        *(f"{name} is, or has a password, shorter than 16 characters." for name in hidden._OTHERS),
    ]


def repeated_secrets(tmp: Path) -> tuple[dict[str, str], list[str]]:
    texts = (
        "s" * 64, "x7Kq9Lm2Pw" * 5, "0123456789abcdefghij", "aaaaaaaabbbbbbbb", "zyxwvutsrqponmlk", "qwertyuiopasdfgh",
        "a1a1a1a1a1a1a1a1a1", "rT5rT5rT5rT5rT5rT5",
    )  # fmt: skip
    return secrets(tmp, *texts), every_secret("repeats itself or counts: it was not made at random")


def placeholders(tmp: Path) -> tuple[dict[str, str], list[str]]:
    texts = (
        "django-insecure-8d!w0$+v2kq7z@4nrx1j^u5c6h9ytblmfgs3p", "development-only-9f3Kx7-not-a-2QzR8-vL5m-secret-Wt4H",
        "ChangeMe-7kQ2-now", "Passw0rd-92-xKq-vZ", "y0ur-s3cr3t-h4s-gon", "l3tm31n-42-Uj-Qxz", "demo-csam-2026-zq",
        "pl4ceholder_93kvz",
    )  # fmt: skip
    return secrets(tmp, *texts), every_secret("holds a word that stands for a secret, or one from the documents")


def shared_secrets(tmp: Path) -> tuple[dict[str, str], list[str]]:
    key, one, other = SAFE["SECRET_KEY"], *GOOD[:2]
    texts = (
        key,
        f"{key[25:]}{key[:25]}",
        one,
        f"x{one}",
        one.upper(),
        f"{other}-1",
        f"{other}-2",
        f"!{other[:13]}-yz9",
    )
    return secrets(tmp, *texts), every_secret("has most in common with another secret")


def wrong_addresses(_tmp: Path) -> tuple[dict[str, str], list[str]]:
    changes = {
        "SITE_URL": "http://localhost:8000/portal",
        "ALLOWED_HOSTS": "*,.example.org",
        "SECURE_SSL_REDIRECT": "false",
        "HSTS_SECONDS": "60",
        "OIDC_ISSUER": "http://idp.fgov.be",
        "OIDC_DISCOVERY_URL": "https://me:secret@idp.fgov.be/",
        "OIDC_FORM_ORIGINS": "https://*",
        "OIDC_ORIGINS": "https://keys.fgov.be,http://keys.fgov.be",
        "OUTGOING_PROXY": "http://me:secret@proxy.fgov.be:3128",
        "OUTGOING_CA_FILE": "/nowhere/authorities.pem",
        "REGISTER_URL": "http://register.fgov.be",
        "EMAIL_URL": "smtp://mail.fgov.be:25",
        "DATABASE_URL": "postgres://csam@db.fgov.be/csam?sslmode=require",
    }
    return changes, [
        "SITE_URL is not https:// and a host alone.",
        "SITE_URL names this machine alone.",
        'ALLOWED_HOSTS is empty or takes more than whole names ("*", ".example.org").',
        "ALLOWED_HOSTS is not whole names or addresses alone, each without a port.",
        "ALLOWED_HOSTS does not name the host of SITE_URL.",
        "SECURE_SSL_REDIRECT is off.",
        "HSTS_SECONDS is less than 30 days.",
        "OIDC_ISSUER is no https:// address.",
        "OIDC_DISCOVERY_URL is no https:// address.",
        "OIDC_FORM_ORIGINS is not https:// and a host alone, each.",
        "OIDC_ORIGINS is not https:// and a host alone, each.",
        "OUTGOING_PROXY is not http:// or https:// and a host alone.",
        "OUTGOING_CA_FILE cannot be read as certificates (PEM).",
        "REGISTER_URL is no https:// address.",
        "REGISTER_TOKEN is not set.",
        "EMAIL_URL leaves this machine without TLS (smtp+tls:// or smtp+ssl://).",
        "DATABASE_URL leaves this machine without a proof of the server (sslmode=verify-full).",
    ]


def a_seal_that_cannot_be_read(tmp: Path) -> tuple[dict[str, str], list[str]]:
    return {"SEAL_CERTIFICATE_FILE": str(tmp / "none.pem")}, [seal.UNREADABLE]


def a_key_of_the_seal_that_cannot_be_read(tmp: Path) -> tuple[dict[str, str], list[str]]:
    return {"SEAL_KEY_FILE": str(tmp / "none.pem")}, [seal.KEY_UNREADABLE]


def the_demonstrations_seal(tmp: Path) -> tuple[dict[str, str], list[str]]:
    return seal_files(folder(tmp / "demo"), seal.DEMO_NAME), [seal.DEMONSTRATION]


def another_seals_key_of_yesterday(tmp: Path) -> tuple[dict[str, str], list[str]]:
    over = certificates.certificate(ends=timedelta(hours=-1))
    return {"SEAL_CERTIFICATE_FILE": write(tmp / "over.pem", certificates.pem(over))}, [seal.OTHER_KEY, seal.NOT_TODAY]


def signers_that_cannot_be_read(tmp: Path) -> tuple[dict[str, str], list[str]]:
    nothing = write(tmp / "nothing.pem", "nothing")
    # soft-fail is a word, but not one for production.
    lists = {"SIGNER_TRUST_FILES": nothing, "SIGNER_CRL_FILES": nothing, "SIGNER_REVOCATION": "soft-fail"}
    return lists, [trust.NOT_REQUIRED, trust.UNREADABLE, trust.LISTS_UNREADABLE]


def the_demonstrations_signers(tmp: Path) -> tuple[dict[str, str], list[str]]:
    return signer_files(folder(tmp / "demo"), AUTHORITY_NAME), [trust.DEMONSTRATION]


def lists_for_senders_that_cannot_be_read(_tmp: Path) -> tuple[dict[str, str], list[str]]:
    return {"SENDER_REVOCATION_FILES": "/nowhere/revoked.pem"}, [sender_trust.LISTS_UNREADABLE]


def a_setting_that_is_gone(_tmp: Path) -> tuple[dict[str, str], list[str]]:
    words = "is a setting no more: admit the issuers with manage.py load_issuers, and take it out."
    return {"SENDER_ISSUERS_FILE": "/somewhere/issuers.pem"}, [f"SENDER_ISSUERS_FILE {words}"]


def gateway_files(tmp: Path, kind: str = "ec", issuer: str = "rsa", **how: Any) -> dict[str, str]:
    """Make a certificate of the gateway, signed by another key unless `issuer` is its own; return the settings."""
    own, other = certificates.signing_key(kind), certificates.signing_key(issuer)
    made = certificates.certificate(key=own, issuer_key=other, **how)
    return {
        "GATEWAY_TLS_KEY_FILE": write(tmp / "tls.key", certificates.private_pem(own)),
        "GATEWAY_TLS_CERTIFICATE_FILE": write(tmp / "tls.crt", certificates.pem(made)),
    }


def half_a_gateway(tmp: Path) -> tuple[dict[str, str], list[str]]:
    return {**gateway_files(tmp), "GATEWAY_TLS_KEY_FILE": ""}, [gateway.HALF]


def a_gateway_that_cannot_be_read(_tmp: Path) -> tuple[dict[str, str], list[str]]:
    return {"GATEWAY_TLS_KEY_FILE": "/nowhere", "GATEWAY_TLS_CERTIFICATE_FILE": "/nowhere"}, [gateway.UNREADABLE]


def a_gateways_key_that_cannot_be_read(tmp: Path) -> tuple[dict[str, str], list[str]]:
    return {**gateway_files(tmp), "GATEWAY_TLS_KEY_FILE": "/nowhere"}, [gateway.KEY_UNREADABLE]


def a_gateway_of_another_for_yesterday(tmp: Path) -> tuple[dict[str, str], list[str]]:
    files = gateway_files(tmp, ends=timedelta(hours=-1))
    other = write(tmp / "other.key", certificates.private_pem(certificates.signing_key("rsa")))
    changes = {**files, "GATEWAY_TLS_KEY_FILE": other, "GATEWAY_NAME": "gateway.fgov.be"}
    return changes, [gateway.OTHER_KEY, gateway.NOT_TODAY, gateway.OTHER_NAME]


def a_gateway_that_vouches_for_itself_in_anothers_name(tmp: Path) -> tuple[dict[str, str], list[str]]:
    return gateway_files(tmp, "ec", "ec"), [gateway.SELF_SIGNED]


def a_weak_gateway(tmp: Path) -> tuple[dict[str, str], list[str]]:
    return gateway_files(tmp, "weak"), [gateway.WEAK]


def a_public_development(_tmp: Path) -> tuple[dict[str, str], list[str]]:
    changes = {
        "SITE_URL": "https://csam.fgov.be",
        "ALLOWED_HOSTS": "csam.fgov.be",
        "GATEWAY_HOST": "0.0.0.0",  # noqa: S104 - to be refused
        "TRUSTED_PROXIES": "1",
    }
    return {**DEVELOPMENT, **changes}, [
        "SITE_URL names another machine than this one.",
        "ALLOWED_HOSTS takes the name of another machine than this one.",
        "GATEWAY_HOST names another machine than this one.",
        "GATEWAY_NAME names another machine than this one.",
        "MOCK_IDP_REDIRECT_URIS leads a browser to another machine than this one.",
        "TRUSTED_PROXIES is not 0 in development: a proxy lets other machines in.",
    ]


def a_test_that_nobody_runs(_tmp: Path) -> tuple[dict[str, str], list[str]]:
    return {**DEVELOPMENT, "ENVIRONMENT": "test"}, ["ENVIRONMENT is test, and no pytest runs."]


def no_numbers(_tmp: Path) -> tuple[dict[str, str], list[str]]:
    return dict.fromkeys(NUMBERS, "nan"), [
        *(f"{name} {number.words}." for name, number in NUMBERS.items()),
    ]


def no_words(_tmp: Path) -> tuple[dict[str, str], list[str]]:
    loose = ["LOG_LEVEL", "LOG_FORMAT", "SIGNER_REVOCATION"]
    return dict.fromkeys(loose, "whatever") | {"MAIL_FROM": " ", "RECORD_KEY": "two\nlines", "SITE_URL": "\x1b"}, [
        *(f"{name} {words}." for name, words in environment.CHOICES.items()),
        *(f"{name} {environment.NO_TEXT}." for name in ("MAIL_FROM", "RECORD_KEY", "SITE_URL")),
        # What nobody could read is as if it was not set.
        "MAIL_FROM is not set.",
        "RECORD_KEY is not set.",
        "SITE_URL is not https:// and a host alone.",
        "SITE_URL names this machine alone.",
        "ALLOWED_HOSTS does not name the host of SITE_URL.",
    ]


def misspelt_names(_tmp: Path) -> tuple[dict[str, str], list[str]]:
    """Of what somebody's machine sets for other programs, nothing counts."""
    others = (
        "LANGUAGE",
        "EMAIL",
        "VERSION",
        "PORT",
        "GATEWAY_PORT",
        "OIDC_SERVICE_HOST",
        "OIDC_PORT_80_TCP",
        "HTTPS_PROXY",
    )
    meant = {
        "ALOWED_HOSTS": "ALLOWED_HOSTS",
        "DJANGO_DEBUG": "DEBUG",
        "CSAM_SECRET_KEY": "SECRET_KEY",
        "HSTS_SECOND": "HSTS_SECONDS",
        "LIMIT_PASSWORDS_PERSON": "LIMIT_PASSWORD_PERSON",
        "MAX_MESSAGE_BYTES": "",
        "OIDC_CLIENT_SECRETFILE": "OIDC_CLIENT_SECRET_FILE",
        "TRUSTED_PROXY": "TRUSTED_PROXIES",
        "mock_idp": "MOCK_IDP",
        "SESSION_IDLE_SECS": "SESSION_IDLE_SECONDS",
    }
    return dict.fromkeys((*others, *meant), "nobody-reads-it") | {"SESSION_COOKIE_AGE": "3153600000"}, [
        *(f"{name} {misspelt.WORDS.format(ours)}" for name, ours in meant.items() if ours),
        f"SESSION_COOKIE_AGE {misspelt.OF_DJANGO}",
    ]


def the_part_before_the_whole(_tmp: Path) -> tuple[dict[str, str], list[str]]:
    changes = {
        "LEVEL_SELF": "490",
        "LEVEL_MANAGE": "480",
        "LEVEL_APPOINT": "470",
        "LIMIT_PASSWORD_PERSON": "10",
        "LIMIT_PASSWORD_ADDRESS": "9",
        "LIMIT_LOOK_UP_ACTOR": "30",
        "LIMIT_LOOK_UP_ENTERPRISE": "29",
        "REGISTER_TIMEOUT_SECONDS": "9",
        "REGISTER_BREAKER_SECONDS": "8.5",
        "GATEWAY_MAX_SESSIONS": "10",
        "GATEWAY_SFTP_PORT": "29000",
        "GATEWAY_FTPS_PORT": "29000",
        "HSTS_PRELOAD": "true",
    }
    return changes, [
        *(f"{less} is more than {more}." for less, more in ORDERED),
        "GATEWAY_PASSIVE_PORTS is no range of ports from 1024 to 65535, or holds GATEWAY_SFTP_PORT or GATEWAY_FTPS_PORT.",
        "GATEWAY_FTPS_PORT is also GATEWAY_SFTP_PORT.",
        "HSTS_PRELOAD is on, without HSTS_INCLUDE_SUBDOMAINS or with less than a year: browser makers take it for no less.",
    ]


def names_that_lead_nowhere(_tmp: Path) -> tuple[dict[str, str], list[str]]:
    services = [f"URL_{name.upper()}" for name in settings.SERVICES]
    changes = {
        **dict.fromkeys(services, "javascript:alert(1)"),
        "GATEWAY_HOST": "*",
        "GATEWAY_NAME": "gateway.fgov.be:22",
        "GATEWAY_USER": "root",
        "MAIL_FROM": "CSAM",
    }
    return changes, [
        *(f"{name} is no https:// address." for name in services),
        "GATEWAY_HOST is no whole name or address.",
        "GATEWAY_NAME is no whole name or address.",
        "GATEWAY_USER is root, who may do everything.",
        "MAIL_FROM is no e-mail address, with or without a name.",
    ]


def trust_that_others_can_change(tmp: Path) -> tuple[dict[str, str], list[str]]:
    authority = signer_files(folder(tmp / "authority"), "Citizen CA")
    pem = certificates.pem(certificates.certificate(ends=timedelta(days=9)))
    files = {
        "SEAL_CERTIFICATE_FILE": seal_files(folder(tmp / "seal"), "CSAM")["SEAL_CERTIFICATE_FILE"],
        "SEAL_FORMER_CERTIFICATE_FILES": write(tmp / "former.pem", pem),
        **authority,
        "SENDER_REVOCATION_FILES": authority["SIGNER_CRL_FILES"],
        "OUTGOING_CA_FILE": write(tmp / "authorities.pem", pem),
        **gateway_files(tmp),
    }
    key = files.pop("GATEWAY_TLS_KEY_FILE")
    for path, mode in zip(sorted(set(files.values())), itertools.cycle((0o666, 0o664, 0o646)), strict=False):
        Path(path).chmod(mode)
    changes = {**files, "GATEWAY_TLS_KEY_FILE": key, "SEAL_KEY_FILE": str(tmp / "seal" / "key.pem")}
    return changes, [f"{name} names a file that others than its owner can change." for name in files]


CASES: list[Case] = [
    no_words, misspelt_names, a_setting_that_is_gone,
    the_part_before_the_whole, names_that_lead_nowhere, trust_that_others_can_change, no_numbers,
    a_portal_below_a_prefix_that_believes_everybody, as_it_comes, as_in_development, misspelt_environment,
    misspelt_switches, addresses_of_nothing, secrets_twice,
    secrets_nowhere, secrets_of_two_lines, secrets_for_everybody, short_secrets, repeated_secrets, placeholders,
    shared_secrets, wrong_addresses, a_seal_that_cannot_be_read, a_key_of_the_seal_that_cannot_be_read,
    the_demonstrations_seal, another_seals_key_of_yesterday, signers_that_cannot_be_read, the_demonstrations_signers,
    lists_for_senders_that_cannot_be_read, half_a_gateway, a_gateway_that_cannot_be_read,
    a_gateways_key_that_cannot_be_read, a_gateway_of_another_for_yesterday,
    a_gateway_that_vouches_for_itself_in_anothers_name, a_weak_gateway, a_public_development, a_test_that_nobody_runs,
]  # fmt: skip
EVERY_REFUSAL = (*everywhere.REFUSALS, *everywhere.BOUNDS, *elsewhere.REFUSALS, *hidden.REFUSALS, *production.REFUSALS)
# What no variable says; only somebody who changes the code gets there.
LOOSE = [
    f"{kind}_COOKIE_NAME is not bound to this host: __Host-, Secure, HttpOnly, SameSite, for every path."
    for kind in COOKIES
]
ENV_FILE = "ENVIRONMENT is production, and every user of this machine can read the file .env."


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A safe production; whoever needs other files makes them in a folder of their own."""
    return starting.production(tmp_path_factory.mktemp("safe"))


def test_T20_a_safe_production_is_not_refused(base: dict[str, str]) -> None:
    assert refused(base) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_T20_what_is_unsafe_is_named_whole(base: dict[str, str], tmp_path: Path, case: Case) -> None:
    changes, sentences = case(tmp_path)
    said = refused({**base, **changes})
    assert sorted(said) == sorted(sentences), "all of it at once, and nothing else"
    secret = [text for name, text in changes.items() if name.removesuffix("_FILE") in environment.SECRETS and text]
    assert [text for text in secret if text in "\n".join(said)] == []


@pytest.mark.parametrize("case", [as_it_comes, no_numbers], ids=lambda case: case.__name__)
def test_T20_a_start_asks_the_judge(base: dict[str, str], tmp_path: Path, case: Case) -> None:
    changes, sentences = case(tmp_path)
    done = run({**base, **changes}, "manage.py", "showmigrations", "--skip-checks")
    said = [line.removeprefix("- ") for line in done.stderr.splitlines() if line.startswith("- ")]
    assert done.returncode != 0
    assert sorted(said) == sorted(sentences)
    assert "Traceback" not in done.stderr and "nan" not in done.stderr


def test_T20_every_line_of_the_table_is_asked(tmp_path: Path) -> None:
    asked = {sentence for case in CASES for sentence in case(folder(tmp_path / case.__name__))[1]}
    assert [
        f"{name} {refusal.words}."
        for refusal in EVERY_REFUSAL
        for name in refusal.names
        if f"{name} {refusal.words}." not in asked | {ENV_FILE, *LOOSE}
    ] == []


def test_T20_the_table_in_the_documents_is_the_codes() -> None:
    """`python -m scripts.refusals` writes it."""
    assert refusals.TARGET.read_text(encoding="utf-8") == refusals.drawn()


def test_T21_a_file_of_settings_that_everybody_can_read_is_refused_alike(base: dict[str, str], tmp_path: Path) -> None:
    write(tmp_path / ".env", "", 0o644)
    assert refused(base, BASE_DIR=tmp_path) == [ENV_FILE]


def test_T28_cookies_that_are_not_bound_are_refused_alike(base: dict[str, str]) -> None:
    loose = {"SESSION_COOKIE_NAME": "x", "CSRF_COOKIE_SECURE": False, "LANGUAGE_COOKIE_HTTPONLY": 0}
    assert refused(base, **loose) == LOOSE
