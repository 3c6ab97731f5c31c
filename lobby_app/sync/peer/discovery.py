"""Where in the branch's network a relay is: multicast DNS, as a hint and never more.

Networks block multicast as often as not, so nothing depends on it and its failing is silent.
Whoever answers at a hinted address still has to show the certificate of the roster.
"""

import contextlib
import ipaddress
import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from zeroconf import (  # type: ignore[attr-defined]
    InterfaceChoice,
    IPVersion,
    ServiceBrowser,
    ServiceInfo,
    ServiceListener,
    Zeroconf,
    get_all_addresses,
)

SERVICE = "_lobby-relay._tcp.local."
_NAME_CHARACTERS = 32
_LOOK_UP_MS = 1000

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
            with contextlib.suppress(Exception):
                zeroconf.register_service(_service(fingerprint, host, port))
        yield


def _service(fingerprint: str, host: str, port: int) -> ServiceInfo:
    given = ipaddress.ip_address(host)
    hosts = [a for a in get_all_addresses() if not ipaddress.ip_address(a).is_loopback]
    return ServiceInfo(
        SERVICE,
        f"{fingerprint[:_NAME_CHARACTERS]}.{SERVICE}",
        port=port,
        parsed_addresses=hosts if given.is_unspecified else [host],
        server=f"lobby-{fingerprint[:16]}.local.",
    )


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
            with contextlib.suppress(Exception):
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
def _multicast(interfaces: Interfaces) -> Iterator[Zeroconf | None]:
    """Join the multicast group, or yield None where that is not to be had."""
    # A network that blocks it would fill the log with every attempt.
    logging.getLogger("zeroconf").setLevel(logging.CRITICAL)
    zeroconf: Any = None
    with contextlib.suppress(Exception):
        zeroconf = Zeroconf(interfaces=interfaces)
    try:
        yield zeroconf
    finally:
        if zeroconf is not None:
            with contextlib.suppress(Exception):
                zeroconf.close()
