"""The attacker wants: to keep a worker busy with a header of a few kilobytes that it writes into its log, without logging in;
and to leave a national number there in a notation that nobody thought of (BEHAVIOUR T15, E4)."""

import io
import json
import logging
import time
from collections.abc import Callable, Iterator

import pytest
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
    short, long = (piece * (length // len(piece)) for length in (40_000, 160_000))
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


def test_T15_what_names_nobody_stays_readable() -> None:
    for text in (
        "2026-11-23T21:08:44.123456Z 200 in 12 ms",
        "0999.000.129 has 250 accounts and 12 000 grants",
        "3f2a1b4c-1234-4567-8901-123456789012 at line 123 of 4567",
        "127.0.0.1:8000",
    ):
        assert mask(text) == text
