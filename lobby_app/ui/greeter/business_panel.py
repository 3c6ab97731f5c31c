"""What the visitor came for: tiles on 1-9, search by typing, and the details a business asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIntValidator, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget
from typing_extensions import override

from lobby_app.ui.i18n import Wording
from lobby_app.ui.shortcuts import Command, KeyMap
from lobby_app.ui.widgets.basics import Button, Field, label, set_property, set_text
from lobby_app.ui.widgets.flow import ButtonGrid, FlowBox

if TYPE_CHECKING:
    from lobby_app.domain.business import BusinessEntry, Need, Policy

TILES = 9
BANDS = (20_000, 49_900, 200_000, 300_000)
"""An amount inside each band of domain 2.9; just under 50,000, where identification begins."""
BAND_COMMANDS = (Command.BAND_1, Command.BAND_2, Command.BAND_3, Command.BAND_4)
CURRENCIES = ("USD", "EUR", "HKD", "JPY")
_FOREIGN = frozenset({"fx_cash", "fx_purchase"})
_CASH_FUNDED = frozenset({"term_deposit", "wealth_product", "insurance"})
_LARGEST = 999_999_999
_SEARCH_WIDTH = 200
_AMOUNT_WIDTH = 130


_COMMAND = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)
"""With one of these a key is a command of the window, never editing: Ctrl+E shows the ticket."""


class SearchField(Field):
    """Letters search; digits, Enter and everything else belong to the window.

    Signals:
        pasted(): Ctrl+V: a scan, not something to search for.
    """

    pasted = Signal()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keep letters and editing keys, pass the rest on."""
        if event.matches(QKeySequence.StandardKey.Paste):
            self.pasted.emit()
            return
        text = event.text()
        is_command = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)
        is_command |= bool(event.modifiers() & _COMMAND)
        if is_command or (text and text in "0123456789"):
            event.ignore()
            return
        super().keyPressEvent(event)


class AmountField(Field):
    """An exact amount. Enter and Esc belong to the window, which acts on them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setValidator(QIntValidator(0, _LARGEST, self))
        self.setMaxLength(9)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Enter here: it confirms the amount and prints nothing. A paste is a scan."""
        if event.modifiers() & _COMMAND or event.matches(QKeySequence.StandardKey.Paste):
            event.ignore()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.returnPressed.emit()
            return
        if event.key() == Qt.Key.Key_Escape:
            event.ignore()
            return
        super().keyPressEvent(event)


class BusinessPanel(QFrame):
    """Layout of the tiles card.

    Signals:
        tile_clicked(int): place of the tile, from 0.
        detail_clicked(str): `band:1`, `currency:EUR`, `new_payee`, `cash_funded`, `risk:3` ….
    """

    tile_clicked = Signal(int)
    detail_clicked = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.search_label = label(self, "heading")
        self.search = SearchField(self)
        self.search_label.setBuddy(self.search)
        self.amount = AmountField(self)
        self.details: dict[str, Button] = {}
        self.head = FlowBox(self)
        self.search_label.setMinimumHeight(self.search.minimumHeight())
        self.head.add(self.search_label)
        self.head.add(self.search)
        codes = (
            *(f"band:{place}" for place in range(len(BANDS))),
            *(f"currency:{code}" for code in CURRENCIES),
            "new_payee",
            "cash_funded",
            "risk:2",
            "risk:3",
        )
        for code in codes:
            self._add_detail(code)
        self.head.add(self.amount)
        self.tiles = [Button(self, "tile") for _ in range(TILES)]
        self.anonymous = Button(self, "tile")
        grid = ButtonGrid(self, columns=5)
        for tile in (*self.tiles, self.anonymous):
            grid.add(tile)
        for place, tile in enumerate(self.tiles):
            policy = tile.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            tile.setSizePolicy(policy)
            tile.clicked.connect(lambda _=False, place=place: self.tile_clicked.emit(place))
        lines = QVBoxLayout(self)
        lines.setContentsMargins(20, 8, 20, 12)
        lines.setSpacing(8)
        lines.addWidget(self.head)
        lines.addWidget(grid)

    def _add_detail(self, code: str) -> None:
        button = Button(self, "")
        button.setCheckable(True)
        button.clicked.connect(lambda: self.detail_clicked.emit(code))
        self.details[code] = button
        self.head.add(button)


@dataclass(frozen=True, slots=True)
class Offer:
    """What the tiles show: codes in order; the last place is "more" unless this is a search."""

    codes: tuple[str, ...]
    has_more: bool


