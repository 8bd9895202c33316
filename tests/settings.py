"""The portal's settings as the tests need them; everything else is as in development."""

import os
import tempfile
from pathlib import Path

from tests.ports import free_port

# Journeys log in at the mock provider, whose address is part of the settings: the live server's port is chosen here.
_live_server = f"127.0.0.1:{free_port()}"

os.environ["ENVIRONMENT"] = "test"
os.environ["SITE_URL"] = f"http://{_live_server}"
os.environ["DJANGO_LIVE_TEST_SERVER_ADDRESS"] = _live_server
os.environ["MOCK_IDP"] = "true"
# Servers of tests are on this machine, whatever proxy leads out of it.
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"
# Workers of tests send mail and clear folders: not those of the portal that somebody runs here. Nor are the files that such a
# portal has collected any of ours.
_folder = tempfile.TemporaryDirectory(prefix="portal-tests-")
os.environ.setdefault("MAILBOX_DIR", f"{_folder.name}/mailbox")
os.environ.setdefault("GATEWAY_DIR", f"{_folder.name}/gateway")
os.environ.setdefault("STATIC_ROOT", f"{_folder.name}/static")
# The manifest of collected files is a matter of production; without one, pages would be measured unstyled.
os.environ["STATIC_STORAGE"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
# Playwright keeps an event loop in the test's own thread, which Django takes for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

from csam_portal.settings import *
from csam_portal.settings import DATABASES, MIDDLEWARE, STATIC_ROOT, VAR_DIR
from scripts.compile_messages import compile_messages

compile_messages()
VAR_DIR.mkdir(exist_ok=True)
Path(STATIC_ROOT).mkdir(exist_ok=True)

# One database per run, so that two runs can stand beside each other. A file on SQLite: the live server has its own threads.
_on_sqlite = DATABASES["default"]["ENGINE"].endswith("sqlite3")
DATABASES["default"]["TEST"] = {
    "NAME": str(VAR_DIR / f"test-{os.getpid()}.sqlite3") if _on_sqlite else f"test_portal_{os.getpid()}"
}

# A slow hash is right for people and wrong for tests; tests/test_passwords*.py put the real one back.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", "django.contrib.auth.hashers.Argon2PasswordHasher"]

MIDDLEWARE = ["tests.guards.PageKeeper", "tests.guards.ReadOnlyGets", *MIDDLEWARE]
