"""The document of a request: CPU of a warm render without the seal, of the seal, of checking a file and a returned one.

    python -m benchmarks.document [--rounds 40]

Needs no database. The least and the median are printed: on a busy machine the least is nearer to what the work costs.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from django.test import override_settings

from htb.document import demo_keys, render, seal
from htb.document.content import content_of
from htb.document.signed import check_signed
from htb.document.verify import verify
from htb.models import Request

REQUEST = {
    "ticket": "ABCDEFGHJKMN3",
    "enterprise_number": "0999000624",
    "enterprise_name": "Buurthuis De Brug VZW",
    "enterprise_address": "Brugstraat 1, 2800 Mechelen",
    "applicant_insz": "59022899894",
    "applicant_name": "Ingrid De Smet",
    "chief_insz": "01041799825",
    "chief_name": "Emma Claes",
    "chief_email": "emma@debrug.example",
    "chief_telephone": "+32 15 20 00 00",
    "registered_at": datetime(2026, 11, 20, 10, tzinfo=UTC),
}


def measure(what: str, work: Callable[[], object], rounds: int) -> None:
    """Print the CPU milliseconds of some work."""
    figures = []
    for _ in range(rounds):
        before = time.process_time()
        work()
        figures.append((time.process_time() - before) * 1000)
    print(f"{what:<24} least {min(figures):6.1f} ms   median {statistics.median(figures):6.1f} ms")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=40)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        pair, signers = Path(folder) / "seal", Path(folder) / "signers"
        seal.make_demo_seal(pair)
        demo_keys.make_demo_signers([("Ingrid De Smet", "59022899894")], signers)
        with override_settings(
            SEAL_KEY_FILE=str(pair / "key.pem"),
            SEAL_CERTIFICATE_FILE=str(pair / "certificate.pem"),
            SIGNER_TRUST_FILES=[str(signers / "authority.pem")],
            SIGNER_CRL_FILES=[str(signers / "revoked.pem")],
        ):
            for language in ("nl", "fr", "de", "en"):
                content = content_of(Request(**REQUEST, language=language))
                unsealed = render.pdf_of(content)
                measure(f"{language}: render", partial(render.pdf_of, content), rounds)
            measure("seal", lambda: seal.put_on(unsealed), rounds)
            sealed = seal.put_on(unsealed)
            measure("check", lambda: verify(sealed), rounds)
            signed = demo_keys.sign(sealed, signers / demo_keys.file_name("Ingrid De Smet"))
            since = datetime.now(UTC) - timedelta(hours=1)
            measure("check of a returned one", lambda: check_signed(signed, original=sealed, since=since), rounds)
            print(f"{len(unsealed)} bytes before the seal, {len(sealed)} with it")


if __name__ == "__main__":
    main()
