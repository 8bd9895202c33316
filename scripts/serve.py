"""`make run`: brings the demo world up to date, then serves it and sends its mails, until Ctrl-C.

PORT chooses the port (8000), DATABASE_URL the database (SQLite under var/).
"""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import FrameType

from scripts.compile_messages import compile_messages

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"


def main() -> int:
    """Prepare and serve; return the exit status."""
    port = int(os.environ.get("PORT", "8000"))
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            return say(f"Cannot serve at {HOST}:{port}: {error.strerror}. Choose another port: PORT=8123 make run")

    os.chdir(ROOT)
    os.environ.setdefault("SITE_URL", f"http://{HOST}:{port}")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "csam_portal.settings")
    (ROOT / "var").mkdir(exist_ok=True)
    from django.core.exceptions import ImproperlyConfigured

    try:
        prepare()
    except ImproperlyConfigured as refusal:
        return say(str(refusal))
    print(
        f"\nThe portal is at {os.environ['SITE_URL']}/ and its mails go to {mailbox()} (Ctrl-C ends it).\n", flush=True
    )
    return serve(port)


def prepare() -> None:
    """Bring translations, static files, database and demo world up to date; what is so already costs nearly nothing."""
    compile_messages()

    import django
    from django.core.management import call_command

    django.setup()
    collect_static_files()
    call_command("migrate", verbosity=0)
    call_command("load_demo")


def collect_static_files() -> None:
    """Collect the static files anew when one of them was changed, added or removed."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    found = sorted(
        f"{path} {Path(storage.path(path)).stat().st_mtime_ns}"
        for finder in get_finders()
        for path, storage in finder.list([])
    )
    note = Path(settings.STATIC_ROOT) / ".collected"
    if not note.exists() or note.read_text(encoding="utf-8").splitlines() != found:
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        note.write_text("\n".join(found), encoding="utf-8")


def mailbox() -> str:
    """Return where the mails go, in words for the person who started this."""
    from django.conf import settings

    return getattr(settings, "EMAIL_FILE_PATH", None) or settings.EMAIL_HOST


def serve(port: int) -> int:
    """Run the web server and the mail worker until a signal, or until one of them ends; both end together."""
    web = [
        sys.executable,
        "-m",
        "gunicorn",
        "csam_portal.wsgi",
        f"--bind={HOST}:{port}",
        "--workers=2",
    ]
    worker = [sys.executable, "manage.py", "work"]
    # Sessions of their own: Ctrl-C reaches this process alone, which then ends both in order.
    processes = [subprocess.Popen(command, start_new_session=True) for command in (web, worker)]

    def end(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    try:
        os.wait()
        return say("The web server or the mail worker ended by itself; see above.")
    except KeyboardInterrupt:
        return 0
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


def say(sentence: str) -> int:
    """Print a sentence as an error; return the exit status that goes with it."""
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