def offer(tiles: Sequence[str], policy: Policy, searched: str, page: int) -> Offer:
    """Return the businesses to offer: matches of what was typed, or a page of all of them.

    The visit's own come first, then the bank's usual ones, then the rest of the catalogue; after
    the last page comes the first again.
    """
    if searched:
        return Offer(tuple(found(policy, searched))[:TILES], has_more=False)
    order = tuple(dict.fromkeys((*tiles, *policy.tiles, *policy.businesses)))
    size = TILES - 1
    start = page % -(-len(order) // size) * size
    return Offer(order[start : start + size], has_more=True)


def found(policy: Policy, searched: str) -> list[str]:
    """Return codes whose search keys or names begin with, then contain, what was typed."""
    typed = searched.strip().lower()

    def rank(entry: BusinessEntry) -> int | None:
        keys = [key.lower() for key in entry.search]
        names = [entry.name.zh.lower(), entry.name.en.lower()]
        if typed in keys:
            return 0
        if any(key.startswith(typed) for key in keys):
            return 1
        if any(name.startswith(typed) for name in names):
            return 2
        return 3 if any(typed in name for name in names) else None

    ranked = [(rank(entry), code) for code, entry in policy.businesses.items()]
    hits = [(place, code) for place, code in ranked if place is not None]
    return [code for _, code in sorted(hits, key=lambda hit: hit[0])]


class BusinessPresenter:
    """Writes tiles and details into the panel."""

    def __init__(self, panel: BusinessPanel, policy: Policy, keys: KeyMap) -> None:
        self._panel = panel
        self._policy = policy
        self._keys = keys
        self.offered = Offer((), has_more=True)
        self._page = 0

    def turn_page(self) -> None:
        """Offer the next businesses."""
        self._page += 1

    def first_page(self) -> None:
        """Offer the likeliest businesses again."""
        self._page = 0

    def show(self, tiles: Sequence[str], need: Need | None, wording: Wording) -> None:
        """Show the tiles of this visit or of the search, the chosen one and its details."""
        panel = self._panel
        searched = panel.search.text()
        self.offered = offer(tiles, self._policy, searched, self._page)
        set_text(panel.search_label, wording("tiles_title"))
        panel.search.show_hint(wording("search_hint"), _SEARCH_WIDTH)
        panel.search.setAccessibleName(wording("search_name"))
        for place, tile in enumerate(panel.tiles):
            self._tile(tile, place, need, wording)
        anonymous = wording("command_anonymous")
        key = self._keys.label(Command.ANONYMOUS)
        set_text(panel.anonymous, wording("key_first", label=anonymous, key=key))
        self._details(need, wording)

    def _tile(self, tile: Button, place: int, need: Need | None, wording: Wording) -> None:
        codes = self.offered.codes
        is_more = self.offered.has_more and place == TILES - 1
        if place < len(codes):
            name = wording.text(self._policy.businesses[codes[place]].name)
            is_chosen = need is not None and need.code == codes[place]
            if not self.offered.has_more:
                is_chosen = place == 0
            set_property(tile, "chosen", is_chosen)
        else:
            name = wording("tiles_more") if is_more else ""
            set_property(tile, "chosen", False)
        tile.setVisible(bool(name))
        set_text(tile, wording("key_first", label=name, key=place + 1) if name else "")

    def _details(self, need: Need | None, wording: Wording) -> None:
        panel = self._panel
        asked = details_of(need, self._policy)
        for code, button in panel.details.items():
            button.setVisible(code in asked)
            button.setChecked(need is not None and _is_on(code, need))
            kind, _, value = code.partition(":")
            key = f"detail_{kind}_{value}" if kind in ("band", "risk") else f"detail_{kind}"
            set_text(button, value if kind == "currency" else wording(key))
        panel.amount.setVisible("amount" in asked)
        panel.amount.show_hint(wording("amount_hint"), _AMOUNT_WIDTH)
        panel.amount.setAccessibleName(wording("amount_name"))


def details_of(need: Need | None, policy: Policy) -> frozenset[str]:
    """Return the details this business asks for."""
    entry = policy.businesses.get(need.code) if need is not None else None
    if need is None or entry is None:
        return frozenset()
    asked: set[str] = {"amount"} if entry.amount_prompt else set()
    if entry.code in _FOREIGN:
        asked |= {f"currency:{code}" for code in CURRENCIES}
    elif entry.amount_prompt:
        asked |= {f"band:{place}" for place in range(len(BANDS))}
    if entry.code == "transfer":
        asked.add("new_payee")
    if entry.code in _CASH_FUNDED:
        asked.add("cash_funded")
    if entry.code == "wealth_product":
        asked |= {"risk:2", "risk:3"}
    return frozenset(asked)


def _is_on(code: str, need: Need) -> bool:
    kind, _, value = code.partition(":")
    if kind == "band":
        return need.amount == BANDS[int(value)]
    if kind == "currency":
        return need.currency == value
    if kind == "risk":
        return need.product_risk == int(value)
    return bool(getattr(need, kind))
