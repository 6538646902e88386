"""iReal Pro links as another program reads them: ``ireal-musicxml``, run by node in a folder of its own.

    cd FOLDER && npm install ireal-musicxml
    SIDEMAN_IREAL_ORACLE=FOLDER python -m benchmarks.charts ...

It is an outside program and no part of this package: it writes MusicXML, of which the measures are read here.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

from sideman.charts import Sheet
from sideman.music.progression import Chord

FOLDER = "SIDEMAN_IREAL_ORACLE"
PACKAGE = "ireal-musicxml"
SECONDS = 300

# Reads a JSON list of links, writes one of MusicXML: the first song of each, null where it reads none.
PROGRAM = """
const {Playlist, MusicXML} = require('ireal-musicxml');
const links = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const convert = link => MusicXML.convert(new Playlist(link).songs[0], {logLevel: 4});
const read = link => { try { return convert(link); } catch { return null; } };
process.stdout.write(JSON.stringify(links.map(read)));
"""

STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
DEGREES = {1: 0, 2: 2, 3: 4, 4: 5, 5: 7, 6: 9, 7: 11, 9: 2, 11: 5, 13: 9}
SEVENTH = 7  # an added one is minor
# Tones of MusicXML's kinds, in semitones above the root.
KINDS = {
    "major": (0, 4, 7),
    "minor": (0, 3, 7),
    "augmented": (0, 4, 8),
    "diminished": (0, 3, 6),
    "dominant": (0, 4, 7, 10),
    "major-seventh": (0, 4, 7, 11),
    "minor-seventh": (0, 3, 7, 10),
    "diminished-seventh": (0, 3, 6, 9),
    "augmented-seventh": (0, 4, 8, 10),
    "half-diminished": (0, 3, 6, 10),
    "major-minor": (0, 3, 7, 11),
    "major-sixth": (0, 4, 7, 9),
    "minor-sixth": (0, 3, 7, 9),
    "dominant-ninth": (0, 4, 7, 10, 2),
    "major-ninth": (0, 4, 7, 11, 2),
    "minor-ninth": (0, 3, 7, 10, 2),
    "dominant-11th": (0, 4, 7, 10, 2, 5),
    "major-11th": (0, 4, 7, 11, 2, 5),
    "minor-11th": (0, 3, 7, 10, 2, 5),
    "dominant-13th": (0, 4, 7, 10, 2, 5, 9),
    "major-13th": (0, 4, 7, 11, 2, 5, 9),
    "minor-13th": (0, 3, 7, 10, 2, 5, 9),
    "suspended-second": (0, 2, 7),
    "suspended-fourth": (0, 5, 7),
    "power": (0, 7),
    "none": (),
}


class OracleChord(NamedTuple):
    """A chord: ``onset`` as a share of its measure, root and bass as pitch classes, None and no tones where silent."""

    onset: Fraction
    root: int | None
    tones: frozenset[int]  # pitch classes
    bass: int | None


class OracleMeasure(NamedTuple):
    """A written measure. ``signs`` are names such as ``{``, ``}``, ``}3``, ``1.``, ``segno``, ``coda``, ``to coda``."""

    meter: tuple[int, int]
    chords: tuple[OracleChord, ...]
    signs: frozenset[str]


def why_not() -> str | None:
    """Why it cannot be asked; None where it can."""
    folder = os.environ.get(FOLDER)
    if shutil.which("node") is None:
        return "node is not installed"
    if not folder or not (Path(folder) / "node_modules" / PACKAGE).is_dir():
        return f"{FOLDER} names no folder in which `npm install {PACKAGE}` was run"
    return None


def measures(link: str) -> list[OracleMeasure] | None:
    """The written measures of a link's first song, None where the program reads none."""
    return measures_of([link])[0]


