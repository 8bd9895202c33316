"""What does not start in production because somebody could learn it: secrets, their files, the database (T20, T21)."""

import os
from pathlib import Path
from stat import S_IROTH, S_IWGRP, S_IWOTH

from django.conf import settings

from csam_portal import environment
from csam_portal.starting import strength
from csam_portal.starting.production import is_remote_register
from csam_portal.starting.refusal import Refusal, one
from outgoing import database

# Addresses, of which the password is the secret; and what belongs to the mock, which is refused as a whole.
_ADDRESSES = ("DATABASE_URL", "EMAIL_URL")
_OF_THE_MOCK = ("MOCK_IDP_PIN",)
_SECRETS = tuple(name for name in environment.SECRETS if name not in _OF_THE_MOCK)
_KEYS = tuple(name for name in _SECRETS if name.endswith("_KEY"))
_OTHERS = tuple(name for name in _SECRETS if name not in _KEYS)
# Whoever can change these says whom the portal believes.
_TRUSTED = (
    "SEAL_CERTIFICATE_FILE", "SEAL_FORMER_CERTIFICATE_FILES", "SIGNER_TRUST_FILES", "SIGNER_CRL_FILES",
    "SENDER_REVOCATION_FILES", "OUTGOING_CA_FILE", "GATEWAY_TLS_CERTIFICATE_FILE",
)  # fmt: skip


def _secret(name: str) -> str:
    """Return what must not be guessed; "" where it is not set."""
    if name == "DATABASE_URL":
        return str(settings.DATABASES["default"].get("PASSWORD") or "")
    if name == "EMAIL_URL":
        return str(getattr(settings, "EMAIL_HOST_PASSWORD", "") or "")
    text = str(getattr(settings, name))
    return "" if text == settings.UNSAFE_SECRET_KEY else text


def _is_short(name: str) -> bool:
    return bool(_secret(name)) and strength.is_short(_secret(name), strength.length_of(name))


def _is_repeated(name: str) -> bool:
    return strength.is_repeated(_secret(name), strength.length_of(name))


def _is_shared(name: str) -> bool:
    return any(strength.are_alike(_secret(name), _secret(other)) for other in _SECRETS if other != name)


def _is_open(path: Path, modes: int = S_IROTH | S_IWOTH | S_IWGRP) -> bool:
    """Tell whether every user of this machine can read a file, or more than its owner can change it."""
    try:
        return bool(path.stat().st_mode & modes)
    except OSError:
        return False  # said elsewhere


def _is_open_file(name: str, modes: int = S_IROTH | S_IWOTH | S_IWGRP) -> bool:
    return any(_is_open(Path(path.strip()), modes) for path in os.environ.get(name, "").split(",") if path.strip())


REFUSALS = (
    Refusal((*_KEYS, "OIDC_CLIENT_SECRET"), "is not set", lambda name: not _secret(name)),
    one("REGISTER_TOKEN", "is not set", lambda: is_remote_register() and not settings.REGISTER_TOKEN),
    Refusal(_KEYS, f"is shorter than {strength.KEY_LENGTH} characters", _is_short),
    Refusal(_OTHERS, f"is, or has a password, shorter than {strength.SECRET_LENGTH} characters", _is_short),
    Refusal(_SECRETS, "repeats itself or counts: it was not made at random", _is_repeated),
    Refusal(
        _SECRETS,
        "holds a word that stands for a secret, or one from the documents",
        lambda name: strength.is_placeholder(_secret(name)),
    ),
    Refusal(_SECRETS, "has most in common with another secret", _is_shared),
    Refusal(
        (*(f"{name}_FILE" for name in _SECRETS), "SEAL_KEY_FILE", "GATEWAY_TLS_KEY_FILE"),
        "names a file that every user of this machine can read, or others than its owner can change",
        _is_open_file,
    ),
    Refusal(
        _TRUSTED,
        "names a file that others than its owner can change",
        lambda name: _is_open_file(name, S_IWOTH | S_IWGRP),
    ),
    one(
        "ENVIRONMENT",
        "is production, and every user of this machine can read the file .env",
        lambda: _is_open(settings.BASE_DIR / ".env"),
    ),
    one(
        "DATABASE_URL",
        "leaves this machine without a proof of the server (sslmode=verify-full)",
        database.is_unproved,
    ),
)
