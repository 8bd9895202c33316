"""Starts of the portal in processes of their own, as somebody who installs it would start them."""

import os
import subprocess
import sys
from copy import copy
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any
from unittest.mock import patch

from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from django.conf import UserSettingsHolder, global_settings, settings

from csam_portal import environment
from csam_portal.starting import refuse_when_unsafe
from csam_portal.starting.refusal import DoesNotStart
from htb.document.demo_keys import issue, revocation_list

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "safety.sqlite3"
SAFE = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "o9Vb2-xqT7mZ4LrWc8_HfYd3sKpNe5RgUj6XaQ1tBzCwMiEhAv",
    "RECORD_KEY": "Gk4uY7ePzR2nJ9dLwQ6tXs8bVh3mCf5aTgHqNy-ZrEjUv_1xBo",
    "SITE_URL": "https://csam.fgov.be",
    "ALLOWED_HOSTS": "csam.fgov.be",
    "OIDC_ISSUER": "https://idp.fgov.be",
    "OIDC_CLIENT_SECRET": "7h2KdPq9-given-by-the-federal-service",
    "EMAIL_URL": "smtp+tls://mail.fgov.be:587",
    "MAIL_FROM": "CSAM <no-reply@csam.fgov.be>",
    "SECURITY_CONTACT": "security@csam.fgov.be",
}


def seal_files(folder: Path, name: str, passphrase: str = "") -> dict[str, str]:
    """Make a seal's key and certificate in that name; return the settings that name them."""
    issued = issue(name, is_seal=True)
    locked = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    key = issued.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked)
    return {
        "SEAL_KEY_FILE": write(folder / "key.pem", key),
        "SEAL_CERTIFICATE_FILE": write(folder / "certificate.pem", issued.pem),
    }


def signer_files(folder: Path, name: str) -> dict[str, str]:
    """Make an authority of signers in that name, which has revoked nothing; return the settings that name its files."""
    authority = issue(name, is_authority=True)
    (folder / "authority.pem").write_bytes(authority.pem)
    (folder / "revoked.pem").write_bytes(revocation_list(authority))
    return {
        "SIGNER_TRUST_FILES": str(folder / "authority.pem"),
        "SIGNER_CRL_FILES": str(folder / "revoked.pem"),
    }


def write(path: Path, content: bytes | str, mode: int = 0o600) -> str:
    """Write a file that its owner alone may read, unless `mode` says otherwise; return its path."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    path.chmod(mode)
    return str(path)


def folder(path: Path) -> Path:
    """Make a folder and return it."""
    path.mkdir()
    return path


def production(tmp_path: Path, **changes: str) -> dict[str, str]:
    """Return the variables of a safe production, with changes."""
    files = {**seal_files(tmp_path, "CSAM"), **signer_files(tmp_path, "Citizen CA")}
    return {"DATABASE_URL": f"sqlite:///{tmp_path / DATABASE}", **SAFE, **files, **changes}


def refused(variables: dict[str, str], **changes: Any) -> list[str]:
    """Return what the start refuses of these variables and no other of the portal's, asked in this process: nothing starts.

    An empty value takes one away. changes: of settings that no variable says.
    Whether a start asks the same is for the tests that really start one.
    """
    kept = {
        name: copy(there)
        for name, there in vars(environment).items()
        if isinstance(there, list | dict) and name.isupper()
    }
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    given = {name: value for name, value in variables.items() if value}
    read = spec_from_file_location("csam_portal.settings_of_a_test", ROOT / "csam_portal/settings.py")
    assert read is not None and read.loader is not None
    module = module_from_spec(read)
    before = settings._wrapped  # type: ignore[misc]  # what Django keeps them in
    with patch.dict(os.environ, {**inherited, **given}, clear=True):
        try:
            environment.FAULTS.clear()
            read.loader.exec_module(module)
            settings._wrapped = UserSettingsHolder(global_settings)
            for name in filter(str.isupper, dir(module)):
                setattr(settings, name, getattr(module, name))
            for name, value in changes.items():
                setattr(settings, name, value)
            refuse_when_unsafe()
        except DoesNotStart as refusal:
            return [line.removeprefix("- ") for line in str(refusal).splitlines() if line.startswith("- ")]
        finally:
            settings._wrapped = before
            for name, there in kept.items():
                getattr(environment, name).clear()
                (getattr(environment, name).extend if isinstance(there, list) else getattr(environment, name).update)(
                    there
                )
    return []


def run(variables: dict[str, str], *arguments: str, seconds: float = 60) -> subprocess.CompletedProcess[str]:
    """Run Python with these variables and no other of the portal's; an empty value takes one away."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**inherited, **{name: value for name, value in variables.items() if value}},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
