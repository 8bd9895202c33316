"""One-time codes: from an app (TOTP) and from a list of token codes (BEHAVIOUR L3).

The codes of a list are stored as keyed hashes: who reads the table cannot log in with it. An app's secret must be stored as it
is, because both sides reckon with it.
"""

import secrets
import time
from base64 import b32encode
from binascii import unhexlify
from collections.abc import Collection, Iterable
from typing import Any
from urllib.parse import quote, urlencode

import segno
from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_otp.models import Device
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex

from identity.enums import Means
from identity.limits import counted
from identity.models import Person, VouchedMeans

# Letters and digits that cannot be taken for one another.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
CODES_IN_SET = 24
CODE_LENGTH = 8
KEY_BYTES = 20
# Of an app that has given no code yet.
NO_STEP = -1
# Of the QR code: modules of white around it (ISO/IEC 18004), pixels of a module.
QUIET_ZONE, PIXELS = 4, 5


def means_of(person: Person) -> set[Means]:
    """Return which code devices a person has: TOTP, TOKEN."""
    has_app = TOTPDevice.objects.filter(user=person, confirmed=True).exists()
    has_codes = StaticToken.objects.filter(device__user=person, device__confirmed=True).exists()
    return {means for means, has in ((Means.TOTP, has_app), (Means.TOKEN, has_codes)) if has}


def with_device(people: Iterable[int]) -> set[int]:
    """Return which of these persons (ids) have a code device. One query."""
    apps = TOTPDevice.objects.filter(user__in=people, confirmed=True).values_list("user")
    lists = StaticToken.objects.filter(device__user__in=people, device__confirmed=True).values_list("device__user")
    return {person for (person,) in apps.union(lists)}


def codes_left(person: Person) -> int:
    """Return how many codes of the list are still to be used."""
    return int(StaticToken.objects.filter(device__user=person, device__confirmed=True).count())


def app_of(person: Person) -> Device | None:
    """Return the person's app, None where there is none."""
    return TOTPDevice.objects.filter(user=person, confirmed=True).first()


def accepts(person: Person, means: Means, code: str) -> bool:
    """Tell whether a person's device takes this code, which is then used up. Wrong tries count; raises TooMany."""
    with counted(("code.person", str(person.public_id))) as attempt, transaction.atomic():
        device = _device(person, means)
        if device is None or not device.verify_token(_as_stored(device, code)):
            attempt.miss()
    return not attempt.missed


def step_of(person: Person, key: str, code: str) -> int | None:
    """Return at which of its steps an app with this secret, not yet the person's, makes this code; None for a wrong one.

    Wrong tries count; raises TooMany.
    """
    with counted(("code.person", str(person.public_id))) as attempt:
        plain = tidy(code)
        totp = TOTP(unhexlify(key))
        totp.time = time.time()
        if not (plain.isdecimal() and totp.verify(int(plain), tolerance=1)):
            attempt.miss()
    return None if attempt.missed else int(totp.t())


def accepts_any(person: Person, code: str) -> bool:
    """Tell whether any of the person's devices takes this code: six digits are the app's. Raises TooMany."""
    plain = tidy(code)
    return accepts(person, Means.TOTP if plain.isdigit() and len(plain) == 6 else Means.TOKEN, code)


def tidy(code: str) -> str:
    """Return a code without the spaces, hyphens and capitals that people type."""
    return "".join(code.split()).replace("-", "").lower()


def new_code(length: int = CODE_LENGTH) -> str:
    """Return a new random code, to be shown in groups of four."""
    plain = "".join(secrets.choice(ALPHABET) for _place in range(length))
    return "-".join(plain[place : place + 4] for place in range(0, length, 4))


def new_codes() -> list[str]:
    """Return a list of codes as they are shown once."""
    return [new_code() for _number in range(CODES_IN_SET)]


def new_key() -> str:
    """Return the secret of a new app, hex."""
    return str(random_hex(KEY_BYTES))


def shown_key(key: str) -> str:
    """Return an app's secret as it is typed: base32 in groups of four."""
    text = b32encode(unhexlify(key)).decode()
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


def qr(user_name: str, key: str) -> SafeString:
    """Return the QR code that an app reads, as an SVG to stand in the page: one path on white, in whatever colour scheme."""
    asked = {"secret": b32encode(unhexlify(key)).decode(), "issuer": settings.OTP_TOTP_ISSUER}
    address = f"otpauth://totp/{quote(f'{settings.OTP_TOTP_ISSUER}:{user_name}')}?{urlencode(asked)}"
    rows = [list(row) for row in segno.make(address, error="m", micro=False).matrix_iter(border=QUIET_ZONE)]
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark)
    return format_html(
        '<svg width="{size}" height="{size}" viewBox="0 0 {modules} {modules}" shape-rendering="crispEdges">'
        '<rect width="100%" height="100%" fill="#fff"/><path d="{path}" fill="#000"/></svg>',
        size=len(rows) * PIXELS,
        modules=len(rows),
        path=path,
    )


def put_app(person: Person, key: str, *, used: int = NO_STEP) -> TOTPDevice:
    """Write the person's app, in place of a former one. Inside an act. used: the step whose code has proved it already."""
    TOTPDevice.objects.filter(user=person).delete()
    device: TOTPDevice = TOTPDevice.objects.create(user=person, name="app", key=key, last_t=used)
    return device


def put_codes(person: Person, codes: list[str]) -> None:
    """Write the person's list, in place of a former one. Inside an act."""
    StaticDevice.objects.filter(user=person).delete()
    device = StaticDevice.objects.create(user=person, name="token")
    StaticToken.objects.bulk_create(StaticToken(device=device, token=_as_stored(device, code)) for code in codes)


def remove(person: Person, means: Means) -> bool:
    """Remove a person's device; False where there was none. Inside an act."""
    model = TOTPDevice if means is Means.TOTP else StaticDevice
    return bool(model.objects.filter(user=person).delete()[0])


def remove_all(person: Person) -> None:
    """Remove every device of a person, in use or not. Inside an act."""
    for model in KIND_OF.values():
        model.objects.filter(user=person).delete()


KIND_OF: dict[str, Any] = {VouchedMeans.Kind.APP: TOTPDevice, VouchedMeans.Kind.CODES: StaticDevice}


def set_aside(person: Person) -> list[str]:
    """Take the person's devices out of use; return the kinds of those there were. Inside an act (BEHAVIOUR T2)."""
    return [kind for kind, model in KIND_OF.items() if model.objects.filter(user=person).update(confirmed=False)]


def decide(person: Person, kept: Collection[str]) -> None:
    """Take devices that were set aside into use again, or end them. kept: kinds. Inside an act (T2)."""
    for kind, model in KIND_OF.items():
        aside = model.objects.filter(user=person, confirmed=False)
        aside.update(confirmed=True) if kind in kept else aside.delete()


def _device(person: Person, means: Means) -> Device | None:
    model = TOTPDevice if means is Means.TOTP else StaticDevice
    return model.objects.select_for_update().filter(user=person, confirmed=True).first()


def _as_stored(device: Device, code: str) -> str:
    plain = tidy(code)
    if isinstance(device, TOTPDevice):
        return plain
    return salted_hmac("identity.codes", f"{device.pk}:{plain}", algorithm="sha256").hexdigest()[:16]
