"""Scans: published vectors, invented demo numbers, the ways to write them."""

from datetime import date

import pytest

from lobby_app.domain.credential import CredentialKind
from lobby_app.domain.customer import Title
from lobby_app.scans.checks import luhn_ok
from lobby_app.scans.codes import appointment_code, new_ticket_token
from lobby_app.scans.demo_numbers import (
    build_td3,
    demo_card_number,
    demo_mobile,
    demo_resident_number,
)
from lobby_app.scans.mrz import check_digit
from tests.unit.scans.vectors import CARDS, CONTEXT, DEMO, LICENCE, MRZ, PRC, TRACKS, read, reason


@pytest.mark.parametrize("text", TRACKS.values(), ids=TRACKS)
def test_a_stripe_is_a_payment_card(text: str) -> None:
    scan = read(text)
    assert scan.kind is CredentialKind.PAYMENT_CARD
    assert scan.mask[-4:] in ("0010", "0003")


def test_all_ways_to_read_one_card_give_one_token() -> None:
    typed = read("6212 3456 7890 0000 003").token
    assert read(TRACKS["second"]).token == typed
    assert read("]C16212345678900000003").token == typed
    assert typed.startswith("k3:")


@pytest.mark.parametrize(
    ("text", "warnings"),
    [
        ("%E?;4111111111111111=30121010000000000?", ("bad_track",)),
        ("%B4111111111111111^A/B^3012201?;5555555555554444=30121010000000000?",
         ("tracks_differ",)),
        (";4111111111111112=30121010000000000?", ("luhn",)),
        (";4111111111111111=30131010000000000?", ("expiry_month",)),
        (";4111111111111111=20121010000000000?", ("card_expired",)),
    ],
)  # fmt: skip
def test_a_doubtful_stripe_is_read_with_a_warning(text: str, warnings: tuple[str, ...]) -> None:
    assert read(text).warnings == warnings


def test_a_third_track_gives_the_token_of_the_card() -> None:
    typed = read("6212345678900000003").token
    assert read(TRACKS["third"]).token == read(TRACKS["third_with_mark"]).token == typed
    assert read(TRACKS["third_like_second"]).token == read("4761739001010010").token


@pytest.mark.parametrize(
    "text",
    ["%E?", ";E?", "+E?", "!E?", "+e?", "%E?;E?+E?", ";123=", "%B^^?", ";4111111111111111=3"],
)
def test_a_stripe_without_a_good_track_says_swipe_again(text: str) -> None:
    assert reason(text) == "bad_swipe"


@pytest.mark.parametrize("number", CARDS)
def test_a_typed_card_number_is_read(number: str) -> None:
    scan = read(number)
    assert scan.kind is CredentialKind.PAYMENT_CARD
    assert scan.warnings == ()
    assert scan.mask == f"**** {number[-4:]}"


@pytest.mark.parametrize(("number", "expected"), PRC.items())
def test_a_prc_number_is_read(number: str, expected: tuple[CredentialKind, int, Title]) -> None:
    scan = read(number)
    assert (scan.kind, scan.age, scan.title) == expected
    assert scan.mask == number[0] + "*" * 16 + number[-1]


@pytest.mark.parametrize(
    "written",
    ["11010519491231002x", " 110105 19491231 002X ", "１１０１０５１９４９１２３１００２Ｘ",
     "\x0211010519491231002X\r", "110105-19491231-002X", "\ufeff11010519491231002X",
     "110105\r\n19491231\r\n002X", "110105\u00a019491231\u2013002\u200eX", "]C011010519491231002x"],
)  # fmt: skip
def test_the_ways_to_write_a_number_give_one_token(written: str) -> None:
    assert read(written).token == read("11010519491231002X").token


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("110105194912310021", "id_check_digit"),
        ("11010519491331002X", "id_birth_date"),
        ("11010520991231002X", "id_birth_date"),
        ("99010519491231002X", "id_region"),
        ("110105491231002", "old_id_form"),
        ("000105194912310020", "id_region"),
        ("11010520261125001X", "id_birth_date"),
        ("11010518491231002X", "id_birth_date"),
        ("B1:not a signed code", "code_signature"),
        ("A1:1234567", "unknown_code"),
        ("ABC991399000000", "id_birth_date"),
        ("1234", "unknown_code"),
        ("hello world", "unknown_code"),
        ("   ", "empty"),
        ("9" * 5000, "too_long"),
    ],
)
def test_a_wrong_number_is_unreadable_with_its_reason(number: str, expected: str) -> None:
    assert reason(number) == expected


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("H12345678", CredentialKind.TRAVEL_DOCUMENT),
        ("M1234567801", CredentialKind.TRAVEL_DOCUMENT),
        ("12345678", CredentialKind.TRAVEL_DOCUMENT),
        ("CA1234567", CredentialKind.TRAVEL_DOCUMENT),
        ("EA1234567", CredentialKind.TRAVEL_DOCUMENT),
        ("E12345678", CredentialKind.TRAVEL_DOCUMENT),
        ("CAN110081080310", CredentialKind.FOREIGNER_CARD),
        ("13800138000", CredentialKind.MOBILE_NUMBER),
        ("+86 138 0013 8000", CredentialKind.MOBILE_NUMBER),
        ("0086-138-0013-8000", CredentialKind.MOBILE_NUMBER),
        ("١٣٨٠٠١٣٨٠٠٠", CredentialKind.MOBILE_NUMBER),
        ("123456789012345", CredentialKind.PAYMENT_CARD),
        ("378282246310005", CredentialKind.PAYMENT_CARD),
    ],
)
def test_other_numbers_are_told_apart(number: str, kind: CredentialKind) -> None:
    assert read(number).kind is kind


