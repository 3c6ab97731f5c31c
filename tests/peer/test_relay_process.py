"""`lobby relay` as a process: started, told to end, killed, started again."""

import signal
import threading
from pathlib import Path
from uuid import uuid4

from lobby_app.domain.event import RANK_CALLED, Draft, EventKind
from lobby_app.domain.replication import PRIORITY_RELAY, ClaimVerdict, Place, Verdict
from lobby_app.sync.remote import RemoteReplica
from tests.peer.network import PATIENCE_S, identity, refusal
from tests.peer.processes import relay_folder, start
from tests.storage.desk import DAY, issued
from tests.storage.replicas import place_of, told

ANN, BOB = identity("ann"), identity("bob")


def test_it_ends_in_order_when_terminated(tmp_path: Path) -> None:
    with relay_folder(tmp_path / "relay", ANN) as relay:
        relay.start(ANN)
        assert relay.process is not None
        relay.process.send_signal(signal.SIGTERM)
        assert relay.stop() == (0, "")
        log = (relay.folder / "log" / "lobby.log").read_text(encoding="utf-8")
        assert log.count("the relay listens") == log.count("the relay ends") == 1
        assert "/v1/" not in log, "a call is no line of the log"
        assert "ERROR" not in log
        assert "WARNING" not in log


def test_what_is_missing_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "lobby.toml").write_text("", encoding="utf-8")
    for text, said in (
        ("", b"set listen in the table [relay]"),
        ('[relay]\nlisten = "127.0.0.1:1"\n', b"lobby enrol"),
    ):
        (tmp_path / "lobby.toml").write_text(text, encoding="utf-8")
        process = start("relay", tmp_path)
        _, error = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 2
        assert said in error
        assert b"Traceback" not in error


def _call(ticket: str, counter: int) -> Draft:
    return Draft(
        kind=EventKind.TICKET_CALLED,
        actor="0017",
        ticket=ticket,
        business_day=DAY,
        rank=RANK_CALLED,
        claim_priority=PRIORITY_RELAY,
        counter=counter,
        claim_id=str(uuid4()),
    )


def test_a_killed_relay_loses_nothing_and_grants_nothing_twice(tmp_path: Path) -> None:
    tickets = [str(uuid4()) for _ in range(40)]
    events = told([issued(f"A2{n:03d}", ticket) for n, ticket in enumerate(tickets)])
    granted: dict[str, list[int]] = {ticket: [] for ticket in tickets}
    with relay_folder(tmp_path / "relay", ANN, BOB) as relay:
        relay.start(ANN)
        line = relay.line(ANN)
        start_ = Place.start(events[0].log_id)
        assert RemoteReplica(line).append(start_, events).verdict is Verdict.TAKEN
        line.close()
        halfway = threading.Barrier(3, timeout=PATIENCE_S)
        again = threading.Event()

        def work(counter: int, who) -> None:
            line = relay.line(who)
            partner = RemoteReplica(line)
            for number, ticket in enumerate(tickets):
                if number == 20:
                    halfway.wait()
                draft = _call(ticket, counter)
                while True:
                    verdicts: list[ClaimVerdict | None] = []
                    ask = lambda d=draft, v=verdicts: v.append(  # noqa: E731
                        partner.claim(d, PATIENCE_S).verdict
                    )
                    if not refusal(ask):
                        break
                    assert again.wait(PATIENCE_S), "only the kill may silence the relay"
                if verdicts[0] is ClaimVerdict.GRANTED:
                    granted[ticket].append(counter)
                    # Asked again the same is said, whatever happened in between.
                    assert partner.claim(draft, PATIENCE_S).verdict is ClaimVerdict.GRANTED
            line.close()

        threads = [threading.Thread(target=work, args=(n, w)) for n, w in ((1, ANN), (2, BOB))]
        for thread in threads:
            thread.start()
        halfway.wait()
        relay.kill()
        relay.start(ANN)
        again.set()
        for thread in threads:
            thread.join()
        assert {len(counters) for counters in granted.values()} == {1}
        line = relay.line(ANN)
        page = RemoteReplica(line).read([start_], 500)
        assert list(page.events) == events, "what was acknowledged is there"
        assert place_of(page.events[-1]) == place_of(events[-1])
        line.close()
        assert relay.stop() == (0, ""), "it ends with its input"
