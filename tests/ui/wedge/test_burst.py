"""The rules that tell a reader from a person, over simulated timings (devices 1.4)."""

import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lobby_app.config import WedgeSettings
from lobby_app.ui.wedge.burst import MAX_CHARACTERS, Burst

STRIPE = ";6212345678900000003=30122010000000000?"
PRC = "11010519491231002X"
ZONE = (
    "I<UTOD231458907<<<<<<<<<<<<<<<",
    "7408122F1204159UTO<<<<<<<<<<<6",
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
)
BURSTS = 400


@dataclass
class Desk:
    """Carries the decisions out as the filter does, on characters."""

    burst: Burst
    scans: list[str] = field(default_factory=list)
    typed: str = ""
    held: str = ""
    swallowed: int = 0

    def key(self, character: str, at_ms: int) -> None:
        before, self.held = self.held, ""
        step = self.burst.feed(character, at_ms)
        self._settle(step.replay, step.scan, before)
        if not (step.replay or step.scan is not None):
            self.held = before
        if not step.takes:
            self.typed += character
        elif self.burst.is_pending:
            self.held += character
        else:
            self.swallowed += 1

    def silence(self) -> None:
        step = self.burst.end()
        self._settle(step.replay, step.scan, self.held)
        self.held = ""

    def _settle(self, replay: bool, scan: str | None, before: str) -> None:
        if replay:
            self.typed += before
        if scan is not None:
            self.scans.append(scan)
            self.swallowed += len(before)


def send(text: str, gaps: list[int], settings: WedgeSettings | None = None, at: int = 9000) -> Desk:
    desk = Desk(Burst(settings or WedgeSettings()))
    for character, gap in zip(text, gaps, strict=True):
        at += gap
        desk.key(character, at)
    desk.silence()
    return desk


def steady(text: str, gap: int, settings: WedgeSettings | None = None) -> Desk:
    return send(text, [gap] * len(text), settings)


def reader_gaps(rnd: random.Random, count: int, base: int, hiccups: float) -> list[int]:
    return [0] + [
        max(1, int(rnd.gauss(base, base * 0.3)))
        + (rnd.randint(20, 55) if rnd.random() < hiccups else 0)
        for _ in range(count - 1)
    ]


def typist_gaps(rnd: random.Random, count: int, middle: int, rolled: float) -> list[int]:
    return [0] + [
        rnd.randint(15, 45)
        if rnd.random() < rolled
        else max(8, int(rnd.lognormvariate(0, 0.45) * middle))
        for _ in range(count - 1)
    ]


@pytest.mark.parametrize(
    ("text", "base", "hiccups", "least"),
    [
        *((STRIPE, base, 0.05, 0.995) for base in (1, 4, 8, 12, 16, 20, 24)),
        *((PRC, base, 0.0, 1.0) for base in (1, 4, 8, 12, 16, 20)),
        *((PRC, base, 0.05, 0.99) for base in (1, 4, 8)),
        (PRC, 12, 0.05, 0.98),
        (PRC, 16, 0.05, 0.98),
        (PRC, 20, 0.05, 0.96),
        (PRC, 24, 0.0, 0.99),
        (PRC, 24, 0.05, 0.88),
    ],
)
def test_readers_are_recognised(text: str, base: int, hiccups: float, least: float) -> None:
    rnd = random.Random(base)
    whole = 0
    for _ in range(BURSTS):
        desk = send(text + "\r", reader_gaps(rnd, len(text) + 1, base, hiccups))
        whole += desk.scans == [text] and desk.typed == ""
    assert whole >= least * BURSTS


@pytest.mark.parametrize("digits", [6, 11, 19])
@pytest.mark.parametrize("rolled", [0, 0.15])
@pytest.mark.parametrize("middle", [55, 60, 80, 110, 160])
def test_typists_are_never_readers(middle: int, rolled: float, digits: int) -> None:
    rnd = random.Random(middle)
    for _ in range(BURSTS):
        text = "".join(rnd.choice("0123456789") for _ in range(digits)) + "\r"
        desk = send(text, typist_gaps(rnd, len(text), middle, rolled))
        assert (desk.scans, desk.typed) == ([], text)


@pytest.mark.parametrize("middle", [55, 60, 80, 110, 160])
def test_very_rolling_typists_are_hardly_ever_readers(middle: int) -> None:
    rnd = random.Random(middle)
    scans = 0
    for _ in range(4 * BURSTS):
        text = "622202" + "".join(rnd.choice("0123456789") for _ in range(13)) + "\r"
        scans += len(send(text, typist_gaps(rnd, len(text), middle, 0.35)).scans)
    assert scans <= 2


