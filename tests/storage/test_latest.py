"""The side panel's last tickets: the newest of the day, however many there are."""

from datetime import timedelta
from pathlib import Path

from tests.storage.desk import DAY, issue, open_desk


def test_the_last_tickets_come_newest_first_and_of_that_day_only(tmp_path: Path) -> None:
    log = open_desk(tmp_path)
    for _ in range(5):
        issue(log)
    issue(log, DAY + timedelta(days=1))
    with log.reader() as work:
        latest = [ticket.number for ticket in work.latest(DAY, 3)]
        whole = [ticket.number for ticket in work.tickets(DAY)]
        assert latest == whole[:1:-1] == ["A1005", "A1004", "A1003"]
        assert [ticket.number for ticket in work.latest(DAY, 9)] == whole[::-1]
    log.close()
