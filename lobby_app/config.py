"""One frozen settings object from a TOML file and the environment; an unknown key is an error."""

import json
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar, get_origin, get_type_hints

import platformdirs

from lobby_app.domain.errors import KnownError
from lobby_app.domain.text import Language
from lobby_app.resources import resource

_T = TypeVar("_T")


class PrinterKind(StrEnum):
    """How tickets reach paper."""

    PDF = "pdf"
    TCP = "tcp"
    SERIAL = "serial"
    RAW_FILE = "raw_file"
    SPOOLER = "spooler"
    SYSTEM = "system"
    NONE = "none"


class PrintMarker(StrEnum):
    """How the printer confirms a job: process ID (GS ( H), queued status (GS r 1) or not at all."""

    GS_H = "gs_h"
    GS_R = "gs_r"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class PrinterSettings:
    """The ticket printer of this desk.

    Attributes:
        address: host:port for tcp, port name for serial (COM3, /dev/ttyUSB0), path for raw_file,
            printer name for spooler and system; folder for pdf (empty = inside the data folder).
        width_mm: paper width, 58 or 80.
        baud: serial speed.
    """

    kind: PrinterKind = PrinterKind.PDF
    address: str = ""
    width_mm: int = 80
    baud: int = 115200
    marker: PrintMarker = PrintMarker.GS_H


@dataclass(frozen=True, slots=True)
class SecretSettings:
    """Where keys are kept when the OS key store is not to be used.

    Attributes:
        key_file: file of this user only (mode 0400 or 0600) holding the desk's keys; empty = the
            OS key store.
    """

    key_file: str = ""


@dataclass(frozen=True, slots=True)
class WedgeSettings:
    """Keyboard-wedge reader: measured limits, milliseconds (devices 1.4)."""

    gap_ms: int = 120
    median_ms: int = 25
    hold_ms: int = 60
    prefix: str = ""
    prefix_only: bool = False


@dataclass(frozen=True, slots=True)
class GreeterSettings:
    """The greeter's window. `theme`: light, high_contrast or large_type."""

    theme: str = "light"
    auto_clear_s: int = 20
    lock_after_s: int = 300
    full_screen: bool = False


@dataclass(frozen=True, slots=True)
class WallSettings:
    """The wall display and its voice.

    Attributes:
        screen: monitor, counted from 1; 0 = the second one, or the only one.
        sounds: folder of the bank's own clips; empty = the clips shipped.
        volume: percent; 0 = no voice. repeats: how often each call is said, 1-3.
        quiet: hours with another volume, for example "12:00-14:00"; empty = none.
        night: hours in which the display is dimmed; empty = never.
        tip_s: seconds a tip stays; 0 = no tips.
    """

    screen: int = 0
    sounds: str = ""
    volume: int = 80
    repeats: int = 2
    quiet: str = ""
    quiet_volume: int = 0
    night: str = "20:00-07:00"
    tip_s: int = 15


@dataclass(frozen=True, slots=True)
class CentralSettings:
    """The bank's central database, or the gateway in front of it; written by `lobby enrol`.

    Attributes:
        address: "host:port/database"; empty = this desk stands alone, or asks a gateway.
        root_certificate: file of the certificates that vouch for the server (PEM); empty = those
            the system trusts.
        client_certificate, client_key: files proving this desk, where the server asks for them.
        gateway: "https://host:port" instead of `address`.
    """

    address: str = ""
    root_certificate: str = ""
    client_certificate: str = ""
    client_key: str = ""
    gateway: str = ""

    @property
    def is_set(self) -> bool:
        """Whether there is a centre for this desk at all."""
        return bool(self.address or self.gateway)


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """This desk serving its branch while the centre is gone.

    Attributes:
        listen: "host:port" to serve at; empty = it serves nobody.
    """

    listen: str = ""


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """A gateway in front of the central database, for banks too large for direct connections.

    Attributes:
        listen: "host:port" to serve at; empty = none here.
        certificate: file of the server's certificate with those above it (PEM); key: of its key.
        connections: to the database, at most.
    """

    listen: str = ""
    certificate: str = ""
    key: str = ""
    connections: int = 8


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of this desk. Files and folders count from the data folder.

    Attributes:
        language: empty = the system's locale.
        branch_file: branch description; empty = the demo branch's, only with `demo`.
        slot: this desk's slot in the branch, 1-99; part of every ticket number.
        policy_dir: folder of the bank's policy; empty = the policy shipped with the program.
        ticket_url: prefix of the QR payload, upper case.
        customer_code_keys: JSON Web Key Set with the public keys of the bank's signed customer
            codes; empty = such codes are not accepted.
        keys: command name → key, where the bank wants other keys than the usual ones.
    """

    data_dir: Path
    language: Language | None = None
    demo: bool = False
    branch_file: str = ""
    slot: int = 1
    policy_dir: str = ""
    ticket_url: str = "HTTPS://Q.EXAMPLE.COM/T/"
    customer_code_keys: str = ""
    printer: PrinterSettings = field(default_factory=PrinterSettings)
    secrets: SecretSettings = field(default_factory=SecretSettings)
    wedge: WedgeSettings = field(default_factory=WedgeSettings)
    greeter: GreeterSettings = field(default_factory=GreeterSettings)
    wall: WallSettings = field(default_factory=WallSettings)
    central: CentralSettings = field(default_factory=CentralSettings)
    relay: RelaySettings = field(default_factory=RelaySettings)
    gateway: GatewaySettings = field(default_factory=GatewaySettings)
    keys: Mapping[str, str] = field(default_factory=dict)

    @property
    def policy_folder(self) -> Path:
        """Folder of the policy in force."""
        return self.data_dir / self.policy_dir if self.policy_dir else resource("policy")

    def file(self, name: str) -> Path | None:
        """Return a file that a setting names, None where it names none."""
        return self.data_dir / name if name else None

    @property
    def code_keys_file(self) -> Path | None:
        """File with the public keys of the bank's signed customer codes, if it has such codes."""
        return self.file(self.customer_code_keys)

    @property
    def sounds_folder(self) -> Path:
        """Folder of the clips that the wall speaks with."""
        return self.data_dir / self.wall.sounds if self.wall.sounds else resource("sounds")


