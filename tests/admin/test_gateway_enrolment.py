"""A desk of a very large bank enrols through the gateway and never has the database's password."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lobby_app.central.passing import Passing
from lobby_app.config import load_settings
from lobby_app.devices.key_file import KeyFile
from lobby_app.domain.secret_names import DESK_PASSWORD
from lobby_app.partners import open_line
from lobby_app.sync.peer.gateway import gateway_app, gateway_context
from lobby_app.sync.peer.server import listening_socket, serving
from tests.admin.administrator import Administrator
from tests.peer.test_gateway import proof as proof


@pytest.fixture
def gateway(bank: Administrator, proof: tuple[Path, Path]) -> Iterator[str]:
    passing = Passing(bank.central.address, None, 2)
    listener = listening_socket("127.0.0.1:0")
    with serving(gateway_app(passing.call, 2), gateway_context(*proof), listener):
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
    passing.close()


def test_a_desk_enrols_through_the_gateway(
    bank: Administrator,
    gateway: str,
    proof: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bank.database_of_desks = gateway
    folder = bank.desk(tmp_path / "desk")
    through = ("--gateway", gateway, "--desk-certificate", str(proof[0]))
    code = bank.code(7, 5, "counter", *through)
    trusting = ("--root-certificate", str(proof[0]))
    for _ in range(2):
        status, said = bank.enrol(folder, code, monkeypatch, *trusting)
    assert (status, "unknown, used or too old" in said) == (2, True)
    settings, keys = load_settings(folder), KeyFile(folder / "keys.json")
    assert (settings.central.gateway, settings.central.address) == (gateway, "")
    assert (folder / settings.central.root_certificate).read_bytes() == proof[0].read_bytes()
    assert keys.get(DESK_PASSWORD) is None
    line = open_line(settings, keys)
    assert line.call("roster", {})["slot"] == 5
    line.close()


def test_a_server_that_is_not_vouched_for_hears_nothing(
    bank: Administrator, gateway: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank.database_of_desks = gateway
    code = bank.code(7, 5, "counter", "--gateway", gateway)
    status, said = bank.enrol(bank.desk(tmp_path / "desk"), code, monkeypatch)
    assert (status, "one of the certificates is not accepted" in said) == (2, True)
    assert bank.central.run("SELECT used_at FROM lobby.enrolment") == [(None,)]
