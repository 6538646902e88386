"""iReal Pro: links, playlists, pages with links, and chord strings; and links of our songs.

ireal_link     the fields of a link, and the disguise of its chord string
ireal_chords   the chord string: cells, bars, marks
ireal_signs    repeats, endings, D.C., coda
ireal_writing  all of it the other way round
"""

from __future__ import annotations

from sideman.charts import ireal_chords, ireal_link
from sideman.charts.ireal_link import Tune
from sideman.charts.ireal_measures import measures_of
from sideman.charts.ireal_signs import sign
from sideman.charts.ireal_writing import Link, link, write
from sideman.charts.reading import Notes
from sideman.charts.sheet import Sheet
from sideman.charts.source import Source
from sideman.music.key import Key
from sideman.music.qualities import PITCH_CLASSES
from sideman.music.time import COMMON_TIME

__all__ = ["NAME", "Link", "link", "read", "recognises", "write"]

NAME = "iReal Pro"
RELATIVE_MINOR = 9  # A minor is numbered as C major is
HALF_OCTAVE = PITCH_CLASSES // 2


def recognises(source: Source) -> bool:
    """Whether there is a link in it, or it is a chord string."""
    text = ireal_link.text_of(source)
    return ireal_link.has_link(text) or ireal_chords.looks_bare(text)


def read(source: Source, notes: Notes) -> Sheet:
    """Read a song of a link, page or playlist. Raises :class:`UnreadableError` where there is none in it."""
    text = ireal_link.text_of(source)
    if not ireal_link.has_link(text):
        return _sheet(Tune("", "", "", "", text), notes, with_places=True)
    tunes = ireal_link.tunes_of(text)
    if len(tunes) == 1:
        return _sheet(tunes[0], notes)
    titles = ireal_link.unique_titles(tunes)
    return _sheet(tunes[titles.index(notes.ask("song", titles))], notes)


def _sheet(tune: Tune, notes: Notes, *, with_places: bool = False) -> Sheet:
    bars = ireal_chords.bars_of(_music(tune, notes), notes, with_places=with_places)
    key = Key.of(tune.key.removesuffix("-"), tune.key.endswith("-")) if tune.key else None
    semitones = _transposition(tune, key, notes)
    measures, bars = measures_of(bars, notes)
    sign(bars, measures, notes)
    if semitones:
        for measure in measures:
            measure.chords = tuple((tick, chord.transpose(semitones)) for tick, chord in measure.chords)
    if not (measures[0].chords and measures[0].chords[0][0] == 0):
        notes.note("start", "silence")
    meter = measures[0].meter or COMMON_TIME
    for measure in measures:
        measure.meter = None if measure.meter == meter else measure.meter
    return Sheet(
        measures,
        title=tune.title,
        composer=tune.composer,
        style=tune.style,
        key=key.transpose(semitones) if key else None,
        tempo=notes.tempo(float(tune.tempo)) if tune.tempo else None,
        meter=meter,
    )


def _music(tune: Tune, notes: Notes) -> str:
    """The chord string, as far as it is there."""
    music = ireal_link.decode_music(tune.music)
    if not tune.is_cut or music.rstrip()[-1:] in tuple(ireal_chords.DOUBLE):
        return music
    notes.note("cut", "begun")
    return ireal_link.decode_music(tune.music, is_cut=True)


def _transposition(tune: Tune, key: Key | None, notes: Notes) -> int:
    """Semitones from the key that a song is written in to the one that it is read in: at most six up, five down."""
    if key is None or tune.played is None or tune.played >= PITCH_CLASSES:
        return 0
    semitones = (tune.played + (RELATIVE_MINOR if key.minor else 0) - key.tonic) % PITCH_CLASSES
    if not semitones or notes.ask("transposed", ("written", "played"), text=str(tune.played)) == "written":
        return 0
    return semitones if semitones <= HALF_OCTAVE else semitones - PITCH_CLASSES
