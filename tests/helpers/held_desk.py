"""A reception that can be held up: the real use cases, called when the test lets them go."""

import threading
from collections.abc import Callable
from typing import Any

PATIENCE_S = 60.0


class HeldDesk:
    """Passes every call on to the real use cases; notes its thread; waits where it is told to."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._gates: dict[str, threading.Event] = {}
        self.calls: list[tuple[str, int]] = []

    def hold(self, name: str) -> threading.Event:
        """Let calls of this use case wait until the returned event is set."""
        gate = self._gates[name] = threading.Event()
        return gate

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            self.calls.append((name, threading.get_ident()))
            gate = self._gates.get(name)
            if gate is not None and not gate.wait(PATIENCE_S):
                raise TimeoutError(f"{name} was never let go")
            return getattr(self._inner, name)(*arguments)

        return call

    def count(self, name: str) -> int:
        """Return how often a use case was called."""
        return sum(1 for called, _ in self.calls if called == name)
