"""Files of a finished piece: MIDI, audio, stems. Knows files, formats and megabytes; no requests.

MIDI lies there; sound is made when it is first asked for, and kept while there is room.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

from sideman.errors import MissingLibraryError, SidemanError
from sideman.render.audio import USUAL, Encoding, check_encoding, write_audio
from sideman.render.bundle import write_bundle, write_stems
from sideman.render.fluidsynth import SAMPLE_RATE
from sideman.render.naming import file_name, file_stem
from sideman.render.playing import TAIL_SECONDS
from sideman.render.rendition import Rendition
from sideman.render.soundfont import check_soundfont
from sideman.web.arrangements import Arrangements
from sideman.web.disk import full, is_full
from sideman.web.download_sources import Source, digest, document_of, told_bars
from sideman.web.limits import check_minutes
from sideman.web.mixing import Mix
from sideman.web.piece_files import lost
from sideman.web.problems import Problem
from sideman.web.rendering import AUDIO, BUNDLE, STEMS, Asked, Renderer, Wanted
from sideman.web.sessions import Session
from sideman.web.settings import MEGABYTE
from sideman.web.store import Piece

AUDIO_TYPES = {"mp3": "audio/mpeg", "wav": "audio/wav", "flac": "audio/flac"}
BYTES_PER_SECOND = {"mp3": 24_000, "wav": 6 * SAMPLE_RATE, "flac": 6 * SAMPLE_RATE}  # at most: of 24 bits
BUSY_SECONDS = 5.0

log = logging.getLogger(__name__)


class Made(NamedTuple):
    """A file on the disk or in memory, and what a browser calls it that keeps it."""

    data: Path | bytes
    name: str


class Downloads:
    """Makes the files. At most ``settings.renderings`` at a time, and each once, however many ask for it.

    Raises :class:`DataError` where the settings name a SoundFont that can't be read.
    """

    def __init__(self, arrangements: Arrangements, renderer: Renderer | None = None) -> None:
        self._arrangements = arrangements
        self._renderer = renderer  # None: this process
        self._files = arrangements.files
        self._settings = arrangements.settings
        self._font = None if self._settings.soundfont is None else check_soundfont(self._settings.soundfont)
        self._free = threading.BoundedSemaphore(self._settings.renderings)
        self._guard = threading.Lock()
        self._making: defaultdict[Path, threading.Lock] = defaultdict(threading.Lock)

    def midi(
        self, session: Session | None, identity: str, part: Wanted, mix: Mix, bars: tuple[int, int | None] | None = None
    ) -> Made:
        """The MIDI file of a take; as it was composed it lies there, else it is made in a moment.

        ``bars`` are the first one, from 0, and how many: None to the end. Raises :class:`OptionError` where there are
        no such bars, or they are counted in.
        """
        source = self._source(session, identity, part, mix)
        if bars is not None:
            mix.check_begins_at_once()
            band = self._band(source)
            (first, count), all_bars = bars, band.lines.count(band.steps)
            window = range(first, all_bars if count is None else first + count)
            name = source.called(mix, "mid", bars=None if len(window) == all_bars else window)
            return Made(mix.apply(band).midi(bars=window), name)
        name = source.called(mix, "mid")
        if source.changed is not None or source.suffix(mix):
            return Made(mix.apply(self._band(source)).midi(), name)
        path = self._files.midi(source.piece, part.take)
        if not path.is_file():
            raise lost(source.piece, f"{path.name} is not there")
        return Made(path, name)

    def score(self, session: Session | None, identity: str, part: Wanted, mix: Mix) -> Made:
        """A take as MusicXML; made in a moment."""
        source = self._source(session, identity, part, mix)
        written = mix.apply(self._band(source)).score(source.piece.name)
        return Made(written.encode(), source.called(mix, "musicxml"))

    def chart(
        self, session: Session | None, identity: str, part: Wanted, mix: Mix, kind: str, reader: str, paper: str
    ) -> Made:
        """A take's chords on paper, with its melody where that is heard; made in a moment.

        Raises :class:`OptionError` for a reader that is not known.
        """
        source = self._source(session, identity, part, mix)
        drawn = mix.apply(self._band(source)).on_paper(kind, source.piece.name, reader=reader, paper=paper)
        return Made(drawn, file_name(file_stem(source.piece.name), kind))

    def audio(
        self, session: Session | None, identity: str, part: Wanted, mix: Mix, kind: str, encoding: Encoding = USUAL
    ) -> Made:
        """A take as ``kind``, one of :data:`AUDIO_TYPES`. Raises :class:`OptionError` where it can't be so encoded."""
        check_encoding(f"file.{kind}", encoding.bits)
        source = self._source(session, identity, part, mix)
        name = source.called(mix, kind)  # or it is refused at once

        def make(path: Path) -> None:
            write_audio(mix.apply(self._band(source)), path, soundfont=self._font, encoding=encoding)

        file = self._file_name(source, mix, f"{_suffix(encoding)}.{kind}")
        asked = Asked.of(AUDIO, part, mix, kind, encoding)
        return Made(self._sound(source.piece, file, self._bytes(source, kind), make, asked), name)

    def stems(
        self, session: Session | None, identity: str, part: Wanted, mix: Mix, kind: str, encoding: Encoding = USUAL
    ) -> Made:
        """A zip of one file a track; played together they are the take, at the loudness of its mix.

        Raises :class:`OptionError` where they can't be so encoded.
        """
        check_encoding(f"file.{kind}", encoding.bits)
        source = self._source(session, identity, part, mix)
        tracks = len(mix.sounding(source.description.heard))

        def make(path: Path) -> None:
            write_stems(mix.apply(self._band(source)), path, source.song, kind, encoding, soundfont=self._font)

        file = self._file_name(source, mix, f"{_suffix(encoding)}-{kind}-{digest(source.song)}.zip")
        asked = Asked.of(STEMS, part, mix, kind, encoding)
        path = self._sound(source.piece, file, 2 * tracks * self._bytes(source, kind), make, asked)
        return Made(path, source.called(mix, "zip", what="stems" if encoding.tail else "loops"))

    def bundle(self, session: Session | None, identity: str, part: Wanted, mix: Mix) -> Made:
        """A zip of all that people take along, and of the piece's document."""
        source = self._source(session, identity, part, mix)
        composition = source.changed or self._arrangements.composition(source.piece)
        document = None if composition is None else document_of(composition, source)
        version = digest(source.piece.name if document is None else document)  # it has the name, and what was undone
        tracks = len(mix.sounding(source.description.heard))
        size = 2 * tracks * self._bytes(source, "wav") + self._bytes(source, "mp3")

        def make(path: Path) -> None:
            more = {} if document is None else {"piece.json": document}
            write_bundle(mix.apply(self._band(source)), path, file_stem(source.piece.name), more, soundfont=self._font)

        file = self._file_name(source, mix, f"-bundle-{version}.zip")
        path = self._sound(source.piece, file, size, make, Asked.of(BUNDLE, part, mix))
        return Made(path, source.called(mix, "zip"))

    def made(self, session: Session, identity: str, asked: Asked) -> Path:
        """A file that another process was asked for. Raises as it would there."""
        part, mix = Wanted(asked.take, asked.candidate), asked.mix
        if asked.what == AUDIO:
            return _path(self.audio(session, identity, part, mix, asked.kind, asked.encoding))
        if asked.what == STEMS:
            return _path(self.stems(session, identity, part, mix, asked.kind, asked.encoding))
        return _path(self.bundle(session, identity, part, mix))

    def _file_name(self, source: Source, mix: Mix, ending: str) -> str:
        """What a file of sound is called: otherwise with another SoundFont."""
        font = "" if self._font is None else f"-font-{digest(f'{self._font.name} {self._font.stat().st_size}')}"
        return f"{source.name(mix)}{font}{ending}"

    def _sound(self, piece: Piece, name: str, size: int, make: Callable[[Path], None], asked: Asked) -> Path:
        """A file of about ``size`` bytes: made now where it isn't there, by this process or by another one."""
        path = self._files.made(piece, name)
        if self._renderer is None:
            with self._making_of(piece, name, size) as missing:
                if missing:
                    make(path)
                    self._files.keep_made(piece, name)
        elif not self._files.fetch(piece, name):
            self._renderer.render(piece, name, asked)
            if not self._files.fetch(piece, name):
                raise lost(piece, f"{name} was made, but is not there")
        return path

    def _bytes(self, source: Source, kind: str) -> int:
        """Raises :class:`Problem` where it plays for longer than pieces may."""
        check_minutes(source.seconds, self._settings)
        return int((source.seconds + TAIL_SECONDS) * BYTES_PER_SECOND[kind])

    @contextlib.contextmanager
    def _making_of(self, piece: Piece, name: str, size: int) -> Iterator[bool]:
        """Gives whether a file has to be made, when it is this thread's turn to; it will have about ``size`` bytes.

        Raises :class:`Problem` where too many others are made, or where there is no room.
        """
        path = self._files.made(piece, name)
        with self._guard:
            lock = self._making[path]
        try:
            with lock:
                if self._files.fetch(piece, name):
                    yield False
                    return
                if not self._free.acquire(timeout=BUSY_SECONDS):
                    detail = "too many audio files are made at the moment: try again"
                    raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "busy", detail, BUSY_SECONDS)
                try:
                    self._make_room(piece.session, size)
                    yield True
                except (SidemanError, OSError) as error:
                    if not self._files.is_there(piece):
                        detail = "the arrangement was deleted meanwhile"
                        raise Problem(HTTPStatus.NOT_FOUND, "unknown", detail) from error
                    log.warning("a file could not be made: %s", error)
                    raise _refusal(error) from error
                finally:
                    self._free.release()
        finally:
            with self._guard:
                if not lock.locked():
                    self._making.pop(path, None)

    def _make_room(self, session: str, size: int) -> None:
        """Raises :class:`Problem` where the session or the disk has no room for ``size`` bytes."""
        has_room = self._files.make_room(session, size, self._settings.session_megabytes * MEGABYTE)
        reserve = self._settings.reserve_megabytes * MEGABYTE
        if not has_room or not self._files.has_room(size + reserve):
            detail = "no room for this file: ask for MP3, or delete pieces"
            raise Problem(HTTPStatus.CONFLICT, "quota", detail)

    def _source(self, session: Session | None, identity: str, part: Wanted, mix: Mix) -> Source:
        """Raises :class:`Problem` where there is no such piece, take or candidate."""
        piece, description = self._arrangements.finished(session, identity, part.take)
        is_changed = part.candidate is not None or self._files.is_revised(piece)
        changed = self._arrangements.composition(piece, part.candidate) if is_changed else None
        return Source(piece, description, part.take, mix.playing(description.playing), changed)

    def _band(self, source: Source) -> Rendition:
        """A take from its ids; of a piece that an earlier version composed, from its bars as they were told."""
        piece = source.piece
        try:
            composition = source.changed or self._arrangements.composition(piece)
            if composition is not None:
                return composition.rendition(source.take, source.playing)
            return told_bars(self._files.bars(piece), source.take, source.description).played(source.playing)
        except SidemanError as error:
            raise lost(piece, error) from error
        except (ValueError, LookupError, TypeError, OverflowError) as error:
            raise lost(piece, f"damaged bars: {error}") from error


def _path(made: Made) -> Path:
    assert isinstance(made.data, Path)
    return made.data


def _refusal(error: Exception) -> Problem:
    """What a client is told; paths of this machine are for its log alone."""
    if isinstance(error, MissingLibraryError):
        detail = f"this server makes no sound files, take MIDI. For who runs it: {error}"
        return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "synthesizer", detail)
    if is_full(error):
        return full("the server's disk is full: take MIDI, or come again later")
    detail = "the file could not be made: take MIDI, or tell who runs this server, whose log says why"
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "rendering", detail)


def _suffix(encoding: Encoding) -> str:
    """What files are called besides that are encoded otherwise than usual."""
    bits = "" if encoding.bits == USUAL.bits else f"-{encoding.bits}-bit"
    return bits if encoding.tail else f"{bits}-loop"
