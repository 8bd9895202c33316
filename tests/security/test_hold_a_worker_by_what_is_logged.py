"""The attacker wants: to keep a worker busy with a header of a few kilobytes that it writes into its log, without logging in;
and to leave a national number there in a notation that nobody thought of (BEHAVIOUR T15, E4)."""

import io
import json
import logging
import time
from collections.abc import Callable, Iterator

import pytest
import structlog
from django.test import Client

from csam_portal import logs
from csam_portal.masking import LONGEST_VALUE, cut, mask
from tests import cast

pytestmark = pytest.mark.django_db

# What one pattern or another would try again from every place of it.
SHAPES = {
    "one letter": "a",
    "one digit": "7",
    "digits apart": "7 ",
    "digits far apart": "7-----",
    "digits written apart": "7%20",
    "at signs": "a@",
    "only at signs": "@",
    "words that end in no token": "token",
    "names without a value": "code=",
    "details": "DETAIL:",
    "links": "/link/",
    "blanks": " ",
    "no-break blanks": "\xa0",
    "hexadecimal": "0a",
    "capitals": "ABCD",
    "escapes": "\\u2011",
    "entities": "&#160;",
    "percent signs": "%",
    "backslashes": "\\",
    "dots": ".",
    "escapes of escapes": "%2525",
    "digits as entities": "&#55;",
    "digits in tags": "<b>7</b>",
    "names and digits": "a=7 ",
    "opened tags": "<",
    "bytes of UTF-8": "\xef\xbc",
}


def seconds(act: Callable[[], object]) -> float:
    """Return the least time of three that the processor spends on something."""
    spent = []
    for _ in range(3):
        begin = time.process_time()
        act()
        spent.append(time.process_time() - begin)
    return min(spent)


