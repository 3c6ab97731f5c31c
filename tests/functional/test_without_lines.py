"""A desk of a bank whose secrets are away: it is apart from its branch, and says so."""

from pathlib import Path
from uuid import uuid4

from lobby_app.assembly import open_desk
from lobby_app.config import load_settings
from lobby_app.domain.event import Draft, EventKind
from lobby_app.domain.replication import ClaimAnswer, ClaimIntent, Link
from lobby_app.services.claiming import is_apart_from_others
from tests.helpers.log_guard import ExpectedLog


def test_a_desk_that_lost_its_token_calls_as_one_that_is_apart(
    tmp_path: Path, expected_log: ExpectedLog
) -> None:
    expected_log("calls cannot be asked for: sync.not_set_up")
    expected_log("no look-up of customers: sync.not_set_up")
    (tmp_path / "lobby.toml").write_text('[central]\naddress = "127.0.0.1:1/lobby"\n')
    opened = open_desk(load_settings(tmp_path, demo=True))
    try:
        claims = opened.desk.claims
        assert claims is not None
        claim_id = str(uuid4())
        draft = Draft(
            kind=EventKind.TICKET_CALLED, actor="1001", ticket=str(uuid4()), claim_id=claim_id
        )
        assert claims.claim(ClaimIntent(claim_id, draft)) == ClaimAnswer(None)
        assert opened.desk.link().link is Link.OFFLINE
        assert is_apart_from_others(opened.desk)
    finally:
        opened.close()
