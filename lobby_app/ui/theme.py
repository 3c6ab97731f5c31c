"""Colours and sizes of every window, in one place; the style sheet is made from them."""

from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from string import Template

from lobby_app.domain.customer import Tier
from lobby_app.resources import resource

TARGET = 56
"""Smallest side of anything to touch, pixels (domain 5.3)."""

FONT_FAMILIES = ("Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC")


class ThemeName(StrEnum):
    """The themes a greeter may choose; values as in the settings file."""

    LIGHT = "light"
    HIGH_CONTRAST = "high_contrast"
    LARGE_TYPE = "large_type"

    def next(self) -> "ThemeName":
        """Return the theme that the theme key takes after this one."""
        names = list(ThemeName)
        return names[(names.index(self) + 1) % len(names)]


@dataclass(frozen=True, slots=True)
class Chip:
    """Colours of a chip: text on ground, with a border that shows on any card."""

    text: str
    ground: str
    border: str


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours. Each text colour reaches 4.5:1 on the grounds it is used on (WCAG 1.4.3)."""

    ground: str = "#EEF2F6"
    card: str = "#FFFFFF"
    line: str = "#DDE3EA"
    control_line: str = "#7B8794"
    text: str = "#1A1A1A"
    quiet: str = "#595959"
    accent: str = "#0B5CAD"
    accent_pressed: str = "#084782"
    on_accent: str = "#FFFFFF"
    accent_soft: str = "#EAF2FB"
    disabled_ground: str = "#E6EBF0"
    disabled_text: str = "#595959"
    track: str = "#E6EBF0"
    ok: str = "#1B6E3C"
    amber: str = "#8A5A00"
    red: str = "#B3261E"
    ok_soft: str = "#EAF5EE"
    amber_soft: str = "#FBF3E2"
    red_soft: str = "#FCEDEB"
    focus: str = "#1A1A1A"
    scrim: str = "rgba(16, 24, 32, 150)"


def _white_on(ground: str) -> Chip:
    return Chip("#FFFFFF", ground, ground)


LIGHT_CHIPS = {
    Tier.STANDARD.value: _white_on("#595959"),
    Tier.GOLD.value: _white_on("#7A5B00"),
    Tier.PLATINUM.value: _white_on("#4A5A6A"),
    Tier.DIAMOND.value: _white_on("#1F4E79"),
    Tier.PRIVATE.value: _white_on("#2B2B2B"),
    Tier.NON_CUSTOMER.value: Chip("#595959", "#FFFFFF", "#7B8794"),
    Tier.UNKNOWN.value: Chip("#595959", "#FFFFFF", "#7B8794"),
    "priority": _white_on("#6A1B9A"),
    "appointment": _white_on("#0B5CAD"),
    "document_expired": _white_on("#8A5A00"),
    "offline": _white_on("#8A5A00"),
    "counter_verify": Chip("#1A1A1A", "#FFFFFF", "#1A1A1A"),
    "demo": Chip("#0B5CAD", "#EAF2FB", "#0B5CAD"),
}
"""Chips by tier and by chip code (domain 5.3)."""

_PLAIN_CHIP = Chip("#FFFFFF", "#000000", "#FFFFFF")
_STRONG_CHIP = Chip("#000000", "#FFFF00", "#FFFF00")


@dataclass(frozen=True, slots=True)
class Type:
    """Type sizes, pixels."""

    quiet: int = 13
    body: int = 15
    tile: int = 16
    sentence: int = 20
    primary: int = 22
    name: int = 30
    answer: int = 46

    def scaled(self, factor: float) -> "Type":
        """Return all sizes times `factor`, rounded."""
        return Type(**{name: round(size * factor) for name, size in asdict(self).items()})


@dataclass(frozen=True, slots=True)
class Theme:
    """Everything a window needs to look like this theme.

    Attributes:
        factor: type relative to the light theme at 100 %; layouts rearrange by it.
    """

    name: ThemeName
    palette: Palette = field(default_factory=Palette)
    chips: dict[str, Chip] = field(default_factory=lambda: dict(LIGHT_CHIPS))
    type: Type = field(default_factory=Type)
    factor: float = 1.0
    radius: int = 14

    def style_sheet(self) -> str:
        """Return the Qt style sheet of all windows in this theme."""
        template = resource("qss", "lobby.qss").read_text(encoding="utf-8")
        values: dict[str, object] = {
            **asdict(self.palette),
            **{f"size_{name}": size for name, size in asdict(self.type).items()},
            "radius": self.radius,
            "radius_small": self.radius - 4,
            "families": ", ".join(f'"{family}"' for family in FONT_FAMILIES),
        }
        chip_rules = (
            f'QLabel[chip="{code}"] {{ color: {chip.text}; background: {chip.ground};'
            f" border: 1px solid {chip.border}; }}"
            for code, chip in self.chips.items()
        )
        return "\n".join((Template(template).substitute(values), *chip_rules))


_HIGH_CONTRAST = Palette(
    ground="#000000",
    card="#000000",
    line="#FFFFFF",
    control_line="#FFFFFF",
    text="#FFFFFF",
    quiet="#FFFFFF",
    accent="#FFFF00",
    accent_pressed="#FFFFFF",
    on_accent="#000000",
    accent_soft="#000000",
    disabled_ground="#000000",
    disabled_text="#C8C8C8",
    track="#404040",
    ok="#FFFFFF",
    amber="#FFFF00",
    red="#FFFF00",
    ok_soft="#000000",
    amber_soft="#000000",
    red_soft="#000000",
    focus="#FFFF00",
    scrim="rgba(0, 0, 0, 215)",
)

_THEMES = {
    ThemeName.LIGHT: Theme(ThemeName.LIGHT),
    ThemeName.HIGH_CONTRAST: Theme(
        ThemeName.HIGH_CONTRAST,
        palette=_HIGH_CONTRAST,
        chips={
            code: _STRONG_CHIP if code in ("priority", "appointment") else _PLAIN_CHIP
            for code in LIGHT_CHIPS
        },
    ),
    ThemeName.LARGE_TYPE: Theme(ThemeName.LARGE_TYPE, factor=1.6),
}


def theme_named(name: ThemeName, zoom: float = 1.0) -> Theme:
    """Return a theme with its type enlarged by `zoom` (1.0 to 2.0)."""
    theme = _THEMES[name]
    factor = theme.factor * zoom
    return replace(theme, factor=factor, type=Type().scaled(factor))
