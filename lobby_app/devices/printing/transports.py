"""Ways to reach a printer: both directions (TCP, serial) or one (device file, spooler)."""

import os
import select
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from time import monotonic
from typing import Protocol
from urllib.parse import urlsplit

import serial

_CONNECT_TIMEOUT_S = 2.0
_SEND_TIMEOUT_S = 8.0
_RAW_PORT = 9100


class NothingSentError(OSError):
    """Sending failed before the first byte: nothing of the job can come out."""


class Connection(Protocol):
    """One open connection; every call raises OSError when it is gone."""

    def send(self, data: bytes) -> None:
        """Send all bytes. TimeoutError: the printer takes no more; NothingSentError: not one."""
        ...

    def receive(self, timeout_s: float) -> bytes:
        """Return what came within the time, b"" when nothing did. A closed end is an OSError."""
        ...

    def close(self) -> None:
        """Let the printer go: it serves one at a time."""
        ...


class Transport(Protocol):
    """How to open a connection. `two_way` tells whether the printer can answer."""

    two_way: bool

    def open(self) -> Connection:
        """Connect or raise OSError."""
        ...


class _TcpConnection:
    def __init__(self, host: str, port: int, send_timeout_s: float) -> None:
        self._send_timeout_s = send_timeout_s
        try:
            self._socket = socket.create_connection((host, port), _CONNECT_TIMEOUT_S)
        except UnicodeError as error:
            raise OSError("not a host name") from error
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data: bytes) -> None:
        self._socket.settimeout(self._send_timeout_s)
        self._socket.sendall(data)

    def receive(self, timeout_s: float) -> bytes:
        self._socket.settimeout(timeout_s)
        try:
            data = self._socket.recv(256)
        except (TimeoutError, BlockingIOError):
            return b""
        if not data:
            raise ConnectionError("closed by the printer")
        return data

    def close(self) -> None:
        self._socket.close()


class TcpTransport:
    """A printer's port 9100. `address`: host or host:port, [host]:port for IPv6.

    Raises ValueError for anything else.
    """

    two_way = True

    def __init__(self, address: str, send_timeout_s: float = _SEND_TIMEOUT_S) -> None:
        parts = urlsplit(f"//{address}")
        if not parts.hostname or parts.netloc != address or parts.username is not None:
            raise ValueError(address)
        self._host, self._port = parts.hostname, parts.port or _RAW_PORT
        self._send_timeout_s = send_timeout_s

    def open(self) -> Connection:
        """Connect within two seconds."""
        return _TcpConnection(self._host, self._port, self._send_timeout_s)


class _SerialConnection:
    """RS-232 with XON/XOFF: a picture is larger than a printer's buffer.

    Answers never hold the two flow bytes (their fixed bits forbid it), so none is lost.
    """

    def __init__(self, port: str, baud: int) -> None:
        self._baud = baud
        try:
            self._port = serial.Serial(port, baud, timeout=0, xonxoff=True)
        except ValueError as error:
            raise OSError("serial speed") from error

    def send(self, data: bytes) -> None:
        # Ten bits a byte: a slow line needs its time, and only then the printer's patience.
        self._port.write_timeout = _SEND_TIMEOUT_S + 10 * len(data) / self._baud
        try:
            self._port.write(data)
        except serial.SerialTimeoutException as error:
            raise TimeoutError("serial write") from error

    def receive(self, timeout_s: float) -> bytes:
        self._port.timeout = timeout_s
        first = self._port.read(1)
        return bytes(first + self._port.read(self._port.in_waiting)) if first else b""

    def close(self) -> None:
        self._port.close()


class SerialTransport:
    """RS-232 or a virtual COM port; the printer's handshake must be set to XON/XOFF."""

    two_way = True

    def __init__(self, port: str, baud: int) -> None:
        self._port, self._baud = port, baud

    def open(self) -> Connection:
        """Open the port."""
        return _SerialConnection(self._port, self._baud)


class _FileConnection:
    """A device file without blocking: a printer without paper must not stop the desk."""

    def __init__(self, path: Path, send_timeout_s: float) -> None:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        flags |= getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        self._descriptor = os.open(path, flags, 0o600)
        self._send_timeout_s = send_timeout_s

    def send(self, data: bytes) -> None:
        sent = 0
        try:
            while sent < len(data):
                sent += self._write(data[sent:])
        except OSError as error:
            if sent == 0:
                raise NothingSentError from error
            raise

    def _write(self, data: bytes) -> int:
        deadline = monotonic() + self._send_timeout_s
        while (left := deadline - monotonic()) > 0:
            try:
                return os.write(self._descriptor, data)
            except BlockingIOError:
                select.select([], [self._descriptor], [], left)
        raise TimeoutError("device file takes no more")

    def receive(self, timeout_s: float) -> bytes:
        return b""

    def close(self) -> None:
        os.close(self._descriptor)


class FileTransport:
    """A device file (/dev/usb/lp0) or a plain file. One way."""

    two_way = False

    def __init__(self, path: Path, send_timeout_s: float = _SEND_TIMEOUT_S) -> None:
        self._path = path
        self._send_timeout_s = send_timeout_s

    def open(self) -> Connection:
        """Open for appending."""
        return _FileConnection(self._path, self._send_timeout_s)


class _SpoolerConnection:
    """Hands one job to the print system as raw bytes; it is accepted whole or refused whole."""

    def __init__(self, command: list[str], send_timeout_s: float) -> None:
        self._command = command
        self._send_timeout_s = send_timeout_s

    def send(self, data: bytes) -> None:
        try:
            done = subprocess.run(  # noqa: S603  # a fixed program; the name is one argument
                self._command, input=data, timeout=self._send_timeout_s, capture_output=True
            )
        except subprocess.TimeoutExpired as error:
            raise TimeoutError("lp") from error
        if done.returncode != 0:
            raise NothingSentError("lp refused")

    def receive(self, timeout_s: float) -> bytes:
        return b""

    def close(self) -> None:
        """Nothing is kept open."""


class SpoolerTransport:
    """A raw queue of the operating system. One way: it says "done" with the paper out."""

    two_way = False

    def __init__(self, printer: str, send_timeout_s: float = _SEND_TIMEOUT_S) -> None:
        self._printer = printer
        self._send_timeout_s = send_timeout_s

    def open(self) -> Connection:
        """Find the way into the print system."""
        if sys.platform == "win32":
            # A shared printer takes raw bytes under its network name.
            return _FileConnection(Path(rf"\\localhost\{self._printer}"), self._send_timeout_s)
        command = shutil.which("lp")
        if command is None:
            raise FileNotFoundError("lp")
        arguments = [command, "-s", "-d", self._printer, "-o", "raw"]
        return _SpoolerConnection(arguments, self._send_timeout_s)
