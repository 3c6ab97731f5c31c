"""An ESC/POS printer for tests: real TCP port or real pty, real paper, faults on demand.

    with PrinterEmulator() as printer:                  # 80 mm; dots=384 for 58 mm
        open_the_desk(printer.address)                  # "127.0.0.1:PORT"
        printer.wait_for_tickets(1)
        assert read_codes(printer.tickets[0]) == [payload]

    with PrinterEmulator(Faults(paper_left=200)) as printer:
        ...                                             # runs out in the middle of a ticket
        printer.set(paper_out=False, paper_left=None)   # new roll: the printer goes on by itself

* `tickets`: what was cut off, PIL pictures; `paper`: what hangs out uncut; `torn`: what hung out
  when the power went. `unexpected`: every byte a ticket must not hold. `process_ids`: jobs done.
* `faults` are looked at whenever bytes arrive; change them with `set`, from any thread.
* `connections`, `received`, `last_byte_at` (monotonic) count what came in, for benches.
* `SerialPrinterEmulator`: the same at the end of a pty. `Paper`: the interpreter alone.

Nothing sleeps: the server waits for sockets, the tests wait for conditions.
"""

import os
import pty
import select
import socket
import struct
import threading
import tty
from collections.abc import Callable
from dataclasses import dataclass, replace
from time import monotonic
from typing import Self

import numpy
import zxingcpp
from PIL import Image

WAIT_S = 10.0
_FEED_DOTS = 30
_CUTTER_DOTS = 120  # from head to knife
_DLE, _EOT = 0x10, 0x04


@dataclass(frozen=True)
class Faults:
    """What is wrong with the printer.

    Attributes:
        paper_left: dots until the paper runs out in the middle of whatever is printed.
        mute: prints, answers nothing.
        lose_receipts: answers status requests, but no job receipt arrives.
        no_process_id: does not know GS ( H (cheap clones).
        garbage: sent instead of every answer.
        garbage_first: sent once, as soon as somebody connects.
        drop_after: power lost after so many bytes in all; once.
        stall_after: reads no further after so many bytes until this is set to None.
        refuse: nothing listens on the port.
    """

    cover_open: bool = False
    paper_out: bool = False
    paper_left: int | None = None
    near_end: bool = False
    cutter_jam: bool = False
    unrecoverable: bool = False
    overheated: bool = False
    offline: bool = False
    mute: bool = False
    lose_receipts: bool = False
    no_process_id: bool = False
    garbage: bytes = b""
    garbage_first: bytes = b""
    drop_after: int | None = None
    stall_after: int | None = None
    refuse: bool = False

    @property
    def is_stopped(self) -> bool:
        """Nothing is printed until somebody comes."""
        return (
            self.cover_open
            or self.paper_out
            or self.cutter_jam
            or self.unrecoverable
            or self.overheated
            or self.offline
        )

    def realtime_status(self, number: int) -> int:
        """Return the answer to DLE EOT n, as the vendors' manuals have it."""
        ends = self.paper_out
        flags = {
            1: self.is_stopped * 0x08,
            2: self.cover_open * 0x04 | ends * 0x20 | self._has_error * 0x40,
            3: self.cutter_jam * 0x08 | self.unrecoverable * 0x20 | self.overheated * 0x40,
            4: (self.near_end or ends) * 0x0C | ends * 0x60,
        }
        return 0x12 | flags[number]

    @property
    def _has_error(self) -> bool:
        return self.cutter_jam or self.unrecoverable or self.overheated


