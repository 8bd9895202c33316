"""The portal in processes of their own, on the test's database."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def serving(address: str, *gunicorn_options: str, **environment: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Serve the portal at an address with these variables set, as gunicorn.conf.py says unless the options say otherwise."""
    variables = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "csam_portal.settings",
        "DATABASE_URL": database_url(),
        "SITE_URL": address,
        **environment,
    }
    command = [sys.executable, "-m", "gunicorn", "csam_portal.wsgi", "--bind", address.removeprefix("http://")]
    process = subprocess.Popen([*command, *gunicorn_options], env=variables, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        _wait_for(address)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(address: str) -> None:
    for _try in range(300):
        try:
            requests.get(f"{address}/healthz", timeout=5).raise_for_status()
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"nothing answers at {address}")


def database_url() -> str:
    """Return the test's database as DATABASE_URL names it."""
    there = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{there['NAME']}"
    return f"postgres://{there['USER']}:{there['PASSWORD']}@{there['HOST']}:{there['PORT'] or 5432}/{there['NAME']}"
