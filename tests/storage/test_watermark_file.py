"""The note beside the log, written by several at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lobby_app.cache.watermark import Notes, Watermark
from lobby_app.devices.secrets import NoSecrets

_TIMES = 300


def test_two_logs_of_one_process_note_at_the_same_time(tmp_path: Path) -> None:
    """Both under one temporary name, the slower would find its own moved away: `cache.io`."""
    file = tmp_path / "numbers.json"
    marks = [Watermark("ab" * 16, seq) for seq in (1, 2)]

    def note(mark: Watermark) -> None:
        notes = Notes(NoSecrets(), file)
        for _ in range(_TIMES):
            notes.write(mark)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(note, marks))
    assert Notes(NoSecrets(), file).in_file() in marks
    assert [path.name for path in tmp_path.iterdir()] == ["numbers.json"]
