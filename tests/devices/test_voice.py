"""The hall's voice on real WAV files and real player processes."""

import shutil
import subprocess
import sys
import threading
import wave
from pathlib import Path

import pytest

from lobby_app.devices import voice
from lobby_app.devices.voice import ClipProblems, ClipVoice, check_clips, joined, missing_clips
from lobby_app.domain.announcement import CHIME, Announcement, required_clips
from lobby_app.domain.ports import VoiceOutcome
from lobby_app.resources import resource

SOUNDS = resource("sounds")
CALL = Announcement("A1042", 12)
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="players are programs on POSIX only")

PLAYER = """#!{python}
import shutil, sys
shutil.copy(sys.argv[1], {target!r})
sys.exit({status})
"""
STUCK = """#!{python}
import signal, sys
open({target!r}, "w").close()
signal.pause()
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH of our own: only the players that a test puts there exist."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def _player(folder: Path, name: str, status: int = 0, text: str = PLAYER) -> Path:
    target = folder / f"{name}.wav"
    program = folder / name
    program.write_text(text.format(python=sys.executable, target=str(target), status=status))
    program.chmod(0o700)
    return target


def _seconds(name: str) -> float:
    with wave.open(str(SOUNDS / f"{name}.wav")) as clip:
        return clip.getnframes() / clip.getframerate()


def _expected_seconds(call: Announcement) -> float:
    clips = [name for sentence in call.sentences for name in sentence]
    spoken = sum(_seconds(name) + voice.CLIP_GAP_S for name in clips)
    return _seconds(CHIME) + spoken + len(call.sentences) * voice.SENTENCE_GAP_S


def test_the_shipped_clips_are_whole_and_small() -> None:
    assert missing_clips(SOUNDS) == ()
    assert check_clips(SOUNDS).unusable == ()
    files = list(SOUNDS.rglob("*.wav"))
    assert len(files) == len(required_clips())
    assert sum(file.stat().st_size for file in files) < 2_500_000
    # Cut to what is heard: no clip makes the hall wait.
    assert max(_seconds(name) for name in required_clips()) < 1.5


def test_missing_and_broken_clips_are_named(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SOUNDS, tmp_path / "sounds"))
    (folder / "zh" / "qi.wav").unlink()
    (folder / "en" / "A.wav").write_bytes(b"no sound")
    with wave.open(str(folder / "en" / "B.wav"), "wb") as stereo:
        stereo.setnchannels(2)
        stereo.setsampwidth(2)
        stereo.setframerate(22050)
        stereo.writeframes(b"\0" * 400)
    problems = check_clips(folder)
    assert problems.missing == ("zh/qi",)
    assert set(problems.unusable) == {"en/A", "en/B"}
    assert missing_clips(tmp_path / "nowhere") == required_clips()


@pytest.mark.parametrize("cut", [1, 2, 1001])
def test_a_clip_whose_copy_broke_off_is_named_and_not_said(tmp_path: Path, cut: int) -> None:
    folder = Path(shutil.copytree(SOUNDS, tmp_path / "sounds"))
    clip = folder / "zh" / "yao.wav"
    clip.write_bytes(clip.read_bytes()[:-cut])
    assert check_clips(folder) == ClipProblems((), ("zh/yao",))
    assert ClipVoice(folder).say(CALL, 100) is VoiceOutcome.NO_CLIPS


def test_a_set_without_its_chime_lacks_the_chime_and_nothing_else(tmp_path: Path) -> None:
    for name in required_clips()[1:]:
        clip = tmp_path / f"{name}.wav"
        clip.parent.mkdir(exist_ok=True)
        with wave.open(str(clip), "wb") as sound:
            sound.setparams((1, 2, 44100, 0, "NONE", ""))
            sound.writeframes(b"\0" * 400)
    assert check_clips(tmp_path) == ClipProblems((CHIME,), ())
    (tmp_path / f"{CHIME}.wav").write_bytes(b"ID3 is no WAV")
    assert check_clips(tmp_path) == ClipProblems((), (CHIME,))


def test_the_joined_announcement_decodes_and_lasts_as_long_as_its_clips() -> None:
    sound, rate = joined(SOUNDS, CALL.sentences, 100)
    assert len(sound) / 2 / rate == pytest.approx(_expected_seconds(CALL), abs=0.05)
    assert 6 < len(sound) / 2 / rate < 13


def test_volume_is_in_the_samples() -> None:
    full, _ = joined(SOUNDS, CALL.sentences, 100)
    half, _ = joined(SOUNDS, CALL.sentences, 50)
    loudest = [max(memoryview(sound).cast("h")) for sound in (full, half)]
    assert loudest[1] == pytest.approx(loudest[0] / 2, abs=1)
    assert len(full) == len(half)


@POSIX
def test_a_player_gets_one_wav_with_chime_and_both_languages(programs: Path) -> None:
    played = _player(programs, "aplay")
    assert ClipVoice(SOUNDS).say(CALL, 80) is VoiceOutcome.SAID
    with wave.open(str(played)) as sound:
        assert sound.getparams()[:3] == (1, 2, 22050)
        seconds = sound.getnframes() / sound.getframerate()
    assert seconds == pytest.approx(_expected_seconds(CALL), abs=0.05)


@POSIX
def test_a_player_that_fails_gives_way_to_the_next(programs: Path) -> None:
    _player(programs, "pw-play", status=1)
    played = _player(programs, "paplay")
    assert ClipVoice(SOUNDS).say(CALL, 100) is VoiceOutcome.SAID
    assert played.exists()


@POSIX
def test_without_a_player_or_a_device_it_is_silent_and_says_so(programs: Path) -> None:
    assert ClipVoice(SOUNDS).say(CALL, 100) is VoiceOutcome.NO_DEVICE
    _player(programs, "aplay", status=1)
    assert ClipVoice(SOUNDS).say(CALL, 100) is VoiceOutcome.NO_DEVICE
    # A file that only looks like a program is no player either.
    (programs / "pw-play").write_text("#!/nowhere\n")
    (programs / "pw-play").chmod(0o700)
    assert ClipVoice(SOUNDS).say(CALL, 100) is VoiceOutcome.NO_DEVICE


@POSIX
def test_a_bank_folder_without_a_clip_is_silent_for_that_call_only(
    programs: Path, tmp_path: Path
) -> None:
    _player(programs, "aplay")
    folder = Path(shutil.copytree(SOUNDS, tmp_path / "sounds"))
    (folder / "zh" / "si.wav").unlink()
    said = ClipVoice(folder)
    assert said.say(Announcement("A1042", 3), 100) is VoiceOutcome.NO_CLIPS
    assert said.say(Announcement("A1023", 3), 100) is VoiceOutcome.SAID


@POSIX
def test_stopping_cuts_the_sentence_off(programs: Path) -> None:
    started = _player(programs, "aplay", text=STUCK)
    said = ClipVoice(SOUNDS)
    outcomes: list[VoiceOutcome] = []
    speaking = threading.Thread(target=lambda: outcomes.append(said.say(CALL, 100)))
    speaking.start()
    while not started.exists():
        speaking.join(0.01)
        assert speaking.is_alive() or started.exists()
    said.stop()
    speaking.join(10)
    assert outcomes == [VoiceOutcome.STOPPED]
    assert said.say(CALL, 100) is VoiceOutcome.STOPPED


@POSIX
def test_a_stuck_player_is_ended(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Patience below zero: the player is late from the start.
    monkeypatch.setattr(voice, "_SPARE_S", -60.0)
    _player(programs, "aplay", text=STUCK)
    assert ClipVoice(SOUNDS).say(CALL, 100) is VoiceOutcome.NO_DEVICE


@POSIX
def test_nothing_is_left_behind(programs: Path, tmp_path: Path) -> None:
    _player(programs, "aplay")
    code = (
        "import sys; from pathlib import Path\n"
        "from lobby_app.devices.voice import ClipVoice\n"
        "from lobby_app.domain.announcement import Announcement\n"
        "print(ClipVoice(Path(sys.argv[1])).say(Announcement('A1001', 1), 100))"
    )
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", code, str(SOUNDS)],
        env={"PATH": str(programs), "TMPDIR": str(temporary), "PYTHONPATH": str(SOUNDS.parents[1])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "said"
    assert list(temporary.iterdir()) == []
