"""The line between desks and centre, as a demo or a test may cut it: one small TCP proxy."""

import asyncio
import contextlib
import random
import socket
import threading
from enum import StrEnum

_CHUNK = 65_536
_START_S = 5.0
_SLOWEST_S = 0.4
"""How long a slow line may hold a piece of bytes back."""


class LineState(StrEnum):
    """What may happen to a line.

    OPEN passes bytes. CUT refuses and resets. SILENT takes bytes and gives nothing back, as a line
    does whose far end is gone. SLOW holds every piece back for a while, each connection its own, so
    that connections overtake each other.
    """

    OPEN = "open"
    CUT = "cut"
    SILENT = "silent"
    SLOW = "slow"


class Line:
    """Listens on a loopback port and passes connections on to `target`, as its state allows."""

    def __init__(self, target: tuple[str, int], port: int = 0, seed: int = 1) -> None:
        """Start passing connections on. `port` 0 = any that is free; `seed`: of the delays.

        Raises:
            OSError: the port is taken.
        """
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", port))
        self._random = random.Random(seed)  # noqa: S311  # delays, not secrets
        self._state = LineState.OPEN
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="line", daemon=True)
        self._thread.start()
        if not self._ready.wait(_START_S):
            raise TimeoutError("the line did not start")

    @property
    def port(self) -> int:
        """The loopback port to connect to."""
        return int(self._listener.getsockname()[1])

    @property
    def state(self) -> LineState:
        """What the line does at present."""
        return self._state

    def set(self, state: LineState) -> None:
        """Change what the line does; CUT resets every connection there is."""
        asyncio.run_coroutine_threadsafe(self._set(state), self._loop).result(_START_S)

    def close(self) -> None:
        """Reset everything and stop listening."""
        self.set(LineState.CUT)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._server = self._loop.run_until_complete(
            asyncio.start_server(self._accept, sock=self._listener)
        )
        self._ready.set()
        try:
            self._loop.run_forever()
        finally:
            self._server.close()
            tasks = asyncio.all_tasks(self._loop)
            for task in tasks:
                task.cancel()
            self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
            self._loop.close()

    async def _set(self, state: LineState) -> None:
        self._state = state
        if state is LineState.CUT:
            for writer in tuple(self._writers):
                writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        far: asyncio.StreamWriter | None = None
        with contextlib.suppress(OSError, asyncio.CancelledError):
            try:
                if self._state is not LineState.CUT:
                    back, far = await asyncio.open_connection(*self._target)
                    self._writers.add(far)
                    lag = self._random.uniform(0, _SLOWEST_S)
                    await asyncio.gather(
                        self._pump(reader, far, lag), self._pump(back, writer, lag)
                    )
            finally:
                for one in (writer, far):
                    if one is not None:
                        self._writers.discard(one)
                        one.transport.abort()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, lag: float
    ) -> None:
        while piece := await reader.read(_CHUNK):
            if self._state is LineState.SLOW:
                await asyncio.sleep(lag)
            if self._state is LineState.SILENT:
                continue
            writer.write(piece)
            await writer.drain()
        writer.transport.abort()