class Paper:
    """The printer behind the plug: bytes in, answers and paper out. Not thread-safe by itself."""

    def __init__(self, dots: int = 576, faults: Faults | None = None) -> None:
        self.dots = dots
        self.faults = faults or Faults()
        self.tickets: list[Image.Image] = []
        self.torn: list[Image.Image] = []
        self.unexpected: list[str] = []
        self.process_ids: list[str] = []
        self._buffer = b""
        self._tail = b""
        self._rows: list[numpy.ndarray] = []
        self._todo: list[numpy.ndarray | Callable[[], bytes]] = []

    @property
    def paper(self) -> Image.Image | None:
        """What has been printed since the last cut."""
        return self._picture() if self._rows else None

    def feed(self, data: bytes) -> bytes:
        """Take bytes, print what can be printed, return the answers in order."""
        answers = self._realtime(data)
        self._buffer += data
        while not self.faults.is_stopped:
            if self._todo:
                answers += self._do(self._todo.pop(0))
            elif used := self._command(self._buffer):
                self._buffer = self._buffer[used:]
            else:
                break
        return answers

    def power_cycle(self) -> None:
        """Forget everything not yet on paper."""
        if self._rows:
            self.torn.append(self._picture())
        self._buffer, self._tail, self._rows, self._todo = b"", b"", [], []

    def _realtime(self, data: bytes) -> bytes:
        """DLE EOT n is answered at once, wherever it stands, also by a stopped printer."""
        seen = self._tail + data
        answers, at = b"", 0
        while (at := seen.find(bytes((_DLE, _EOT)), at)) >= 0 and at + 2 < len(seen):
            if seen[at + 2] in (1, 2, 3, 4):
                answers += bytes((self.faults.realtime_status(seen[at + 2]),))
            at += 3
        whole = at < 0
        self._tail = (seen[-2:] if _may_continue(seen) else b"") if whole else seen[at:]
        return answers

    def _command(self, data: bytes) -> int:
        """Queue what the first command asks for; return its length, 0 = not yet complete."""
        known: dict[bytes, Callable[[bytes], int]] = {
            b"\x1b@": lambda _: 2,
            b"\x1bd": self._feed_lines,
            b"\x1dV": self._cut,
            b"\x1dv": self._raster,
            b"\x1d(": self._process_id,
            b"\x1dr": self._queued_status,
            bytes((_DLE, _EOT)): lambda rest: 3 if len(rest) >= 3 else 0,
        }
        if len(data) < 2:
            return 0
        handler = known.get(data[:2])
        if handler is None:
            self.unexpected.append(f"{data[:4].hex(' ')} is no command of a ticket")
            return 1
        return handler(data)

    def _feed_lines(self, data: bytes) -> int:
        if len(data) < 3:
            return 0
        self._todo += [self._blank()] * (data[2] * _FEED_DOTS)
        return 3

    def _cut(self, data: bytes) -> int:
        if len(data) < 4:
            return 0
        if data[2] != 0x42:
            self.unexpected.append("cut without feeding: the last 15 mm stay inside")
        self._todo += [self._blank()] * (_CUTTER_DOTS + data[3])
        self._todo.append(self._cut_off)
        return 4

    def _raster(self, data: bytes) -> int:
        if len(data) < 8:
            return 0
        mode, row_bytes, lines = struct.unpack_from("<BHH", data, 3)
        end = 8 + row_bytes * lines
        if len(data) < end:
            return 0
        picture = data[8:end]
        if mode or data[2] != 0x30:
            self.unexpected.append(f"raster mode {mode}")
        if row_bytes * 8 > self.dots:
            self.unexpected.append(f"{row_bytes * 8} dots for a head of {self.dots}")
        for command in (b"\x10\x04", b"\x10\x05", b"\x10\x14"):
            if command in picture:
                self.unexpected.append(f"real-time command {command.hex(' ')} inside a picture")
        bits = numpy.unpackbits(numpy.frombuffer(picture, numpy.uint8)).reshape(lines, -1)
        for line in bits:
            row = self._blank()
            row[: min(self.dots, len(line))] = line[: self.dots]
            self._todo.append(row)
        return end

    def _process_id(self, data: bytes) -> int:
        if len(data) < 5:
            return 0
        end = 5 + int.from_bytes(data[3:5], "little")
        if len(data) < end:
            return 0
        if self.faults.no_process_id or data[2:7] != b"H\x06\x0000":
            self.unexpected.append(f"{data[:end].hex(' ')} is not known to this printer")
            return end
        job = data[7:end]

        def confirm() -> bytes:
            self.process_ids.append(job.decode("latin-1"))
            return b"" if self.faults.lose_receipts else b"\x37\x22" + job + b"\x00"

        self._todo.append(confirm)
        return end

    def _queued_status(self, data: bytes) -> int:
        if len(data) < 3:
            return 0
        near = self.faults.near_end * 0x03
        self._todo.append(lambda: b"" if self.faults.lose_receipts else bytes((near,)))
        return 3

    def _blank(self) -> numpy.ndarray:
        return numpy.zeros(self.dots, numpy.uint8)

    def _do(self, step: "numpy.ndarray | Callable[[], bytes]") -> bytes:
        if not isinstance(step, numpy.ndarray):
            return step()
        self._rows.append(step)
        left = self.faults.paper_left
        if left is not None:
            self.faults = replace(self.faults, paper_left=left - 1, paper_out=left <= 1)
        return b""

    def _cut_off(self) -> bytes:
        self.tickets.append(self._picture())
        self._rows = []
        return b""

    def _picture(self) -> Image.Image:
        return Image.fromarray(255 - 255 * numpy.array(self._rows, numpy.uint8))


