"""The line of the demo and the soak: what it does to real sockets."""

import socket
import threading
from collections.abc import Iterator

import pytest

from lobby_app.demo.link import Line, LineState


@pytest.fixture
def line() -> Iterator[Line]:
    server = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_echo_all, args=(server,), daemon=True).start()
    line = Line(server.getsockname())
    yield line
    line.close()
    server.close()


def _echo_all(server: socket.socket) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=_echo, args=(connection,), daemon=True).start()


def _echo(connection: socket.socket) -> None:
    with connection:
        try:
            while piece := connection.recv(100):
                connection.sendall(piece)
        except OSError:
            return


def _connected(line: Line) -> socket.socket:
    return socket.create_connection(("127.0.0.1", line.port), timeout=5)


@pytest.mark.parametrize("state", [LineState.OPEN, LineState.SLOW])
def test_an_open_or_slow_line_passes_bytes(line: Line, state: LineState) -> None:
    line.set(state)
    with _connected(line) as client:
        client.sendall(b"ticket")
        assert client.recv(100) == b"ticket"


def test_a_silent_line_takes_and_gives_nothing(line: Line) -> None:
    with _connected(line) as client:
        client.sendall(b"a")
        assert client.recv(1) == b"a"
        line.set(LineState.SILENT)
        client.settimeout(0.2)
        client.sendall(b"b")
        with pytest.raises(TimeoutError):
            client.recv(1)


def test_a_cut_line_ends_connections_and_a_restored_one_takes_new_ones(line: Line) -> None:
    with _connected(line) as client:
        client.sendall(b"a")
        assert client.recv(1) == b"a"
        line.set(LineState.CUT)
        assert _ended(client)
    with _connected(line) as client:
        assert _ended(client)
    line.set(LineState.OPEN)
    with _connected(line) as client:
        client.sendall(b"c")
        assert client.recv(1) == b"c"


def _ended(client: socket.socket) -> bool:
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True


def test_a_taken_port_is_said_at_once(line: Line) -> None:
    with pytest.raises(OSError, match="in use"):
        Line(("127.0.0.1", 1), line.port)