@given(st.lists(st.integers(1, 24), min_size=19, max_size=19))
def test_fast_keys_with_an_end_are_always_one_scan(gaps: list[int]) -> None:
    desk = send(PRC + "\r", gaps)
    assert (desk.scans, desk.typed) == ([PRC], "")


@given(
    st.text(st.characters(codec="latin-1", exclude_characters="\x02"), max_size=60),
    st.lists(st.integers(55, 2000), min_size=60, max_size=60),
)
def test_slow_keys_are_never_a_scan(text: str, gaps: list[int]) -> None:
    desk = send(text, gaps[: len(text)])
    assert (desk.scans, desk.typed) == ([], text)


@given(
    st.lists(
        st.tuples(st.sampled_from("0123456789ABC<;%+=?^@ \r\t\n\x02\x03\x1e"), st.integers(0, 200)),
        max_size=120,
    ),
    st.sampled_from(["", "~", "]Q"]),
    st.booleans(),
)
def test_no_key_is_lost_or_doubled_or_moved(
    keys: list[tuple[str, int]], prefix: str, prefix_only: bool
) -> None:
    text = "".join(character for character, _ in keys)
    settings = WedgeSettings(prefix=prefix, prefix_only=prefix_only)
    desk = send(text, [gap for _, gap in keys], settings)
    assert len(desk.typed) + desk.swallowed == len(text)
    rest = iter(text)
    assert all(character in rest for character in desk.typed)
    assert not desk.burst.is_pending


@given(st.integers(0, 1 << 33))
def test_the_clock_may_wrap(start: int) -> None:
    desk = Desk(Burst(WedgeSettings()))
    for index, character in enumerate(PRC + "\r"):
        desk.key(character, (start + index * 5) % (1 << 32))
    assert desk.scans == [PRC]


def test_a_lone_key_is_held_no_longer_than_hold() -> None:
    burst = Burst(WedgeSettings(hold_ms=60))
    burst.feed("5", 1000)
    assert burst.patience_ms == 60
    burst.clear()
    burst.feed(";", 1000)
    assert burst.patience_ms == 120


def test_a_typist_waits_for_two_keys_at_most() -> None:
    burst = Burst(WedgeSettings())
    burst.feed("z", 1000)
    assert burst.feed("h", 1030).takes
    assert burst.feed("a", 1110).takes
    assert burst.feed("n", 1220).replay


def test_a_persons_enter_after_rolling_fingers_is_not_taken() -> None:
    burst = Burst(WedgeSettings())
    burst.feed("1", 1000)
    burst.feed("3", 1020)
    step = burst.feed("\r", 1040)
    assert (step.replay, step.takes, step.scan) == (True, False, None)


def test_enter_and_space_alone_are_never_held() -> None:
    burst = Burst(WedgeSettings())
    assert not burst.feed("\r", 1000).takes
    assert not burst.feed(" ", 5000).takes


def test_a_bad_swipe_is_short_but_a_scan() -> None:
    assert steady(";E?\r", 4).scans == [";E?"]
    assert steady("12345\r", 4).typed == "12345\r"


def test_full_width_forms_are_normalised() -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) for c in STRIPE)
    assert steady(wide + "\r", 4).scans == [STRIPE]


@pytest.mark.parametrize("suffix", ["\r", "\t", "\n", "\x03", "\r\r", "\r\n", "\r\t\x03"])
def test_the_whole_suffix_is_swallowed(suffix: str) -> None:
    desk = steady(STRIPE + suffix, 6)
    assert (desk.scans, desk.typed) == ([STRIPE], "")


def test_enter_some_time_after_a_scan_is_a_persons() -> None:
    desk = send(STRIPE + "\r\r", [4] * (len(STRIPE) + 1) + [121])
    assert (desk.scans, desk.typed) == ([STRIPE], "\r")


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\r\r"])
def test_a_zone_in_lines_is_one_scan(end: str) -> None:
    desk = steady(end.join(ZONE) + end, 5)
    assert desk.typed == ""
    assert [scan.split() for scan in desk.scans] == [list(ZONE)]


def test_a_zone_is_over_when_its_next_line_has_another_length() -> None:
    desk = steady(f"{ZONE[0]}\r{PRC}\r{STRIPE}\r", 5)
    assert desk.scans == [f"{ZONE[0]}\r{PRC}", STRIPE]