def _may_continue(seen: bytes) -> bool:
    return seen.endswith((bytes((_DLE,)), bytes((_DLE, _EOT))))


class _Emulator:
    """What the TCP and the serial printer share: the worker thread, the lock, the faults."""

    def __init__(self, faults: Faults | None = None, *, dots: int = 576) -> None:
        self._engine = Paper(dots, faults)
        self._changed = threading.Condition()
        self._wake_read, self._wake_write = os.pipe()
        self._running = True
        self._thread = threading.Thread(target=self._serve, name="printer-emulator")
        self.connections = 0
        self.received = 0
        self.last_byte_at = 0.0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._running = False
        os.write(self._wake_write, b"x")
        self._thread.join(WAIT_S)
        os.close(self._wake_read)
        os.close(self._wake_write)

    @property
    def faults(self) -> Faults:
        with self._changed:
            return self._engine.faults

    @property
    def tickets(self) -> list[Image.Image]:
        with self._changed:
            return list(self._engine.tickets)

    @property
    def torn(self) -> list[Image.Image]:
        with self._changed:
            return list(self._engine.torn)

    @property
    def paper(self) -> Image.Image | None:
        with self._changed:
            return self._engine.paper

    @property
    def unexpected(self) -> list[str]:
        with self._changed:
            return list(self._engine.unexpected)

    @property
    def process_ids(self) -> list[str]:
        with self._changed:
            return list(self._engine.process_ids)

    def set(self, **changes: object) -> None:
        """Change faults; a printer that can go on does so at once, with what it still holds."""
        with self._changed:
            self._engine.faults = replace(self._engine.faults, **changes)  # type: ignore[arg-type]
        os.write(self._wake_write, b"x")

    def wait_until(self, condition: Callable[[], bool], what: str = "condition") -> None:
        """Wait until something about the printer is true; it is looked at after every change."""
        with self._changed:
            assert self._changed.wait_for(condition, WAIT_S), f"printer: no {what}"

    def wait_for_tickets(self, count: int) -> None:
        """Wait until so many tickets have been cut off."""
        self.wait_until(lambda: len(self._engine.tickets) >= count, f"{count} tickets")

    def wait_for_connections(self, count: int) -> None:
        """Wait until so many connections have been made."""
        self.wait_until(lambda: self.connections >= count, f"{count} connections")

    def _take(self, data: bytes) -> tuple[bytes, bool]:
        """Let the printer work on bytes; return its answers and whether the power went."""
        with self._changed:
            if data:
                self.received += len(data)
                self.last_byte_at = monotonic()
            drop = self._engine.faults.drop_after
            dropped = drop is not None and self.received >= drop
            if dropped:
                self._engine.feed(data[: len(data) - (self.received - (drop or 0))])
                self._engine.power_cycle()
                self._engine.faults = replace(self._engine.faults, drop_after=None)
                answers = b""
            else:
                answers = self._engine.feed(data)
            faults = self._engine.faults
            self._changed.notify_all()
        if faults.mute:
            answers = b""
        return faults.garbage * len(answers) if faults.garbage else answers, dropped

    def _may_read(self) -> bool:
        limit = self.faults.stall_after
        return limit is None or self.received < limit

    def _read_size(self) -> int:
        limit = self.faults.stall_after
        return 4096 if limit is None else min(4096, limit - self.received)

    def _serve(self) -> None:
        raise NotImplementedError


