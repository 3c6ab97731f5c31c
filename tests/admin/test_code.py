"""The enrolment code: what is typed opens one bundle, and nothing else does."""

import base64
import itertools
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lobby_app.domain.errors import KnownError
from lobby_app.sync.enrolment.bundle import Bundle, unwrap, wrap
from lobby_app.sync.enrolment.code import SECRET_BYTES, EnrolmentCode, read_code

SECRETS = st.binary(min_size=SECRET_BYTES, max_size=SECRET_BYTES)
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BUNDLE = Bundle("centre:5432/lobby", "", "a password", "-----BEGIN", bytes(range(32)))


@given(SECRETS)
def test_what_is_shown_is_read_back(secret: bytes) -> None:
    code = EnrolmentCode(secret)
    assert read_code(code.text) == code
    assert len(code.text) == 29


@given(SECRETS, st.randoms())
def test_case_gaps_and_look_alikes_do_not_matter(secret: bytes, random: Random) -> None:
    code = EnrolmentCode(secret)
    typed = "".join(
        random.choice({"0": "0Oo", "1": "1IiLl"}.get(c, c + c.lower())) + random.choice(["", " "])
        for c in code.text.replace("-", random.choice(["", "-", "–", "\t"]))
    )
    assert read_code(typed) == code
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isalnum() else c for c in code.text)
    assert read_code(wide) == code


@given(SECRETS, st.integers(0, 24), st.sampled_from(LETTERS))
def test_every_wrong_character_is_found(secret: bytes, place: int, letter: str) -> None:
    text = EnrolmentCode(secret).text.replace("-", "")
    wrong = text[:place] + letter + text[place + 1 :]
    if wrong != text:
        with pytest.raises(KnownError, match=r"enrolment\.wrong_code"):
            read_code(wrong)


@given(SECRETS)
def test_every_two_characters_that_changed_places_are_found(secret: bytes) -> None:
    text = EnrolmentCode(secret).text.replace("-", "")
    for first, second in itertools.combinations(range(25), 2):
        letters = list(text)
        letters[first], letters[second] = letters[second], letters[first]
        if letters != list(text):
            with pytest.raises(KnownError, match=r"enrolment\.wrong_code"):
                read_code("".join(letters))


@given(st.text(max_size=300))
def test_whatever_is_typed_is_a_code_or_is_refused(typed: str) -> None:
    key = ""
    try:
        code = read_code(typed)
    except KnownError as error:
        key = error.key
    assert key == "enrolment.wrong_code" or read_code(code.text) == code


@given(SECRETS)
def test_a_code_shows_itself_nowhere_and_tells_the_centre_nothing_that_opens(secret: bytes) -> None:
    code = EnrolmentCode(secret)
    assert repr(code) == "EnrolmentCode()"
    assert bytes.fromhex(code.lookup) != code.wrapping_key
    assert code.text not in repr(BUNDLE) + str(code)


@given(SECRETS, SECRETS)
def test_only_the_code_opens_its_bundle(secret: bytes, other: bytes) -> None:
    code = EnrolmentCode(secret)
    wrapped = wrap(code, BUNDLE)
    assert unwrap(code, wrapped) == BUNDLE
    assert wrap(code, BUNDLE) != wrapped
    if other != secret:
        with pytest.raises(KnownError, match=r"enrolment\.cannot_open"):
            unwrap(EnrolmentCode(other), wrapped)


@given(st.integers(0), st.integers(1, 255))
def test_a_changed_bundle_does_not_open(place: int, change: int) -> None:
    code = EnrolmentCode(bytes(SECRET_BYTES))
    sealed = bytearray(base64.b64decode(wrap(code, BUNDLE)))
    sealed[place % len(sealed)] ^= change
    with pytest.raises(KnownError, match=r"enrolment\.cannot_open"):
        unwrap(code, base64.b64encode(sealed).decode())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda one: st.lists(one, max_size=2)
)


@given(JSON)
def test_no_answer_of_the_centre_is_taken_for_a_bundle(wrapped: object) -> None:
    with pytest.raises(KnownError, match=r"enrolment\.cannot_open"):
        unwrap(EnrolmentCode(bytes(SECRET_BYTES)), wrapped)


@pytest.mark.parametrize(
    "bundle",
    [
        Bundle("a:1/b", "https://c", "", "", bytes(32)),
        Bundle("", "", "", "", bytes(32)),
        Bundle("a:1/b", "", "", "", bytes(31)),
    ],
)
def test_an_authentic_bundle_of_another_form_is_refused(bundle: Bundle) -> None:
    code = EnrolmentCode(bytes(SECRET_BYTES))
    with pytest.raises(KnownError, match=r"enrolment\.cannot_open"):
        unwrap(code, wrap(code, bundle))


def test_a_code_of_another_length_is_a_bug() -> None:
    with pytest.raises(ValueError, match="15"):
        EnrolmentCode(b"short")
