"""Ways to reach a printer: both directions (TCP, serial) or one (device file, spooler)."""

import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Protocol

import serial

_CONNECT_TIMEOUT_S = 2.0
_SEND_TIMEOUT_S = 8.0


class Connection(Protocol):
    """One open connection; every call raises OSError when it is gone."""

    def send(self, data: bytes) -> None:
        """Send all bytes."""
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
    def __init__(self, host: str, port: int) -> None:
        self._socket = socket.create_connection((host, port), _CONNECT_TIMEOUT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data: bytes) -> None:
        self._socket.settimeout(_SEND_TIMEOUT_S)
        self._socket.sendall(data)

    def receive(self, timeout_s: float) -> bytes:
        self._socket.settimeout(max(timeout_s, 0.001))
        try:
            data = self._socket.recv(256)
        except TimeoutError:
            return b""
        if not data:
            raise ConnectionError("closed by the printer")
        return data

    def close(self) -> None:
        self._socket.close()


class TcpTransport:
    """A printer's port 9100. `address`: host or host:port."""

    two_way = True

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self._host, self._port = (host, int(port)) if host else (address, 9100)

    def open(self) -> Connection:
        """Connect within two seconds."""
        return _TcpConnection(self._host, self._port)


class _SerialConnection:
    def __init__(self, port: str, baud: int) -> None:
        try:
            self._port = serial.Serial(port, baud, timeout=0, write_timeout=_SEND_TIMEOUT_S)
        except serial.SerialException as error:
            raise OSError("serial port") from error

    def send(self, data: bytes) -> None:
        try:
            self._port.write(data)
        except serial.SerialException as error:
            raise OSError("serial write") from error

    def receive(self, timeout_s: float) -> bytes:
        try:
            self._port.timeout = timeout_s
            first = self._port.read(1)
            return bytes(first + self._port.read(self._port.in_waiting)) if first else b""
        except serial.SerialException as error:
            raise OSError("serial read") from error

    def close(self) -> None:
        self._port.close()


class SerialTransport:
    """RS-232 or a virtual COM port."""

    two_way = True

    def __init__(self, port: str, baud: int) -> None:
        self._port, self._baud = port, baud

    def open(self) -> Connection:
        """Open the port."""
        return _SerialConnection(self._port, self._baud)


class _FileConnection:
    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)

    def send(self, data: bytes) -> None:
        self._file.write(data)

    def receive(self, timeout_s: float) -> bytes:
        return b""

    def close(self) -> None:
        self._file.close()


class FileTransport:
    """A device file (/dev/usb/lp0) or a plain file. One way."""

    two_way = False

    def __init__(self, path: Path) -> None:
        self._path = path

    def open(self) -> Connection:
        """Open for appending."""
        return _FileConnection(self._path)


class _SpoolerConnection:
    """Collects one job and hands it to the print system as raw bytes on close."""

    def __init__(self, printer: str) -> None:
        self._printer = printer
        self._data = b""

    def send(self, data: bytes) -> None:
        self._data += data
        _spool(self._printer, self._data)

    def receive(self, timeout_s: float) -> bytes:
        return b""

    def close(self) -> None:
        self._data = b""


def _spool(printer: str, data: bytes) -> None:
    if sys.platform == "win32":
        # A shared printer takes raw bytes under its network name.
        Path(rf"\\localhost\{printer}").write_bytes(data)
        return
    command = shutil.which("lp")
    if command is None:
        raise FileNotFoundError("lp")
    subprocess.run(  # noqa: S603  # a fixed program; the printer's name is one argument
        [command, "-s", "-d", printer, "-o", "raw"],
        input=data,
        check=True,
        timeout=_SEND_TIMEOUT_S,
        capture_output=True,
    )


class SpoolerTransport:
    """A raw queue of the operating system. One way: it says "done" with the paper out."""

    two_way = False

    def __init__(self, printer: str) -> None:
        self._printer = printer

    def open(self) -> Connection:
        """Start collecting a job."""
        return _SpoolerConnection(self._printer)


def monotonic() -> float:
    """Return seconds that never jump."""
    return time.monotonic()
