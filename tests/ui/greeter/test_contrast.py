"""Contrast of every pair of colours that meet on screen (WCAG 1.4.3, 1.4.11; domain 5.3)."""

import pytest

from lobby_app.ui.theme import Chip, Theme, ThemeName, theme_named

THEMES = {name.value: theme_named(name) for name in ThemeName}
TEXT = (
    ("text", "card"),
    ("text", "ground"),
    ("text", "accent_soft"),
    ("text", "ok_soft"),
    ("text", "amber_soft"),
    ("text", "red_soft"),
    ("quiet", "card"),
    ("on_accent", "accent"),
    ("on_accent", "accent_pressed"),
    ("disabled_text", "disabled_ground"),
    ("red", "card"),
    ("amber", "card"),
    ("ok", "card"),
    ("accent", "card"),
)
"""What is read, on what it stands."""
PARTS = (
    ("control_line", "card"),
    ("focus", "card"),
    ("accent", "card"),
    ("accent", "accent_soft"),
    ("ok", "track"),
    ("amber", "track"),
    ("red", "track"),
    ("ok", "ok_soft"),
    ("amber", "amber_soft"),
    ("red", "red_soft"),
)
"""Lines, icons and bars, on what they stand."""


def _luminance(colour: str) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours written as #RRGGBB."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_formula_gives_the_known_ratios() -> None:
    assert contrast("#000000", "#FFFFFF") == 21
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_text_can_be_read(theme: Theme, text: str, ground: str) -> None:
    assert contrast(getattr(theme.palette, text), getattr(theme.palette, ground)) >= 4.5


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize(("part", "ground"), PARTS)
def test_parts_can_be_seen(theme: Theme, part: str, ground: str) -> None:
    assert contrast(getattr(theme.palette, part), getattr(theme.palette, ground)) >= 3


@pytest.mark.parametrize(
    ("theme", "chip"),
    [(theme, chip) for theme in THEMES.values() for chip in theme.chips.values()],
    ids=[f"{name}-{code}" for name, theme in THEMES.items() for code in theme.chips],
)
def test_chip_can_be_read_and_seen(theme: Theme, chip: Chip) -> None:
    assert contrast(chip.text, chip.ground) >= 4.5
    assert contrast(chip.border, theme.palette.card) >= 3


def test_focus_shows_on_the_big_button_in_every_theme() -> None:
    # The focus frame of the big button lies on its own colour inside the card: one must differ.
    for theme in THEMES.values():
        palette = theme.palette
        seen = max(contrast(palette.focus, palette.accent), contrast(palette.focus, palette.card))
        assert seen >= 3