def measures_of(links: Sequence[str]) -> list[list[OracleMeasure] | None]:
    """The same for many links at once. Raises :class:`RuntimeError` where :func:`why_not` tells why."""
    if reason := why_not():
        raise RuntimeError(reason)
    run = subprocess.run(
        ["node", "-e", PROGRAM],
        cwd=os.environ[FOLDER],
        input=json.dumps(list(links)),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    return [None if score is None else _measures(score) for score in json.loads(run.stdout)]


def agreeing(sheet: Sheet, oracle: Sequence[OracleMeasure]) -> int:
    """How many measures have the metre and the sounding chords that the oracle reads, each at its onset."""
    mine = []
    for measure in sheet.measures:
        meter = measure.meter or sheet.meter
        chords = [
            OracleChord(Fraction(tick, meter.ticks), chord.root_pc, _tones(chord), chord.bass_pc)
            for tick, chord in measure.chords
        ]
        mine.append(OracleMeasure((meter.beats, meter.unit), tuple(chords), frozenset()))
    pairs = zip(_sounding(mine), _sounding(oracle), strict=False)
    return sum(ours == theirs for ours, theirs in pairs)


def _tones(chord: Chord) -> frozenset[int]:
    return frozenset() if chord.root is None else chord.pitch_classes


def _sounding(measures: Sequence[OracleMeasure]) -> Iterator[tuple[tuple[int, int], list[OracleChord]]]:
    """The metre of each measure and what sounds in it: the chord that goes on into it too, none twice in a row."""
    last = OracleChord(Fraction(0), None, frozenset(), None)
    for meter, chords, _ in measures:
        sounding = [last._replace(onset=Fraction(0))]
        for chord in chords:
            if chord.onset == 0:
                sounding = [chord]
            elif chord[1:] != sounding[-1][1:]:
                sounding.append(chord)
        last = sounding[-1]
        yield meter, sounding


def _measures(score: str) -> list[OracleMeasure]:
    found = []
    meter = (4, 4)
    root = ET.fromstring(re.sub(r"<!DOCTYPE[^>]*>", "", score))
    divisions = int(root.findtext(".//divisions") or 1)
    for measure in root.iter("measure"):
        if (time := measure.find("attributes/time")) is not None:
            meter = (int(time.findtext("beats") or 4), int(time.findtext("beat-type") or 4))
        length = Fraction(divisions * 4 * meter[0], meter[1])
        onset = Fraction(0)
        chords = []
        for element in measure:
            if element.tag == "harmony":
                chords.append(_chord(element, onset / length))
            elif element.tag == "note":
                onset += int(element.findtext("duration") or 0)
        found.append(OracleMeasure(meter, tuple(chords), frozenset(_signs(measure))))
    return found


def _chord(harmony: ET.Element, onset: Fraction) -> OracleChord:
    kind = harmony.findtext("kind") or "none"
    if kind == "none":
        return OracleChord(onset, None, frozenset(), None)
    root = _note(harmony, "root")
    tones = set(KINDS[kind])
    for degree in harmony.findall("degree"):
        value = int(degree.findtext("degree-value") or 1)
        natural = DEGREES[value] - (value == SEVENTH)
        tone = (natural + int(degree.findtext("degree-alter") or 0)) % 12
        if degree.findtext("degree-type") != "add":
            tones.discard(natural)
        if degree.findtext("degree-type") != "subtract":
            tones.add(tone)
    bass = _note(harmony, "bass") if harmony.find("bass") is not None else root
    return OracleChord(onset, root, frozenset((root + tone) % 12 for tone in tones), bass)


def _note(harmony: ET.Element, part: str) -> int:
    step = harmony.findtext(f"{part}/{part}-step") or "C"
    return (STEPS[step] + int(harmony.findtext(f"{part}/{part}-alter") or 0)) % 12


def _signs(measure: ET.Element) -> list[str]:
    signs = []
    for repeat in measure.iter("repeat"):
        times = repeat.get("times") or "2"
        signs.append("{" if repeat.get("direction") == "forward" else "}" + (times if times != "2" else ""))
    signs += [f"{ending.get('number')}." for ending in measure.iter("ending") if ending.get("type") == "start"]
    for sound in measure.iter("sound"):
        names = {
            "segno": "segno",
            "coda": "coda",
            "tocoda": "to coda",
            "fine": "fine",
            "dacapo": "D.C.",
            "dalsegno": "D.S.",
        }
        signs += [sign for name, sign in names.items() if sound.get(name)]
    return signs
