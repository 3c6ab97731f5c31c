"""Installing the demo on real files, and the promise of every sample card."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from lobby_app.cache.customers import SqlCustomerCache
from lobby_app.demo.cards import AppointmentCard, DemoCard, appointment_cards, demo_cards
from lobby_app.demo.install import install_demo
from lobby_app.domain.business import Need, Priority
from lobby_app.domain.customer import Tier
from lobby_app.domain.errors import KnownError
from lobby_app.domain.floor import ChannelState
from lobby_app.domain.text import Language
from lobby_app.messages import Messages
from lobby_app.services.advising import advise
from lobby_app.services.desk import Desk
from lobby_app.services.floor import floor_view, set_device
from lobby_app.services.reception import identify
from lobby_app.services.signing_on import sign_on
from lobby_app.services.views import Identified, Session, Wishes
from tests.storage.desk import SetClock
from tests.unit.demo.desk import DAY, TOKEN, at, open_demo_desk


@pytest.fixture(scope="module")
def clock() -> SetClock:
    return SetClock(at("10:00"))


@pytest.fixture(scope="module")
def opened(
    tmp_path_factory: pytest.TempPathFactory, clock: SetClock
) -> Iterator[tuple[Desk, SqlCustomerCache]]:
    with open_demo_desk(tmp_path_factory.mktemp("demo"), clock) as (desk, customers):
        install_demo(desk, customers, TOKEN, DAY)
        yield desk, customers


@pytest.fixture
def desk(opened: tuple[Desk, SqlCustomerCache], clock: SetClock) -> Desk:
    clock.at = at("10:00")
    return opened[0]


@pytest.fixture(scope="module")
def session(opened: tuple[Desk, SqlCustomerCache]) -> Session:
    return sign_on(opened[0], "0017", "2468")


def _identified(desk: Desk, session: Session, text: str) -> Identified:
    found = identify(desk, session, text)
    assert isinstance(found, Identified), found
    return found


@pytest.mark.parametrize("card", demo_cards(), ids=lambda card: card.key)
def test_each_sample_leads_where_its_title_promises(
    desk: Desk, session: Session, card: DemoCard
) -> None:
    visit = _identified(desk, session, card.text).visit
    result = advise(desk, visit, card.need, Wishes()).recommendation
    expected = card.expected
    assert (result.channel, result.priority, result.prompt, result.next_best_action) == (
        expected.channel, expected.priority, expected.prompt, expected.next_best_action,
    )  # fmt: skip
    assert visit.profile.display_name == card.name
    assert visit.profile.is_known == bool(card.name)


@pytest.mark.parametrize("card", demo_cards(), ids=lambda card: card.key)
def test_the_business_of_a_known_sample_is_its_first_tile(
    desk: Desk, session: Session, card: DemoCard
) -> None:
    if card.name:
        assert _identified(desk, session, card.text).tiles[0] == card.need.code


@pytest.mark.parametrize("card", appointment_cards(), ids=lambda card: f"{card.starts_at:%H%M}")
@pytest.mark.parametrize("minutes", [-10, 0, 14])
def test_an_appointment_checks_in_around_its_time(
    desk: Desk, session: Session, clock: SetClock, card: AppointmentCard, minutes: int
) -> None:
    clock.at = at(f"{card.starts_at:%H:%M}") + timedelta(minutes=minutes)
    found = _identified(desk, session, card.text)
    result = advise(desk, found.visit, Need(card.business), Wishes()).recommendation
    assert result.priority is Priority.APPOINTMENT
    assert found.tiles[0] == card.business
    assert found.visit.profile.is_known
    if clock.at < at("17:00"):
        assert result.ticket
        assert result.channel in (card.channel, "vip_counter")


def test_one_booking_is_always_due() -> None:
    starts = [card.starts_at.hour * 60 + card.starts_at.minute for card in appointment_cards()]
    covered = {minute for start in starts for minute in range(start - 10, start + 16)}
    assert set(range(9 * 60, 17 * 60 + 1)) <= covered


def test_the_stale_sample_shows_no_tier(desk: Desk, session: Session) -> None:
    (card,) = [card for card in demo_cards() if card.key == "stale_tier"]
    profile = _identified(desk, session, card.text).visit.profile
    assert (profile.tier, profile.tier_is_stale) == (Tier.UNKNOWN, True)


def test_machines_are_up_but_one_is_not_heard_of(desk: Desk) -> None:
    states = {device.device_id: device.state for device in floor_view(desk).devices}
    assert states.pop("stm-3") is ChannelState.UNKNOWN
    assert set(states.values()) == {ChannelState.UP}


@pytest.mark.parametrize(("number", "pin"), [("0017", "2468"), ("0023", "1357"), ("0001", "8642")])
def test_the_staff_of_the_readme_may_sign_on(desk: Desk, number: str, pin: str) -> None:
    assert sign_on(desk, number, pin).staff_number == number
    with pytest.raises(KnownError):
        sign_on(desk, number, "0000")


def test_twice_a_day_changes_nothing_and_the_next_day_everything(
    tmp_path: Path,
) -> None:
    clock = SetClock(at("09:00"))
    with open_demo_desk(tmp_path, clock) as (desk, customers):
        install_demo(desk, customers, TOKEN, DAY)
        session = sign_on(desk, "0017", "2468")
        set_device(desk, session, "crs-1", ChannelState.DOWN)
        clock.at = at("11:00")
        install_demo(desk, customers, TOKEN, DAY)
        assert customers.as_of() == at("09:00")
        assert floor_view(desk).devices[0].state is ChannelState.DOWN
        tomorrow = DAY + timedelta(days=1)
        clock.at = at("08:30", tomorrow)
        install_demo(desk, customers, TOKEN, tomorrow)
        assert customers.as_of() == clock.at
        assert customers.count() == 8000
        first = customers.appointment(appointment_cards()[0].text[3:], tomorrow)
        assert first is not None
        assert first.starts_at == f"{tomorrow}T08:40:00"
        assert floor_view(desk).devices[0].state is ChannelState.UP


def test_another_branch_gets_its_own_machines(tmp_path: Path) -> None:
    with open_demo_desk(tmp_path, SetClock(at("09:00"))) as (desk, customers):
        own = replace(desk, branch=replace(desk.branch, machines=desk.branch.machines[:1]))
        install_demo(own, customers, TOKEN, DAY)
        assert [device.state for device in floor_view(own).devices] == [ChannelState.UP]


def _lobby(*arguments: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "lobby_app", *arguments, "--data-dir", str(folder)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={"PYTHONIOENCODING": "utf-8", "PATH": "", "LANG": "en_US.UTF-8"},
    )


def test_lobby_demo_installs_and_says_what_and_where(tmp_path: Path) -> None:
    done = _lobby("demo", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    for told in ("demo data", "8,000", "Jiangbin Branch", "0017", str(tmp_path)):
        assert told in done.stdout
    assert (tmp_path / "customers.db").exists()
    assert _lobby("demo", folder=tmp_path).stdout == done.stdout


def test_lobby_demo_cards_writes_sheet_and_texts(tmp_path: Path) -> None:
    done = _lobby("demo", "--cards", "--output", str(tmp_path / "out" / "c.pdf"), folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "out" / "c.pdf").read_bytes().startswith(b"%PDF-")
    text = (tmp_path / "out" / "c.txt").read_text(encoding="utf-8")
    assert text.startswith(Messages(Language.EN)("demo.banner"))
    for card in demo_cards():
        assert f"\n{card.text.rstrip()}\n" in text
    for slot in appointment_cards():
        assert slot.text in text


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    target = tmp_path / "file" / "cards.pdf"
    done = _lobby("demo", "--cards", "--output", str(target), folder=tmp_path)
    assert done.returncode == 2
    assert "--output" in done.stderr