class PrinterEmulator(_Emulator):
    """A network printer: one connection at a time on port 9100 (here: any free port)."""

    def __init__(self, faults: Faults | None = None, *, dots: int = 576) -> None:
        super().__init__(faults, dots=dots)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._port: int = self._listener.getsockname()[1]
        self._line: socket.socket | None = None
        if self.faults.refuse:
            self._listener.close()

    @property
    def address(self) -> str:
        """`host:port`, as it stands in lobby.toml."""
        return f"127.0.0.1:{self._port}"

    @property
    def is_listening(self) -> bool:
        return self._listener.fileno() >= 0

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        self._hang_up()
        self._listener.close()

    def _serve(self) -> None:
        while self._running:
            sources: list[socket.socket | int] = [self._wake_read]
            if self._line is None and not self.faults.refuse:
                sources.append(self._listener)
            if self._line is not None and self._may_read():
                sources.append(self._line)
            ready, _, _ = select.select(sources, [], [])
            if self._wake_read in ready:
                os.read(self._wake_read, 64)
                self._apply_refusal()
                self._work(b"")
            if self._listener in ready:
                self._accept()
            if self._line is not None and self._line in ready:
                self._read()

    def _apply_refusal(self) -> None:
        """Close or reopen the port, as switching a printer off and on does."""
        refuse = self.faults.refuse
        if refuse and self.is_listening:
            self._listener.close()
        elif not refuse and not self.is_listening:
            self._listener = socket.create_server(("127.0.0.1", self._port))

    def _accept(self) -> None:
        line, _ = self._listener.accept()
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if first := self.faults.garbage_first:
            line.sendall(first)
        self._line = line
        with self._changed:
            self.connections += 1
            self._changed.notify_all()

    def _read(self) -> None:
        assert self._line is not None
        try:
            data = self._line.recv(self._read_size())
        except OSError:
            data = b""
        if data:
            self._work(data)
        else:
            self._hang_up()

    def _work(self, data: bytes) -> None:
        answers, dropped = self._take(data)
        if dropped:
            self._hang_up()
        elif answers and self._line is not None:
            try:
                self._line.sendall(answers)
            except OSError:
                self._hang_up()  # the desk has let go of us; what is printed is printed

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


class SerialPrinterEmulator(_Emulator):
    """A serial printer at the end of a real pseudo-terminal (POSIX)."""

    def __init__(self, faults: Faults | None = None, *, dots: int = 576) -> None:
        super().__init__(faults, dots=dots)
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)

    @property
    def address(self) -> str:
        """The port's name, as it stands in lobby.toml."""
        return os.ttyname(self._slave)

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        os.close(self._master)
        os.close(self._slave)

    def _serve(self) -> None:
        while self._running:
            sources = [self._wake_read, *([self._master] if self._may_read() else [])]
            ready, _, _ = select.select(sources, [], [])
            data = b""
            if self._wake_read in ready:
                os.read(self._wake_read, 64)
            if self._master in ready:
                data = os.read(self._master, self._read_size())
            answers, _ = self._take(data)
            if answers:
                os.write(self._master, answers)


def read_codes(picture: Image.Image) -> list[str]:
    """Return the text of every QR code on a picture, exactly as encoded."""
    found = zxingcpp.read_barcodes(
        picture.convert("L"),
        formats=zxingcpp.BarcodeFormat.QRCode,
        text_mode=zxingcpp.TextMode.Plain,
    )
    return [code.text for code in found]