def default_data_dir() -> Path:
    """Return the per-user data folder of the platform, or `LOBBY_DATA_DIR`."""
    return Path(os.environ.get("LOBBY_DATA_DIR") or platformdirs.user_data_dir("lobby"))


def load_settings(data_dir: Path | None = None, *, demo: bool = False) -> Settings:
    """Read `lobby.toml` from the data folder over the defaults; the demo has a folder of its own.

    Raises:
        KnownError: `config.unreadable`, `config.unknown_key` or `config.wrong_value`; each names
            the file and the key.
    """
    folder = data_dir or (default_data_dir() / "demo" if demo else default_data_dir())
    path = folder / "lobby.toml"
    settings = Settings(data_dir=folder, demo=demo)
    if not path.exists():
        return settings
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise KnownError("config.unreadable", file=str(path), detail=str(error)) from error
    return _merged(settings, document, str(path), "")


def with_enrolment(data_dir: Path, slot: int, central: CentralSettings) -> str:
    """Return the text of `lobby.toml` with another slot and another table `[central]`.

    Every other line stays as it is.

    Raises:
        KnownError: `config.unreadable`; `config.unwritable` for a form of TOML that this editing
            does not see through: better none than a wrong one.
    """
    path = data_dir / "lobby.toml"
    try:
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        old = tomllib.loads(before)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise KnownError("config.unreadable", file=str(path), detail=str(error)) from error
    text = _edited(before, slot, central)
    try:
        new = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise KnownError("config.unwritable", file=str(path)) from error
    said = {f.name: getattr(central, f.name) for f in fields(central)}
    wanted = {name: value for name, value in said.items() if value}
    if new != {**old, "slot": slot, "central": wanted}:
        raise KnownError("config.unwritable", file=str(path))
    return text


def write_enrolment(data_dir: Path, slot: int, central: CentralSettings) -> None:
    """Write slot and `[central]` into `lobby.toml`, whole or not at all.

    Raises:
        KnownError: `config.unreadable`, `config.unwritable`.
    """
    text = with_enrolment(data_dir, slot, central)
    path = data_dir / "lobby.toml"
    unfinished = path.with_name("lobby.toml.new")
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(text, encoding="utf-8", newline="\n")
        unfinished.replace(path)
    except OSError as error:
        raise KnownError("config.unwritable", file=str(path)) from error


def _edited(text: str, slot: int, central: CentralSettings) -> str:
    """Return the file's text with another slot and another table `[central]`."""
    table = ""
    kept: dict[str, list[str]] = {"before": [], "after": []}
    for line in text.splitlines():
        header = re.fullmatch(r"\s*\[+\s*([^\[\]]+?)\s*\]+\s*(#.*)?", line)
        table = header[1] if header else table
        is_slot = not table and re.match(r"\s*slot\s*=", line)
        if table != "central" and not is_slot:
            kept["after" if table else "before"].append(line)
    values = {f.name: getattr(central, f.name) for f in fields(central)}
    # JSON's form of a text without control characters is TOML's as well.
    said = [f"{name} = {json.dumps(value)}" for name, value in values.items() if value]
    blocks = (kept["before"], [f"slot = {slot}"], kept["after"], ["[central]", *said])
    return "\n\n".join("\n".join(block).strip("\n") for block in blocks if block) + "\n"


def _merged(base: _T, values: Mapping[str, Any], file: str, prefix: str) -> _T:
    """Return `base` with the values of one TOML table; types follow the annotations."""
    hints = get_type_hints(type(base))
    names = {f.name for f in fields(base)} - {"data_dir"}  # type: ignore[arg-type]
    changes: dict[str, Any] = {}
    for key, value in values.items():
        if key not in names:
            allowed = ", ".join(sorted(names))
            raise KnownError("config.unknown_key", file=file, key=prefix + key, allowed=allowed)
        current = getattr(base, key)
        if is_dataclass(current):
            if not isinstance(value, dict):
                raise KnownError("config.wrong_value", file=file, key=prefix + key, allowed="[…]")
            changes[key] = _merged(current, value, file, f"{prefix}{key}.")
        else:
            changes[key] = _converted(hints[key], value, file, prefix + key)
    return replace(base, **changes)  # type: ignore[type-var]


def _converted(hint: Any, value: Any, file: str, key: str) -> Any:
    """Return `value` as the annotated type or raise `config.wrong_value` naming what is allowed."""
    if hint == Language | None:
        hint = Language
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        if value not in list(hint):
            allowed = ", ".join(hint)
            raise KnownError("config.wrong_value", file=file, key=key, allowed=allowed)
        return hint(value)
    if get_origin(hint) is Mapping:
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            raise KnownError("config.wrong_value", file=file, key=key, allowed='{ name = "…" }')
        return value
    if type(value) is not hint:
        raise KnownError("config.wrong_value", file=file, key=key, allowed=hint.__name__)
    return value
