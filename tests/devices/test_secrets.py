"""The OS key store: only back ends we know, never a hang, never a secret in plain text."""

import base64
import sys
import threading
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

import keyring.errors
import pytest
from keyring.backend import KeyringBackend

from lobby_app.devices import secrets
from lobby_app.devices.secrets import ALLOWED, KeyringSecrets, NoSecrets, Patience, open_key_store
from lobby_app.domain.errors import KnownError
from lobby_app.domain.ports import SecretState

SERVICE = "lobby-test"


class Store(KeyringBackend):
    """A real back end that keeps its passwords in this process."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError


class Refusing(Store):
    def get_password(self, service: str, username: str) -> str | None:
        raise keyring.errors.KeyringLocked("locked")

    set_password = delete_password = get_password


class Stubborn(Store):
    def delete_password(self, service: str, username: str) -> None:
        raise keyring.errors.PasswordDeleteError("not now")


class Hanging(Store):
    """Blocks like a locked key store whose prompt nobody sees, until `release` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.release = threading.Event()
        self.asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        self.release.wait()
        return super().get_password(service, username)


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    backend = Hanging()
    yield backend
    backend.release.set()
    for thread in threading.enumerate():
        if thread.name == "key-store":
            thread.join(5)


def test_what_is_put_is_got_and_what_is_deleted_is_gone() -> None:
    store = KeyringSecrets(Store(), SERVICE)
    assert (store.get("a"), store.state) == (None, SecretState.KEY_STORE)
    store.put("a", bytes(range(256)))
    assert store.get("a") == bytes(range(256))
    store.delete("a")
    store.delete("a")
    assert store.get("a") is None


def test_only_text_reaches_the_store_under_its_service() -> None:
    backend = Store()
    KeyringSecrets(backend, SERVICE).put("a", b"\x00\xff")
    assert backend.kept == {(SERVICE, "a"): base64.b64encode(b"\x00\xff").decode()}


@pytest.mark.parametrize("damage", ["", "A", "not base64!", "QUJD*", "é"])
def test_a_damaged_value_is_refused_not_taken_for_a_key(damage: str) -> None:
    backend = Store()
    backend.kept[SERVICE, "a"] = damage
    store = KeyringSecrets(backend, SERVICE)
    if damage == "":
        assert store.get("a") == b""
        return
    with pytest.raises(KnownError) as caught:
        store.get("a")
    assert caught.value.key == "secrets.refused"


def test_a_store_that_refuses_is_a_sentence() -> None:
    store = KeyringSecrets(Refusing(), SERVICE)
    with pytest.raises(KnownError) as caught:
        store.get("a")
    assert caught.value.key == "secrets.refused"


def test_erasing_is_not_claimed_when_the_store_keeps_the_secret() -> None:
    store = KeyringSecrets(Stubborn(), SERVICE)
    store.delete("never stored")
    store.put("a", b"1")
    with pytest.raises(KnownError) as caught:
        store.delete("a")
    assert caught.value.key == "secrets.refused"


def test_a_store_that_hangs_is_given_up_and_collects_no_threads(hanging: Hanging) -> None:
    store = KeyringSecrets(hanging, SERVICE, timeout_s=0.05)
    before = threading.active_count()
    for _ in range(10):
        with pytest.raises(KnownError) as caught:
            store.get("a")
        assert caught.value.key == "secrets.no_answer"
    assert hanging.asked == 1
    assert threading.active_count() == before + 1


def test_a_store_that_wakes_up_is_asked_again(hanging: Hanging) -> None:
    store = KeyringSecrets(hanging, SERVICE, timeout_s=0.05)
    with pytest.raises(KnownError):
        store.get("a")
    hanging.release.set()
    for thread in threading.enumerate():
        if thread.name == "key-store":
            thread.join(5)
    assert store.get("a") is None


def test_questions_of_several_threads_take_turns() -> None:
    patience, inside, most = Patience(5), [], []

    def question() -> None:
        inside.append(1)
        most.append(len(inside))
        inside.pop()

    threads = [threading.Thread(target=patience.ask, args=(question,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 8


def test_what_a_question_raises_is_raised_to_who_asked() -> None:
    with pytest.raises(ZeroDivisionError):
        Patience(5).ask(lambda: 1 / 0)


def test_no_store_keeps_nothing_and_says_so() -> None:
    store = NoSecrets()
    assert (store.state, store.get("a")) == (SecretState.NONE, None)
    store.delete("a")
    with pytest.raises(KnownError) as caught:
        store.put("a", b"1")
    assert caught.value.key == "secrets.no_key_store"


def test_the_list_names_only_stores_of_the_operating_system() -> None:
    assert {module for module, _ in ALLOWED} == {
        "keyring.backends.Windows",
        "keyring.backends.macOS",
        "keyring.backends.SecretService",
        "keyring.backends.libsecret",
        "keyring.backends.kwallet",
    }
    for module, name in ALLOWED:
        kind = getattr(import_module(module), name, None)
        assert kind is None or issubclass(kind, KeyringBackend)


def _installed(monkeypatch: pytest.MonkeyPatch, **kinds: type[KeyringBackend]) -> None:
    """Let `keyring.backends.{name}` hold a back end of that class, as on another computer."""
    for module, name in ALLOWED:
        short = module.rpartition(".")[2]
        stand_in = ModuleType(module)
        if short in kinds:
            setattr(stand_in, name, kinds[short])
        monkeypatch.setitem(sys.modules, module, stand_in)


def test_nothing_installed_means_no_store(monkeypatch: pytest.MonkeyPatch) -> None:
    _installed(monkeypatch)
    assert open_key_store(SERVICE).state is SecretState.NONE


def test_the_first_that_answers_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    class Unviable(Store):
        @property
        def priority(self) -> float:
            raise RuntimeError

    Unviable.viable = False
    _installed(monkeypatch, Windows=Unviable, SecretService=Refusing, libsecret=Store)
    store = open_key_store(SERVICE)
    assert store.state is SecretState.KEY_STORE
    store.put("a", b"1")
    assert store.get("a") == b"1"


def test_an_error_of_a_foreign_library_is_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    class DBusError(Exception):
        pass

    class Broken(Store):
        def get_password(self, service: str, username: str) -> str | None:
            raise DBusError("org.freedesktop.DBus.Error.ServiceUnknown")

    _installed(monkeypatch, SecretService=Broken, libsecret=Broken)
    assert open_key_store(SERVICE).state is SecretState.NONE


def test_a_store_that_hangs_at_the_start_does_not_hold_the_desk(monkeypatch, hanging) -> None:
    class Waiting(Store):
        def get_password(self, service: str, username: str) -> str | None:
            return hanging.get_password(service, username)

    _installed(monkeypatch, SecretService=Waiting, libsecret=Store, kwallet=Store)
    assert open_key_store(SERVICE, timeout_s=0.05).state is SecretState.NONE


def test_keyrings_own_choice_is_never_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plain-text back end that wins keyring's own contest is not even looked at."""

    class PlaintextKeyring(Store):
        priority = 100

        def __init__(self) -> None:
            raise AssertionError("a plain-text back end was made")

    monkeypatch.setitem(sys.modules, "keyrings", ModuleType("keyrings"))
    alternative = ModuleType("keyrings.alt.file")
    alternative.PlaintextKeyring = PlaintextKeyring
    monkeypatch.setitem(sys.modules, "keyrings.alt.file", alternative)
    _installed(monkeypatch)
    assert open_key_store(SERVICE).state is SecretState.NONE
    assert not hasattr(secrets, "get_keyring")
