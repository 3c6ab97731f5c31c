"""Where in the branch's network a relay is: multicast DNS, as a hint and never more.

Networks block multicast as often as not, so nothing depends on it and nobody is told.
Whoever answers at a hinted address still has to show the certificate of the roster.
"""

import contextlib
import ipaddress
import logging
import socket
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from zeroconf import (
    InterfaceChoice,
    IPVersion,
    ServiceBrowser,
    ServiceInfo,
    ServiceListener,
    Zeroconf,
)

SERVICE = "_lobby-relay._tcp.local."
_NAME_CHARACTERS = 32
_LOOK_UP_MS = 1000
_GROUP = ("224.0.0.251", 5353)
_log = logging.getLogger(__name__)

Interfaces = Sequence[str] | InterfaceChoice


@contextlib.contextmanager
def announced(
    fingerprint: str,
    host: str,
    port: int,
    interfaces: Interfaces = InterfaceChoice.All,
) -> Iterator[None]:
    """Announce a relay for the length of the block. `host`: where it listens, 0.0.0.0 = all."""
    with _multicast(interfaces) as zeroconf:
        if zeroconf is not None:
            with _quietly():
                # Nobody else has this name: probing for it would only find our own of yesterday.
                zeroconf.register_service(
                    _service(fingerprint, host, port), cooperating_responders=True
                )
        yield


def _service(fingerprint: str, host: str, port: int) -> ServiceInfo:
    if ipaddress.ip_address(host).is_unspecified:
        host = _own_address()
    return ServiceInfo(
        SERVICE,
        f"{fingerprint[:_NAME_CHARACTERS]}.{SERVICE}",
        port=port,
        parsed_addresses=[host],
        server=f"lobby-{fingerprint[:16]}.local.",
    )


def _own_address() -> str:
    """Return the address that the branch's network sees; nothing is sent for it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(_GROUP)
        host: str = probe.getsockname()[0]
        return host


@contextlib.contextmanager
def listening(
    interfaces: Interfaces = InterfaceChoice.All,
) -> Iterator[Callable[[str], str | None]]:
    """Listen for relays for the length of the block.

    Yields:
        certificate fingerprint → "host:port" as last heard, None when never; at once.
    """
    heard = _Heard()
    with _multicast(interfaces) as zeroconf:
        if zeroconf is not None:
            with _quietly():
                ServiceBrowser(zeroconf, SERVICE, listener=heard)
        yield heard.of


class _Heard(ServiceListener):
    def __init__(self) -> None:
        self._addresses: dict[str, str] = {}

    def of(self, fingerprint: str) -> str | None:
        return self._addresses.get(fingerprint[:_NAME_CHARACTERS])

    def add_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        info = zc.get_service_info(type_, name, _LOOK_UP_MS)
        hosts = info.parsed_addresses(IPVersion.V4Only) if info else []
        if info is not None and info.port and hosts:
            self._addresses[name.partition(".")[0]] = f"{hosts[0]}:{info.port}"

    def update_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        self.add_service(zc, type_, name)

    def remove_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        """Keep what was heard: a relay that restarts is most likely where it was."""


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Let a network that has no multicast be a line of the log and nothing else."""
    try:
        yield
    except Exception as error:
        _log.info("no multicast here: %s", type(error).__name__)


@contextlib.contextmanager
def _multicast(interfaces: Interfaces) -> Iterator[Zeroconf | None]:
    """Join the multicast group, or yield None where that is not to be had."""
    # A network that blocks it would fill the log with every attempt.
    logging.getLogger("zeroconf").setLevel(logging.CRITICAL)
    zeroconf: Any = None
    with _quietly():
        zeroconf = Zeroconf(interfaces=interfaces)
    try:
        yield zeroconf
    finally:
        if zeroconf is not None:
            with _quietly():
                zeroconf.close()