@pytest.mark.parametrize("text", MRZ.values(), ids=MRZ)
@pytest.mark.parametrize("form", ["lines", "joined", "lower", "cr"])
def test_a_machine_readable_zone_is_read(text: str, form: str) -> None:
    text = {"joined": text.replace("\n", ""), "lower": text.lower(),
            "cr": text.replace("\n", "\r"), "lines": text}[form]  # fmt: skip
    scan = read(text)
    assert scan.kind is CredentialKind.TRAVEL_DOCUMENT
    # Expiry years are always of this century: the visa specimens (1996) read as not yet expired.
    assert scan.expired == (not text.lower().startswith("v"))
    assert scan.title is Title.MS


def test_a_long_document_number_runs_into_the_optional_field() -> None:
    text = (
        "I<UTOD23145890<7349<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\n"
        "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"
    )
    # The specimen prints the composite digit of the short number; the rule gives another one.
    assert check_digit("D23145890734") == "9"
    first, second = text.split("\n")[:2]
    composite = check_digit(first[5:30] + second[0:7] + second[8:15] + second[18:29])
    for digit in ("6", composite):
        assert read(text.replace("<6\n", f"<{digit}\n")).mask == "D********734"
    for digit in set("0123456789") - {"6", composite}:
        assert reason(text.replace("<6\n", f"<{digit}\n")) == "mrz_check_digit"
    assert reason(text.replace("7349<", "7348<")) == "mrz_check_digit"


def test_a_camera_confusion_is_repaired_only_when_the_check_digit_proves_it() -> None:
    good = read(MRZ["td3"])
    assert read(MRZ["td3"].replace("L898902C3", "L8989O2C3")).token == good.token
    assert reason(MRZ["td3"].replace("L898902C3", "L898912C3")) == "mrz_check_digit"
    assert reason(MRZ["td3"].replace("7408122F", "7408132F")) == "mrz_check_digit"


_CHECK_DIGITS = [
    (name, line, place)
    for name, places in {
        "td3": [(1, 9), (1, 19), (1, 27), (1, 42), (1, 43)],
        "td2": [(1, 9), (1, 19), (1, 27), (1, 35)],
        "td1": [(0, 14), (1, 6), (1, 14), (1, 29)],
        "mrv_a": [(1, 9), (1, 19), (1, 27)],
        "mrv_b": [(1, 9), (1, 19), (1, 27)],
    }.items()
    for line, place in places
]


@pytest.mark.parametrize(("name", "line", "place"), _CHECK_DIGITS)
def test_every_check_digit_of_a_zone_counts(name: str, line: int, place: int) -> None:
    lines = MRZ[name].split("\n")
    old = lines[line][place]
    lines[line] = lines[line][:place] + str((int(old) + 1) % 10) + lines[line][place + 1 :]
    assert reason("\n".join(lines)) == "mrz_check_digit"


def test_a_licence_is_read_by_its_tags() -> None:
    scan = read(LICENCE)
    assert (scan.kind, scan.age, scan.title) == (CredentialKind.DRIVING_LICENCE, 40, Title.MR)
    assert scan.expired
    wrong_offsets = LICENCE.replace("DL00410278ZV03190008", "DL99999999ZV00000000")
    assert read(wrong_offsets).token == scan.token


def test_a_canadian_licence_has_its_year_first() -> None:
    text = LICENCE.replace("DCGUSA", "DCGCAN").replace("DBB06061986", "DBB19860606")
    text = text.replace("DBA12102024", "DBA20301210")
    assert read(text).expired is False
    assert read(text.replace("DCGCAN\n", "")).expired is False
    assert reason(text.replace("DCGCAN", "DCGUSA")) == "id_birth_date"
    assert reason(LICENCE.replace("DBB06061986", "DBB13451986")) == "id_birth_date"
    assert reason(LICENCE.replace("DBB06061986", "DBB06062086")) == "id_birth_date"
    assert reason(LICENCE.replace("DAQT64235789", "DAQ")) == "licence_number"


def test_demo_numbers_are_read_in_the_demo_only() -> None:
    resident = next(
        number
        for number in (demo_resident_number(date(1950, 5, 6), n) for n in range(1, 99))
        if number.isdigit() and not luhn_ok(number)
    )
    card, mobile = demo_card_number(42), demo_mobile(7)
    zone = build_td3("DEMO", "ANNA", "X1234567", date(1980, 1, 2), "F", date(2030, 1, 1))
    assert read(resident, DEMO).age == 76
    assert reason(resident) == "id_region"
    assert read(card, DEMO).warnings == (), "the demo's failing check digit is meant"
    assert read(card).warnings == ("luhn",)
    assert not luhn_ok(card)
    assert read(mobile, DEMO).kind is CredentialKind.MOBILE_NUMBER
    assert reason(mobile) == "unknown_code"
    assert read(zone).expired is False


def test_an_appointment_code_is_read_bare_and_in_a_link() -> None:
    code = appointment_code(123_456_789)
    spaced = f"A1: {code[:4]} {code[4:]}"
    link = f"https://bank.example/a/A1:{code}"
    for text in (f"A1:{code}", f"a1:{code.lower()}", spaced, link):
        assert read(text).reference == code
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    assert reason(f"A1:{wrong}") == "code_check"


def test_a_ticket_code_is_read() -> None:
    token = new_ticket_token()
    scan = read((CONTEXT.ticket_url + token).lower())
    assert (scan.kind, scan.reference) == (CredentialKind.TICKET_CODE, token)
    assert reason(CONTEXT.ticket_url + "SHORT") == "code_check"
