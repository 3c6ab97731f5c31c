"""The bank's signed customer code: verified, short-lived, used once."""

import base64
from dataclasses import replace
from datetime import timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from lobby_app.scans.context import ReplayGuard, ScanContext
from tests.unit.scans.vectors import CONTEXT, NOW, read, reason


def _b64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


KEY = Ed25519PrivateKey.from_private_bytes(_b64("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"))


def signed_context() -> ScanContext:
    return replace(
        CONTEXT, customer_code_keys={"2026": KEY.public_key()}, first_use=ReplayGuard().first_use
    )


def customer_code(key: object = KEY, algorithm: str = "EdDSA", kid: str = "2026", **over) -> str:
    claims = {
        "iss": "bank", "sub": "C-0001", "aud": "lobby", "iat": NOW, "jti": "once-1",
        "exp": NOW + timedelta(seconds=60), **over,
    }  # fmt: skip
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": kid})


def test_rfc_8037_vector_verifies_with_the_key_of_the_rfc() -> None:
    public = Ed25519PublicKey.from_public_bytes(_b64("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"))
    signature = _b64(
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    )
    public.verify(signature, b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc")


def test_a_signed_customer_code_is_read_once() -> None:
    context, code = signed_context(), customer_code()
    assert read(code, context).reference == "C-0001"
    assert reason(code, context) == "code_used"
    assert read("B1:" + customer_code(jti="once-2"), context).reference == "C-0001"


def test_a_desk_without_keys_verifies_nothing() -> None:
    assert reason(customer_code()) == "code_signature"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (customer_code(exp=NOW - timedelta(seconds=90), iat=NOW - timedelta(seconds=150)),
         "code_expired"),
        (customer_code(exp=NOW + timedelta(days=1)), "code_expired"),
        (customer_code(aud="elsewhere"), "code_signature"),
        (customer_code(kid="1999"), "code_signature"),
        (customer_code(key=Ed25519PrivateKey.generate()), "code_signature"),
        (customer_code(sub="../etc"), "code_signature"),
        (customer_code(sub=7), "code_signature"),
        (customer_code()[:-4] + "AAAA", "code_signature"),
    ],
)  # fmt: skip
def test_a_bad_customer_code_is_refused(code: str, expected: str) -> None:
    assert reason(code, signed_context()) == expected


def test_forged_algorithms_are_refused() -> None:
    header, payload, signature = customer_code().split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none","kid":"2026"}').rstrip(b"=").decode()
    hmac = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"2026"}').rstrip(b"=").decode()
    swapped = customer_code(sub="C-9999").split(".")[1]
    for code in (
        f"{none}.{payload}.{signature}",
        f"{hmac}.{payload}.{signature}",
        f"{header}.{swapped}.{signature}",
    ):
        assert reason(code, signed_context()) == "code_signature"
