"""A composed band with all that is to be done with it: kept as a file, heard, looked at. Knows render's other modules.

What makes sound is imported when it is asked for.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from sideman.charts.sheet import Sheet
from sideman.errors import OptionError
from sideman.files import atomic_write
from sideman.music.band import Band, Role
from sideman.music.key import Key
from sideman.music.progression import Progression
from sideman.music.wishes import PlayedSection
from sideman.options import PLAYING, PlayOptions, by_attribute
from sideman.render.charting import chart_of, check_chords, on_paper
from sideman.render.counting import counted_in, silent_bar
from sideman.render.midi import midi_bytes
from sideman.render.played import played
from sideman.render.roll import svg_roll

MIDI_SUFFIXES = (".mid", ".midi")
SCORE_SUFFIX = ".musicxml"
PAPER_SUFFIXES = (".pdf", ".svg")
WRITTEN_SUFFIXES = (*MIDI_SUFFIXES, SCORE_SUFFIX, *PAPER_SUFFIXES)
MEDIA_TYPES = {"mp3": "audio/mpeg", "wav": "audio/wav", "flac": "audio/flac"}


@dataclass(frozen=True, eq=False, repr=False)
class Rendition(Band):
    """A band that plays a progression, in a key such as ``Eb major``. In a notebook it shows its piano roll.

    Scores and charts bear its ``title``, unless they are given another.
    """

    progression: Progression | None = None
    key: str | None = None
    sections: tuple[PlayedSection, ...] = ()  # in the order of playing
    title: str = ""

    def played(self, options: PlayOptions | None = None, **wishes: Any) -> Self:  # noqa: ANN401 - options by name
        """The same music as it sounds with these options, such as ``band.played(swing=67, humanize=1, transpose=-2)``.

        They are those of :class:`~sideman.options.PlayOptions`, given by name, as an object, or both. Tempo and key are
        the band's own unless told otherwise, the feel is the one that is given. Raises :class:`OptionError`.
        """
        options = replace(options or PlayOptions(), **by_attribute(wishes, PLAYING))
        progression, key = self.progression, self.key
        if options.transpose and progression is not None:
            progression = progression.transpose(options.transpose)
        if options.transpose and key is not None:
            key = Key.named(key).transpose(options.transpose).name
        return replace(played(self, options), progression=progression, key=key)

    def counted_in(self) -> Self:
        """The same music after a bar of clicks, by the beats of its first metre."""
        progression = None if self.progression is None else silent_bar(self.progression, self.lines.meter(0))
        sections = (PlayedSection("", (0,)), *self.sections) if self.sections else ()
        return replace(counted_in(self), progression=progression, sections=sections)

    def midi(self, programs: Mapping[Role, int] | None = None, bars: range | None = None) -> bytes:
        """As a MIDI file with its chords, key and sections, or some bars: :func:`~sideman.render.midi.midi_bytes`."""
        return midi_bytes(
            self, progression=self.progression, programs=programs, key=self.key, sections=self.sections, bars=bars
        )

    def score(self, title: str = "", programs: Mapping[Role, int] | None = None) -> str:
        """As MusicXML with its chords, key and sections: :func:`~sideman.render.score.musicxml.score`."""
        from sideman.render.score.musicxml import score

        return score(
            self,
            progression=self.progression,
            programs=programs,
            key=self.key,
            sections=self.sections,
            title=title or self.title,
        )

    def chart(self, title: str = "") -> Sheet:
        """Its chords as a chart, written out as they are played. Raises :class:`OptionError` where it has none."""
        return chart_of(self, check_chords(self.progression), self.key, self.sections, title or self.title)

    def on_paper(self, kind: str = "pdf", title: str = "", *, reader: str = "concert", paper: str = "a4") -> bytes:
        """Its chart as ``pdf`` or ``svg``, with the melody where it has one: :func:`~sideman.render.charting.on_paper`.

        Raises :class:`OptionError` where it has no chords, and for another reader or paper.
        """
        return on_paper(self, self.chart(title), kind, reader, paper)

    def save(
        self,
        path: Path | str,
        *,
        programs: Mapping[Role, int] | None = None,
        soundfont: Path | str | None = None,
        title: str = "",
        bits: int = 16,
        tail: bool = True,
    ) -> None:
        """Write a file, whole or not at all; its suffix decides.

        They are .mid, .midi, .musicxml, .pdf and .svg (its chart, with the melody), .mp3, .wav and .flac.

        ``programs`` replaces General MIDI programs (0-based), ``soundfont`` the bundled one; scores and charts
        bear the ``title``, or the band's own; ``bits`` and ``tail`` are those of
        :class:`~sideman.render.audio.Encoding`. Raises :class:`OptionError` for another suffix or program,
        :class:`DataError` where the file cannot be written, :class:`MissingLibraryError` for sound without FluidSynth.
        """
        suffix = Path(path).suffix.lower()
        if suffix in WRITTEN_SUFFIXES:
            if suffix in PAPER_SUFFIXES:
                data = self.on_paper(suffix.removeprefix("."), title)
            else:
                data = self.score(title, programs).encode() if suffix == SCORE_SUFFIX else self.midi(programs)
            with atomic_write(path) as temporary:
                temporary.write_bytes(data)
            return
        if suffix.removeprefix(".") not in MEDIA_TYPES:
            endings = ", ".join([*WRITTEN_SUFFIXES, *(f".{kind}" for kind in MEDIA_TYPES)])
            raise OptionError(f"unknown suffix {suffix!r} of {path}: end the name in one of {endings}")
        from sideman.render.audio import Encoding, write_audio

        write_audio(self, path, programs=programs, soundfont=soundfont, encoding=Encoding(bits, tail))

    def player(
        self,
        kind: str = "mp3",
        *,
        programs: Mapping[Role, int] | None = None,
        soundfont: Path | str | None = None,
    ) -> Player:
        """Its sound, to be heard in a notebook; rendered now. ``kind`` is mp3, wav or flac; the rest as of `save`."""
        if kind not in MEDIA_TYPES:
            raise OptionError(f"unknown kind of sound {kind!r}: one of {', '.join(MEDIA_TYPES)}")
        with TemporaryDirectory() as folder:
            path = Path(folder) / f"band.{kind}"
            self.save(path, programs=programs, soundfont=soundfont)
            return Player(path.read_bytes(), MEDIA_TYPES[kind])

    def _repr_html_(self) -> str:
        return f'<div style="overflow-x:auto">{svg_roll(self, self.progression)}</div>'


@dataclass(frozen=True, repr=False)
class Player:
    """A file of sound; a notebook shows buttons to play it."""

    data: bytes
    media_type: str

    def __repr__(self) -> str:
        return f"<Player of {self.media_type}: {len(self.data):,} bytes>"

    def _repr_html_(self) -> str:
        return f'<audio controls src="data:{self.media_type};base64,{b64encode(self.data).decode()}"></audio>'