def test_a_zone_that_stops_is_a_scan_all_the_same() -> None:
    desk = steady(f"{ZONE[0]}\r{ZONE[1]}\r", 5)
    assert (desk.scans, desk.typed) == ([f"{ZONE[0]}\r{ZONE[1]}"], "")


def test_a_zone_is_delivered_with_its_last_key() -> None:
    desk = Desk(Burst(WedgeSettings()))
    for index, character in enumerate("\r".join(ZONE) + "\r"):
        desk.key(character, 1000 + index * 5)
    assert len(desk.scans) == 1


@pytest.mark.parametrize("head", ["@\n\x1e\rANSI 6", "@\r\rANSI 6", "]L2@\n\x1e\rANSI 6", "ansi 6"])
def test_a_licence_is_one_scan_until_silence(head: str) -> None:
    licence = head + "36000100102DL00410278\rDAQT64235789\rDBB06061986\rDCGUSA"
    desk = steady(licence + "\r", 5)
    assert (desk.scans, desk.typed) == ([licence], "")


def test_two_licences_with_a_pause_are_two_scans() -> None:
    licence = "@\rANSI 636000100102DL\rDAQT64235789\r"
    gaps = [5] * len(licence)
    desk = send(licence * 2, [*gaps, 130, *gaps[1:]])
    assert desk.scans == [licence.rstrip()] * 2


def test_an_at_sign_and_enter_are_typing() -> None:
    assert steady("@\r", 30).typed == "@\r"


def test_tracks_with_an_enter_each_are_one_scan() -> None:
    first = "%B4761739001010010^TEST/CARDHOLDER^30122010000000000000?"
    assert steady(f"{first}\r{STRIPE}\r", 4).scans == [f"{first}\r{STRIPE}"]
    assert steady(f"{first}\r", 4).scans == [first]


def test_a_burst_without_an_end_is_typing() -> None:
    desk = steady(STRIPE, 4)
    assert (desk.scans, desk.typed) == ([], STRIPE)


def test_a_scan_does_not_begin_amid_typing() -> None:
    text = "62220212345678\r"
    desk = send(text, [0] + [70] * 7 + [24] * 7)
    assert (desk.scans, desk.typed) == ([], text)


def test_stx_begins_a_scan_even_among_keys() -> None:
    desk = steady("12\x02ABC\x03", 20)
    assert (desk.scans, desk.typed) == (["ABC"], "12")


def test_a_prefix_allows_any_pace_within_the_gap() -> None:
    jitter = [0, 90, 20, 110, 100, 40]
    assert send("~AB12\r", jitter, WedgeSettings(prefix="~")).scans == ["AB12"]
    assert send("~AB12\r", jitter).scans == []


def test_prefix_only_holds_nothing_else() -> None:
    burst = Burst(WedgeSettings(prefix="]Q", prefix_only=True))
    assert not burst.feed("6", 1000).takes
    assert burst.feed("]", 2000).takes
    assert burst.feed("x", 2010).replay
    assert steady(STRIPE + "\r", 4, WedgeSettings(prefix_only=True)).typed == STRIPE + "\r"


def test_reading_is_said_of_readers_only() -> None:
    burst = Burst(WedgeSettings())
    for index, character in enumerate(PRC):
        burst.feed(character, 1000 + index * 8)
        assert burst.is_reading == (index >= 5)
    burst.end()
    assert not burst.is_reading


@pytest.mark.parametrize("unit", ["7", "@\rANSI 636000\r", "\x027"])
def test_a_flood_is_a_scan_too_long_and_nothing_after_it_leaks(unit: str) -> None:
    flood = unit[:-1] + unit[-1] * (3 * MAX_CHARACTERS)
    desk = steady(flood + "\r", 3)
    assert desk.typed == ""
    assert [len(scan) > MAX_CHARACTERS for scan in desk.scans] == [True]
    assert len(desk.scans[0]) <= MAX_CHARACTERS + 3
    assert vars(desk.burst)["_text"] == []
    desk.key("5", 10**6)
    desk.silence()
    assert desk.typed == "5"


def test_nothing_of_a_scan_is_left() -> None:
    desk = steady(PRC + "\r", 4)
    left = repr(vars(desk.burst))
    assert not any(piece in left for piece in (PRC, *(f"'{c}'" for c in PRC)))