@pytest.mark.parametrize("shape", SHAPES)
def test_T15_four_times_the_text_takes_no_more_than_some_four_times_the_time(shape: str) -> None:
    """Quadratic would be sixteen times. Of texts that are not even cut: what is cut is short."""
    piece = SHAPES[shape]
    short, long = (piece * (length // len(piece)) for length in (8_000, 32_000))
    before, after = seconds(lambda: mask(short)), seconds(lambda: mask(long))
    assert after < 10 * before + 0.02


def test_T15_every_value_is_cut_before_it_is_looked_at_and_never_through_a_number() -> None:
    for place in range(LONGEST_VALUE - 60, LONGEST_VALUE + 60):
        for number in (cast.AN, "70.03.14-998.73", "70 - 03 - 14 - 998 - 73"):
            left = mask(cut("x" * (place - 1) + " " + number + " " + "y" * 9_000))
            assert len(left) <= LONGEST_VALUE + 1
            assert "70" not in left


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What production logs."""
    config = logs.dict_config(level="INFO", style="json")
    stream = io.StringIO()
    config["handlers"]["stderr"]["stream"] = stream
    logging.config.dictConfig(config)
    yield stream
    logging.config.dictConfig(logs.dict_config(level="INFO", style="console"))


@pytest.mark.parametrize("header", ["Host", "Origin", "Referer", "X-Request-ID", "X-Forwarded-For", "Cookie"])
@pytest.mark.parametrize("shape", SHAPES)
def test_T15_no_header_of_8_kB_costs_more_than_a_page(log: io.StringIO, header: str, shape: str) -> None:
    text = (SHAPES[shape] * 8_000)[:8_000]
    client = Client(enforce_csrf_checks=True)

    def ask() -> None:
        client.post("/nl/login", {"means": "eid"}, headers={header: text.encode().decode("latin-1")})

    ask()
    assert seconds(ask) < 0.2
    assert all(len(line) < 2 * LONGEST_VALUE for line in log.getvalue().splitlines())


def test_T15_a_refused_host_is_one_line_that_holds_nothing_of_it(log: io.StringIO, client: Client) -> None:
    assert client.get("/nl/", headers={"Host": "evil-and-long.example"}).status_code == 400
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["A request for a host that is not ours was refused", "request"]
    assert "exception" not in lines[0]
    assert "evil" not in log.getvalue()
    assert "Traceback" not in log.getvalue()


# Blanks, dots, dashes, slashes, colons, joiners of every kind; how a program or an address writes them; UTF-8 read as Latin-1.
SEPARATORS = [
    ":", ";", "\xa0", "\u2007", "\u2009", "\u202f", "\u3000", "\u200b", "\u2060", "\ufeff", "\xad", "\u2010", "\u2011",
    "\u2012", "\u2013", "\u2014", "\u2212", "\ufe63", "\uff0d", "\xb7", "\u2022", "\u3002", "\uff0e", "\u2044", "\u2215",
    "|", "\\", "_", "*", "~", "'", '"', "(", ") (", " - ", " \u2013 ", "\t", "\r\n", "%20", "%3A", "%C2%A0", "+", "\\xa0",
    "\\u2011", "\\t", "&nbsp;", "&#8209;", "&#xA0;", "\xa0".encode().decode("latin-1"), "\u2011".encode().decode("latin-1"),
    "â\\x80\\x91",
]  # fmt: skip
SCRIPTS = {"Latin": "0", "fullwidth": "０", "Arabic": "٠", "Persian": "۰", "Devanagari": "०", "bold": "𝟎"}
GROUPS = ((2, 2, 2, 3, 2), (6, 5), (6, 3, 2), (2, 3, 3, 3), (1,) * 11, (11,))


def notations() -> Iterator[tuple[str, str]]:
    """Yield a national number in every notation, with the digits that must not be left of it."""
    for name, zero in SCRIPTS.items():
        digits = "".join(chr(ord(zero) + int(digit)) for digit in cast.AN)
        for separator in SEPARATORS if name == "Latin" else SEPARATORS[:6]:
            for groups in GROUPS:
                pieces, rest = [], digits
                for length in groups:
                    pieces.append(rest[:length])
                    rest = rest[length:]
                yield separator.join(pieces), digits


def test_T15_a_number_in_no_notation_stays() -> None:
    for text, digits in notations():
        for around in (
            "{}",
            "person {} asked",
            "x{}y",
            "12 {} 3",
            "2026 {}",
            "[{}]",
            "100%{}",
            "host '{}:8000'",
            "n={}&m=1",
        ):
            left = mask(around.format(text))
            kept = [digit for digit in left if digit in digits]
            before = [digit for digit in around if digit in digits]
            assert len(kept) <= len(before), (around.format(text), left)


@pytest.mark.parametrize("header", ["Host", "Origin", "Referer", "X-Request-ID"])
def test_T15_no_header_leaves_a_number_in_the_log(log: io.StringIO, header: str) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    for number, (text, digits) in enumerate(notations()):
        if number % 11 == 0 and "\n" not in text:
            client.post("/nl/contact", headers={header: f"https://{text}.example".encode().decode("latin-1")})
            last = log.getvalue()
            assert digits[:6] not in last
            assert text not in last
            log.truncate(0)


DIGITS, PIECES = cast.AN, ("70", "03", "14", "998", "73")
WIDE = "".join(chr(ord("０") + int(digit)) for digit in DIGITS)
# The same number in the ways of programs, pages and mails; each digit of it written otherwise, or much between them.
DISGUISES = {
    "many signs": "-------".join(PIECES),
    "lines": "\n\n   \n\t ".join(PIECES),
    "signs of all kinds": "70 - . - 03 / - / 14 ... ... 998 ___ ___ 73",
    "signs encoded twice": "%252D".join(PIECES),
    "signs encoded thrice": "%25252E".join(PIECES),
    "digits in an address": "".join(f"%3{digit}" for digit in DIGITS),
    "encoded twice": "".join(f"%253{digit}" for digit in DIGITS),
    "some encoded": "7%30031%34998%373",
    "digits in bytes": "".join(f"\\x3{digit}" for digit in DIGITS),
    "escaped once more": "".join(f"\\\\x3{digit}" for digit in DIGITS),
    "octal": "".join(f"\\{ord(digit):03o}" for digit in DIGITS),
    "digits in JSON": "".join(f"\\u003{digit}" for digit in DIGITS),
    "long escapes": "".join(f"\\U{ord(digit):08x}" for digit in DIGITS),
    "braces": "".join(f"\\u{{{ord(digit):x}}}" for digit in DIGITS),
    "entities": "".join(f"&#{ord(digit)};" for digit in DIGITS),
    "entities without an end": "".join(f"&#{ord(digit)}" for digit in DIGITS),
    "hexadecimal entities": "".join(f"&#x{ord(digit):04X};" for digit in DIGITS),
    "entities encoded": "".join(f"%26%23{ord(digit)}%3B" for digit in DIGITS),
    "entities of entities": "".join(f"&amp;#{ord(digit)};" for digit in DIGITS),
    "tags": "<b>70</b><i class='x'>03</i><span>14</span>998<br/>73",
    "tags as text": "&lt;b&gt;70&lt;/b&gt;03&lt;i&gt;14&lt;/i&gt;998-73",
    "elements": "<yy>70</yy><mm>03</mm><dd>14</dd><n>998</n><c>73</c>",
    "a tag itself": "<Person 70.03.14-998.73>",
    "colours": "\x1b[31m70\x1b[0m.\x1b[1;32m03\x1b[0m.14-998.73",
    "colours as text": "\\x1b[31m70\\x1b[0m.03.14-998.73",
    "circles": "⑦⓪⓪③①④⑨⑨⑧⑦③",
    "parentheses": "⑺⓪⓪⑶⑴⑷⑼⑼⑻⑺⑶",
    "black circles": "❼⓿⓿❸❶❹❾❾❽❼❸",
    "characters": "七〇〇三一四九九八七三",
    "keycaps": "".join(f"{digit}\ufe0f\u20e3" for digit in DIGITS),
    "struck through": "".join(f"{digit}\u0336" for digit in DIGITS),
    "every script": "7０٠3①4九9⁸7₃",
    "wide, in JSON": json.dumps(WIDE),
    "bold, in JSON": json.dumps("".join(chr(ord("𝟎") + int(digit)) for digit in DIGITS)),
    "wide, in an address": "".join(f"%{byte:02X}" for byte in WIDE.encode()),
    "wide, as bytes": repr(WIDE.encode()),
    "wide, read wrongly": WIDE.encode().decode("latin-1"),
    "a nought in front": f"0{DIGITS}",
    "a one in front": f"1{DIGITS}",
    "something behind": f"{DIGITS}42",
    "noughts in front of a group": "070.03.14-998.73",
    "the century": "1970.03.14-998.73",
    "the century, flat": "19700314-998.73",
    "names between": "yy=70&mm=03&dd=14&n=998&c=73",
    "numbered names": "insz_0=70&insz_1=03&insz_2=14&insz_3=998&insz_4=73",
    "an object": '{"year": "70", "month": "03", "day": "14", "serial": "998", "check": "73"}',
    "words between": "jaar 70 maand 03 dag 14 volgnummer 998 controle 73",
    "a list": str(list(PIECES)),
    "a mail": "70=2E03=2E14=2D998=2E73",
    "a mail's blanks": "70=C2=A003=C2=A014=E2=80=91998=C2=A073",
    "a fraction": f"{DIGITS}.0",
    "mistyped": "70031499874",
    "mistyped in groups": "70.03.14-998.74",
}


@pytest.mark.parametrize("what", DISGUISES)
def test_T15_a_number_in_no_disguise_stays(what: str) -> None:
    text = DISGUISES[what]
    for around in ("{}", "person {} asked", "[{}]", "x={};", "12 {}", "2026-11-23 21:08:44 {} took 3 ms"):
        left = mask(around.replace("{}", text))
        assert "…" in left
        # Of a number that something is glued to, that may stay.
        assert not any(part in left for part in ("998", "73", "3499", "749", "８", "⑧", "⑻"))


def test_T15_a_number_in_pieces_of_a_field_does_not_stay(log: io.StringIO) -> None:
    structlog.get_logger("ours").info(
        "event",
        pieces=list(PIECES),
        named=dict(zip("abcde", PIECES, strict=True)),
        float=float(DIGITS),
        others=[1, "x"],
    )
    line = json.loads(log.getvalue())
    assert line["others"] == [1, "x"]
    assert "998" not in log.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T21:08:44.123456Z 200 in 12 ms",
        "2026-11-23 21:08:44,123 INFO worker 4711 started",
        "until 2026-11-23, 250 times",
        "21:08:14.998730",
        "0999.000.129 has 250 accounts and 12 000 grants",
        "enterprise 0403449823, 1007123456 and 0403.449.823",
        "3f2a1b4c-1234-4567-8901-123456789012 at line 123 of 4567",
        "Listening at: http://127.0.0.1:8000 (4711)",
        "127.0.0.1:8000, 127.0.0.1:61133, 0.0.0.0:54321 and 192.168.10.23:8443",
        "127.0.0.1:26885 127.0.0.1:62222",
        "took 12.345678 s, 3456 ms in all",
        "pk=1234567 version=12 count=345",
        "1764104924 1764104924123 1764104924123456",
        "BE68 5390 0754 7034",
        "Python 3.11.7, Django 5.2.1, psycopg 3.3.0",
        'File "/srv/portal/views.py", line 123, in page',
        "0x7f3a2b1c0d4e",
        "+32 2 788 51 57",
        "1.2.840.113549.1.1.11",
        "sha256 " + "0123456789" * 6 + "abcd",
    ],
)
def test_T15_what_names_nobody_stays_readable(text: str) -> None:
    assert mask(text) == text
