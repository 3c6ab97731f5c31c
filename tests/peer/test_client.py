"""The line to a relay: never longer than promised, and every trouble is no answer."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from time import monotonic

import pytest

from lobby_app.sync.peer.certificate import client_context, server_context
from lobby_app.sync.peer.client import HttpsTransport
from tests.peer.network import identity, refusal

ANN, HUB = identity("ann"), identity("hub")


@contextlib.contextmanager
def server(talk: Callable[[ssl.SSLSocket, threading.Event], None]) -> Iterator[str]:
    """Serve one connection with `talk`, which ends when the event is set."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        with contextlib.suppress(OSError):
            line, _ = listener.accept()
            with server_context(HUB, [ANN.certificate_pem]).wrap_socket(
                line, server_side=True
            ) as secured:
                talk(secured, over)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        # An accept that nobody came for is woken by closing for reading.
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def asked(address: str, timeout_s: float) -> tuple[str, float]:
    """Return how a call ended and how long it took."""
    line = HttpsTransport(address, client_context(ANN, HUB.certificate_pem), timeout_s=timeout_s)
    start = monotonic()
    try:
        return refusal(lambda: line.call("heads", {})), monotonic() - start
    finally:
        line.close()


def silent(line: ssl.SSLSocket, over: threading.Event) -> None:
    line.recv(65536)
    over.wait(30)


def dripping(line: ssl.SSLSocket, over: threading.Event) -> None:
    """Answer a byte at a time, each well before any time-out of a single read."""
    line.recv(65536)
    line.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
    while not over.wait(0.05):
        line.sendall(b" ")


def dripping_headers(line: ssl.SSLSocket, over: threading.Event) -> None:
    line.recv(65536)
    line.sendall(b"HTTP/1.1 200 OK\r\nx: ")
    while not over.wait(0.05):
        line.sendall(b"y")


@pytest.mark.parametrize("talk", [silent, dripping, dripping_headers])
def test_a_call_ends_when_it_was_promised(
    talk: Callable[[ssl.SSLSocket, threading.Event], None],
) -> None:
    with server(talk) as address:
        key, seconds = asked(address, 0.4)
    assert key == "sync.no_answer"
    assert 0.3 < seconds < 5.0


def test_a_call_may_name_its_own_time() -> None:
    with server(silent) as address:
        line = HttpsTransport(address, client_context(ANN, HUB.certificate_pem), timeout_s=30.0)
        start = monotonic()
        assert refusal(lambda: line.call("claim", {}, 0.2)) == "sync.no_answer"
        assert monotonic() - start < 5.0
        line.close()


def test_a_host_that_takes_a_connection_and_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        key, seconds = asked(f"127.0.0.1:{listener.getsockname()[1]}", 0.4)
    assert key == "sync.no_answer"
    assert seconds < 5.0


def test_nobody_there_is_no_answer_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    key, seconds = asked(f"127.0.0.1:{port}", 20.0)
    assert key == "sync.no_answer"
    assert seconds < 5.0
    assert asked("no-such-host.invalid:7443", 5.0)[0] == "sync.no_answer"


@pytest.mark.parametrize(
    ("said", "key"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]", "sync.no_answer"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n{", "sync.no_answer"),
        (b"HTTP/1.1 500 No\r\ncontent-length: 2\r\n\r\n{}", "sync.no_answer"),
        (b"HTTP/1.1 302 No\r\nlocation: https://127.0.0.1/\r\ncontent-length: 0\r\n\r\n", ""),
        (b"HTTP/1.1 403 No\r\ncontent-length: 2\r\n\r\n{}", "sync.not_enrolled"),
        (b"HTTP/1.1 400 No\r\ncontent-length: 2\r\n\r\n{}", "sync.malformed"),
        (b"HTTP/1.1 413 No\r\ncontent-length: 2\r\n\r\n{}", "sync.too_big"),
        (b"HTTP/1.1 426 No\r\ncontent-length: 2\r\n\r\n{}", "sync.too_old"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{", "sync.no_answer"),
        (b"nonsense\r\n\r\n", "sync.no_answer"),
        (b"", "sync.no_answer"),
    ],
)
def test_every_answer_has_its_name(said: bytes, key: str) -> None:
    def talk(line: ssl.SSLSocket, over: threading.Event) -> None:
        line.recv(65536)
        line.sendall(said)
        with contextlib.suppress(OSError):
            line.unwrap()

    with server(talk) as address:
        assert asked(address, 5.0)[0] == (key or "sync.no_answer")


def test_an_answer_without_end_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lobby_app.sync.peer.client._MOST_ANSWER_BYTES", 100_000)

    def talk(line: ssl.SSLSocket, over: threading.Event) -> None:
        line.recv(65536)
        line.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        with contextlib.suppress(OSError):
            while not over.is_set():
                line.sendall(b"1000\r\n" + b" " * 0x1000 + b"\r\n")

    with server(talk) as address:
        key, seconds = asked(address, 20.0)
    assert key == "sync.no_answer"
    assert seconds < 10.0
