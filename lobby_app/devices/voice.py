"""The hall's voice: clips joined to one WAV and played by what the system has for it.

No network, no speech engine. Without a loudspeaker, or with a clip missing, it stays silent and
says so; nothing here is an error for the wall.
"""

import array
import shutil
import subprocess
import sys
import tempfile
import threading
import wave
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lobby_app.domain.announcement import CHIME, Announcement, required_clips
from lobby_app.domain.ports import VoiceOutcome

RATES = (22050, 44100)
"""Sample rates a set of clips may have, all of one set the same; mono, 16 bit."""
PLAYERS = ("pw-play", "paplay", "aplay", "afplay")
"""Programs that play a WAV file named as their argument, best first."""
CLIP_GAP_S, SENTENCE_GAP_S = 0.04, 0.35
_SPARE_S = 5.0
"""How much longer than the sound a player may take before it counts as stuck."""


@dataclass(frozen=True, slots=True)
class ClipProblems:
    """What a folder of clips lacks: names as in `zh/qing`. Both empty = complete."""

    missing: tuple[str, ...]
    unusable: tuple[str, ...]


class _UnusableClipError(Exception):
    """A clip is absent, or no WAV of the form of its set."""


def check_clips(folder: Path) -> ClipProblems:
    """Return which clips of a folder are missing, and which are no WAV like the chime."""
    missing = missing_clips(folder)
    rate = _rate_of_set(folder)
    unusable = []
    for name in required_clips():
        if name not in missing:
            try:
                _samples(folder, name, rate)
            except _UnusableClipError:
                unusable.append(name)
    return ClipProblems(missing, tuple(unusable))


def missing_clips(folder: Path) -> tuple[str, ...]:
    """Return the names of the clips that a folder lacks."""
    return tuple(name for name in required_clips() if not _file(folder, name).is_file())


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.wav"


def _rate_of_set(folder: Path) -> int:
    """Return the rate of the first clip that has one: a chime that is lost condemns no other."""
    for name in required_clips():
        with suppress(_UnusableClipError):
            return _rate(folder, name)
    return RATES[0]


def _rate(folder: Path, name: str = CHIME) -> int:
    """Return the sample rate of a clip; that of the chime is the rate of its set."""
    try:
        with wave.open(str(_file(folder, name))) as clip:
            rate: int = clip.getframerate()
    except (OSError, EOFError, wave.Error) as error:
        raise _UnusableClipError(name) from error
    if rate not in RATES:
        raise _UnusableClipError(name)
    return rate


def _samples(folder: Path, name: str, rate: int) -> "array.array[int]":
    try:
        with wave.open(str(_file(folder, name))) as clip:
            form = (clip.getnchannels(), clip.getsampwidth(), clip.getframerate())
            promised = clip.getnframes()
            frames = clip.readframes(promised)
    except (OSError, EOFError, wave.Error) as error:
        raise _UnusableClipError(name) from error
    # A copy that broke off holds less than its header promises: half a word, half a sample.
    if form != (1, 2, rate) or not frames or len(frames) != 2 * promised:
        raise _UnusableClipError(name)
    return array.array("h", frames)


def joined(folder: Path, sentences: Sequence[Sequence[str]], volume: int) -> tuple[bytes, int]:
    """Return chime and sentences as 16-bit mono samples, and their rate.

    Raises:
        _UnusableClipError: a clip cannot be used.
    """
    rate = _rate(folder)
    sound = array.array("h", _samples(folder, CHIME, rate))
    for sentence in sentences:
        for name in sentence:
            sound.extend(_samples(folder, name, rate))
            sound.extend(_silence(rate, CLIP_GAP_S))
        sound.extend(_silence(rate, SENTENCE_GAP_S))
    if volume < 100:
        sound = array.array("h", (sample * volume // 100 for sample in sound))
    return sound.tobytes(), rate


def _silence(rate: int, seconds: float) -> "array.array[int]":
    return array.array("h", bytes(2 * int(rate * seconds)))


if sys.platform == "win32":
    import winsound

    has_own_sound = True

    def _play_by_system(file: Path) -> bool:
        try:
            winsound.PlaySound(str(file), winsound.SND_FILENAME | winsound.SND_NODEFAULT)
        except RuntimeError:
            return False
        return True

    def _hush_system() -> None:
        winsound.PlaySound(None, winsound.SND_PURGE)

else:
    has_own_sound = False

    def _play_by_system(file: Path) -> bool:
        return False

    def _hush_system() -> None:
        return


class ClipVoice:
    """ports.Voice over a folder of clips.

    Thread: `say` on one device worker; `stop` from any.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._running: subprocess.Popen[bytes] | None = None
        self._is_stopped = False

    def say(self, announcement: Announcement, volume: int) -> VoiceOutcome:
        """Say one announcement; returns when it is over."""
        try:
            sound, rate = joined(self._folder, announcement.sentences, volume)
        except _UnusableClipError:
            return VoiceOutcome.NO_CLIPS
        with tempfile.TemporaryDirectory(prefix="lobby-voice-") as folder:
            file = Path(folder, "call.wav")
            with wave.open(str(file), "wb") as target:
                target.setnchannels(1)
                target.setsampwidth(2)
                target.setframerate(rate)
                target.writeframes(sound)
            return self._play(file, len(sound) / 2 / rate)

    def _play(self, file: Path, seconds: float) -> VoiceOutcome:
        if has_own_sound:
            return VoiceOutcome.SAID if _play_by_system(file) else VoiceOutcome.NO_DEVICE
        for player in PLAYERS:
            program = shutil.which(player)
            if program is not None and self._plays(program, file, seconds):
                return VoiceOutcome.SAID
            if self._is_stopped:
                return VoiceOutcome.STOPPED
        return VoiceOutcome.NO_DEVICE

    def _plays(self, program: str, file: Path, seconds: float) -> bool:
        """Tell whether a player said that it played the file to its end."""
        with self._lock:
            if self._is_stopped:
                return False
            try:
                self._running = subprocess.Popen(  # noqa: S603  # a known player, our own file
                    [program, str(file)],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            except OSError:
                return False
        try:
            return self._running.wait(seconds + _SPARE_S) == 0
        except subprocess.TimeoutExpired:
            return False
        finally:
            self._end_player()

    def _end_player(self) -> None:
        with self._lock:
            if self._running is not None:
                self._running.kill()
                self._running.wait()
                self._running = None

    def stop(self) -> None:
        """Fall silent at once: a closing wall does not wait for a sentence."""
        with self._lock:
            self._is_stopped = True
            if self._running is not None:
                self._running.kill()
        _hush_system()
