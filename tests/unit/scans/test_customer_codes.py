"""The bank's signed customer code: verified, short-lived, used once."""

import base64
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from lobby_app.config import load_settings
from lobby_app.domain.errors import KnownError
from lobby_app.scans.code_keys import read_code_keys
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


def test_keys_come_from_a_file_named_in_the_settings(tmp_path: Path) -> None:
    public = jwt.algorithms.OKPAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
    keys = {"keys": [{**public, "kid": "2026", "use": "sig"}]}
    (tmp_path / "keys.json").write_text(json.dumps(keys), encoding="utf-8")
    (tmp_path / "lobby.toml").write_text('customer_code_keys = "keys.json"', encoding="utf-8")
    context = replace(
        signed_context(), customer_code_keys=read_code_keys(load_settings(tmp_path).code_keys_file)
    )
    assert read(customer_code(), context).reference == "C-0001"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"keys": []}', '{"keys": [{"kty": "OKP"}]}'])
def test_a_file_without_usable_keys_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(KnownError) as caught:
        read_code_keys(path)
    assert (caught.value.key, caught.value.params["file"]) == ("scans.code_keys", str(path))


def test_no_file_means_no_such_codes(tmp_path: Path) -> None:
    assert read_code_keys(load_settings(tmp_path).code_keys_file) == {}
