"""Files of a finished piece: MIDI, audio, stems. Knows files, formats and megabytes; no requests.

MIDI lies there; sound is made when it is first asked for, and kept while there is room.
"""

from __future__ import annotations

import shutil
import threading
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory

from sideman.errors import DataError
from sideman.files import atomic_write
from sideman.music.band import Band, Track
from sideman.music.chords import parse
from sideman.render.audio import common_gain, write_audio
from sideman.render.fluidsynth import SAMPLE_RATE
from sideman.render.midi import read_midi
from sideman.render.playing import TAIL_SECONDS
from sideman.web.arrangements import Arrangements, midi_path
from sideman.web.problems import Problem
from sideman.web.schemas import Description
from sideman.web.sessions import Session
from sideman.web.settings import MEGABYTE

AUDIO_TYPES = {"mp3": "audio/mpeg", "wav": "audio/wav", "flac": "audio/flac"}
BYTES_PER_SECOND = {"mp3": 24_000, "wav": 4 * SAMPLE_RATE, "flac": 4 * SAMPLE_RATE}  # FLAC: at most
MADE_AGAIN = ("*.mp3", "*.wav", "*.flac", "*.zip")  # what may be deleted to make room
BUSY_SECONDS = 5.0


class Downloads:
    """Makes the files. At most ``settings.renderings`` at a time, and each once, however many ask for it."""

    def __init__(self, arrangements: Arrangements) -> None:
        self._arrangements = arrangements
        self._settings = arrangements.settings
        self._free = threading.BoundedSemaphore(self._settings.renderings)
        self._guard = threading.Lock()
        self._making: defaultdict[Path, threading.Lock] = defaultdict(threading.Lock)

    def midi(self, session: Session | None, identity: str, take: int) -> Path:
        """The MIDI file of a take."""
        piece, _ = self._arrangements.finished(session, identity, take)
        return midi_path(self._arrangements.folder(piece), take)

    def audio(self, session: Session | None, identity: str, take: int, kind: str) -> Path:
        """A take as ``kind``, one of :data:`AUDIO_TYPES`."""
        piece, description = self._arrangements.finished(session, identity, take)
        folder = self._arrangements.folder(piece)
        path = folder / f"take-{take}.{kind}"
        with self._making_of(path, self._bytes(description, kind)) as missing:
            if missing:
                write_audio(_band(folder, take, description), path)
        return path

    def stems(self, session: Session | None, identity: str, take: int, kind: str) -> Path:
        """A zip of one file a track; played together they are the take, at the loudness of its mix."""
        piece, description = self._arrangements.finished(session, identity, take)
        folder = self._arrangements.folder(piece)
        path = folder / f"take-{take}-{kind}.zip"
        tracks = len(description.tracks)
        with self._making_of(path, 2 * tracks * self._bytes(description, kind)) as missing:
            if missing:
                _write_stems(_band(folder, take, description), path, kind)
        return path

    @staticmethod
    def _bytes(description: Description, kind: str) -> int:
        return int((description.seconds + TAIL_SECONDS) * BYTES_PER_SECOND[kind])

    @contextmanager
    def _making_of(self, path: Path, size: int) -> Iterator[bool]:
        """Gives whether ``path`` has to be made, when it is this thread's turn to; it will have about ``size`` bytes.

        Raises :class:`Problem` where too many others are made, or where there is no room.
        """
        with self._guard:
            lock = self._making[path]
        try:
            with lock:
                if path.exists():
                    path.touch()  # the last to be deleted
                    yield False
                    return
                if not self._free.acquire(timeout=BUSY_SECONDS):
                    detail = "too many audio files are made at the moment: try again"
                    raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "busy", detail, BUSY_SECONDS)
                try:
                    self._make_room(path.parents[1], size)
                    yield True
                except DataError as error:
                    if path.parent.exists():
                        raise
                    raise Problem(HTTPStatus.NOT_FOUND, "unknown", "the arrangement was deleted meanwhile") from error
                finally:
                    self._free.release()
        finally:
            with self._guard:
                if not lock.locked():
                    self._making.pop(path, None)

    def _make_room(self, folder: Path, size: int) -> None:
        """Delete what can be made again, the longest unused first, until a session's folder has room for ``size``."""
        limit = self._settings.session_megabytes * MEGABYTE
        files = {file: file.stat() for file in folder.glob("*/*") if file.is_file()}
        used = sum(status.st_size for status in files.values())
        again = [file for pattern in MADE_AGAIN for file in files if file.match(pattern)]
        for file in sorted(again, key=lambda file: files[file].st_mtime):
            if used + size <= limit:
                break
            file.unlink(missing_ok=True)
            used -= files[file].st_size
        reserve = self._settings.reserve_megabytes * MEGABYTE
        if used + size > limit or shutil.disk_usage(folder).free < size + reserve:
            detail = "no room for this file: ask for MP3, or delete pieces"
            raise Problem(HTTPStatus.CONFLICT, "quota", detail)


def _band(folder: Path, take: int, description: Description) -> Band:
    """A take as it was composed: a silent track, which no MIDI file tells from none, is there too."""
    band = read_midi(midi_path(folder, take))
    tracks = {track.role: track for track in band.tracks}
    chairs = tuple(tracks.get(role, Track(role)) for role in description.tracks)
    return replace(band, tracks=chairs, steps=parse(description.progression).steps, tempo=description.tempo)


def _write_stems(band: Band, path: Path, kind: str) -> None:
    stems = [replace(band, tracks=(track,)) for track in band.tracks]
    gain = common_gain([band, *stems])
    with (
        atomic_write(path) as temporary,
        TemporaryDirectory(prefix=".", dir=path.parent) as folder,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive,  # audio doesn't get smaller
    ):
        for stem in stems:
            file = Path(folder) / f"{stem.tracks[0].role}.{kind}"
            write_audio(stem, file, gain=gain)
            archive.write(file, file.name)
            file.unlink()
