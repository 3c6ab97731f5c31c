"""Scans: what stays of a number, hostile input, computing time."""

import gc
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lobby_app.domain.credential import Credential, Unreadable
from lobby_app.domain.text import Language
from lobby_app.messages import Messages
from lobby_app.scans.parse import parse
from tests.unit.scans.test_customer_codes import signed_context
from tests.unit.scans.vectors import CONTEXT, DEMO, SCANNABLE


@pytest.mark.parametrize("text", SCANNABLE)
def test_nothing_of_the_number_is_left_in_the_credential(text: str) -> None:
    shown = repr(parse(text, CONTEXT))
    runs = [text[i : i + 8] for i in range(len(text) - 7) if text[i : i + 8].isdigit()]
    assert not any(run in shown for run in runs)


def test_nothing_of_the_number_survives_in_memory() -> None:
    digits = ["6298765432", "100000017"]
    scan = parse(f";{''.join(digits)}=30122200000000000?", CONTEXT)
    assert isinstance(scan, Credential)
    gc.collect()
    needle = "".join(digits)
    holders = [
        item
        for owner in gc.get_objects()
        if type(owner) in (list, tuple, dict, set)
        for item in (owner.values() if type(owner) is dict else owner)
        if type(item) is str and needle in item and item is not needle
    ]
    assert holders == []


_mutated = st.sampled_from(SCANNABLE).flatmap(
    lambda text: st.tuples(st.just(text), st.integers(0, len(text)), st.text(max_size=3)).map(
        lambda t: t[0][: t[1]] + t[2] + t[0][t[1] + 1 :]
    )
)
# Nearly right: what reaches far into each parser.
_nearly = st.one_of(
    st.from_regex(r"%[A-Z]\d{0,20}\^[A-Z/. ]{0,28}\^[\d^]{0,9}\?[<F]?(;\d{0,20}=[\d=]{0,30}\?)?",
                  fullmatch=True),
    st.from_regex(r"[;+!]\d{0,22}=[\d=]{0,30}\??", fullmatch=True),
    st.from_regex(r"@\n\x1e\rANSI \d{6}DL(D(AQ|BB|BA|BC|CG)[A-Z0-9 ]{0,10}\n){0,6}",
                  fullmatch=True),
    st.from_regex(r"[PV][A-Z<]{43}[A-Z0-9<]{44}", fullmatch=True),
    st.from_regex(r"[IACV][A-Z<]{35}\r[A-Z0-9<]{36}", fullmatch=True),
    st.from_regex(r"[IAC][A-Z<]{4}[A-Z0-9<]{25}\n[0-9OIBSZG]{7}[MF<][0-9]{7}[A-Z<]{14}\d\n[A-Z<]{30}",
                  fullmatch=True),
    st.from_regex(r"[1-9]\d{5}(18|19|20|21)\d{9}[0-9xX]", fullmatch=True),
    st.from_regex(r"[A-Z]{3}\d{12}|[HMCEGPSD]?[A-Z]?\d{7,10}[A-Z]?|\+?(86)?1\d{9,11}",
                  fullmatch=True),
    st.from_regex(r"(B1:)?eyJ[A-Za-z0-9_-]{10,60}\.[A-Za-z0-9_-]{10,60}\.[A-Za-z0-9_-]{80,90}",
                  fullmatch=True),
    st.from_regex(r"(https://[a-z./]{0,20}/)?[Aa]1: ?[0-9A-Za-z]{6,9}", fullmatch=True),
)  # fmt: skip
_alphabet = st.text(alphabet="0123456789XABCDEP<>^=?;%+:./-\n\r\x1e@ ", max_size=120)


@given(st.text(max_size=300) | _alphabet | _mutated | _nearly)
def test_no_input_raises_and_every_reason_has_a_sentence(text: str) -> None:
    for context in (CONTEXT, DEMO, signed_context()):
        scan = parse(text, context)
        if isinstance(scan, Unreadable):
            for language in Language:
                assert Messages(language)(f"scans.{scan.reason}")
        for warning in scan.warnings:
            assert Messages(Language.EN)(f"scans.warning_{warning}")


HOSTILE = [
    "%B" + "1" * 3000, ";" * 3000, "1" * 3999, "A" * 3999, "<" * 3960, "P<" * 1900, "A1:" * 1300,
    "@\n\x1e\rANSI 636000" + "DAQ" * 1200, "%B1^" + "^" * 3900, ";1=" * 1300, "a." * 1900,
    "eyJ" + "a" * 3000 + "." + "b" * 900, "%E?" * 1300, "+01" * 1300 + "?", "９" * 3999,
    "\ufdfa" * 4000, "٣" * 4000, "A1:" + " " * 3990, "/" * 3990 + "A1:", "@ANSI " * 600,
    "%B1^" + "A" * 3900, ("!01" + "1" * 19 + "=") * 170, "\x1eDAQ" * 900, "D" * 3999,
]  # fmt: skip


@pytest.mark.parametrize("text", [*SCANNABLE, *HOSTILE], ids=lambda t: repr(t[:12]))
def test_no_scan_takes_over_a_millisecond_per_hundred_characters(text: str) -> None:
    parse(text, CONTEXT)
    best = min(_seconds(text) for _ in range(7))
    assert best <= max(1.0, len(text) / 100) / 1000


def _seconds(text: str) -> float:
    """Return the computing time of one scan: what others do on the machine does not count."""
    start = time.process_time()
    parse(text, CONTEXT)
    return time.process_time() - start
