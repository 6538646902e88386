"""What a piece is like, as numbers: densities, lengths, registers, places in the bar. Knows notes; no chords.

Chords are left out on purpose: these numbers ask whether it sounds like people, not whether it keeps to its chart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from sideman.judging.repetition import patterns, repeated
from sideman.music.band import DURATION, INSTRUMENTS, ONSET, PITCH, ROLES, Band, NoteArray, Role
from sideman.music.kit import BASS_DRUMS, SNARES
from sideman.music.qualities import PITCH_CLASSES
from sideman.music.time import STEPS_PER_BAR, STEPS_PER_BEAT, bars

Floats = npt.NDArray[np.float64]
_EIGHTH = STEPS_PER_BEAT // 2
_SCALE = (0, 2, 4, 5, 7, 9, 11)
# General MIDI's pitches of the drums that are counted.
_HATS, _CYMBALS = (42, 44, 46), (49, 51, 52, 53, 55, 57, 59)

Measure = Callable[[NoteArray, int], float]  # notes (at least one) and the number of bars
BandMeasure = Callable[[Band], float]


def _onsets(notes: NoteArray) -> npt.NDArray[np.int32]:
    return np.unique(notes[:, ONSET])


def _onsets_a_bar(notes: NoteArray, count: int) -> float:
    return len(_onsets(notes)) / count


def _notes_an_onset(notes: NoteArray, _: int) -> float:
    return len(notes) / len(_onsets(notes))


def _resting(notes: NoteArray, count: int) -> float:
    return 1 - len(np.unique(notes[:, ONSET] // STEPS_PER_BAR)) / count


def _repeated(notes: NoteArray, count: int) -> float:
    return repeated(patterns(notes, count))


def _on_beat(notes: NoteArray, _: int) -> float:
    return float((_onsets(notes) % STEPS_PER_BEAT == 0).mean())


def _off_eighths(notes: NoteArray, _: int) -> float:
    return float((_onsets(notes) % _EIGHTH > 0).mean())


def _spread_over_bars(notes: NoteArray, count: int) -> float:
    return float(np.bincount(_onsets(notes) // STEPS_PER_BAR, minlength=count).std())


def _length(notes: NoteArray, _: int) -> float:
    return float(np.log2(notes[:, DURATION]).mean())


def _length_spread(notes: NoteArray, _: int) -> float:
    return float(np.log2(notes[:, DURATION]).std())


def _sounding(notes: NoteArray, count: int) -> float:
    steps = count * STEPS_PER_BAR
    edges = np.bincount(notes[:, ONSET], minlength=steps + 1)
    ends = np.bincount(np.minimum(notes[:, ONSET] + notes[:, DURATION], steps), minlength=steps + 1)
    return float(((edges - ends).cumsum()[:-1] > 0).mean())


def _pitch(notes: NoteArray, _: int) -> float:
    return float(notes[:, PITCH].mean())


def _pitch_spread(notes: NoteArray, _: int) -> float:
    return float(notes[:, PITCH].std())


def _pitch_classes_a_bar(notes: NoteArray, _: int) -> float:
    places = np.unique(notes[:, ONSET] // STEPS_PER_BAR * PITCH_CLASSES + notes[:, PITCH] % PITCH_CLASSES)
    return len(places) / len(np.unique(places // PITCH_CLASSES))


def _top_line(notes: NoteArray) -> npt.NDArray[np.int32]:
    """The highest pitch of each onset; notes are sorted by onset, then pitch."""
    last = np.append(notes[1:, ONSET] != notes[:-1, ONSET], True)
    line: npt.NDArray[np.int32] = notes[last, PITCH]
    return line


def _leap(notes: NoteArray, _: int) -> float:
    line = _top_line(notes)
    return float(np.abs(np.diff(line)).mean()) if len(line) > 1 else float("nan")


def _tone_again(notes: NoteArray, _: int) -> float:
    line = _top_line(notes)
    return float((np.diff(line) == 0).mean()) if len(line) > 1 else float("nan")


def _drum(pitches: Sequence[int]) -> Measure:
    def measure(notes: NoteArray, count: int) -> float:
        return float(np.isin(notes[:, PITCH], pitches).sum()) / count

    return measure


def _other_drums(notes: NoteArray, count: int) -> float:
    return float((~np.isin(notes[:, PITCH], (*BASS_DRUMS, *SNARES, *_HATS, *_CYMBALS))).sum()) / count


def _kinds_of_drums(notes: NoteArray, _: int) -> float:
    return float(len(np.unique(notes[:, PITCH])))


def _snare_on_backbeat(notes: NoteArray, _: int) -> float:
    """Share of the second and fourth beats of the bars with drums that have a snare."""
    heard = np.unique(notes[:, ONSET] // STEPS_PER_BAR)
    onsets = np.unique(notes[np.isin(notes[:, PITCH], SNARES), ONSET])
    backbeat = np.isin(onsets % STEPS_PER_BAR, (STEPS_PER_BEAT, 3 * STEPS_PER_BEAT))
    return float(backbeat.sum()) / (2 * len(heard))


_EVERYBODY: dict[str, Measure] = {
    "onsets a bar": _onsets_a_bar,
    "notes an onset": _notes_an_onset,
    "bars without an onset": _resting,
    "bars repeated": _repeated,
    "onsets on the beat": _on_beat,
    "onsets off the eighths": _off_eighths,
    "spread of onsets over the bars": _spread_over_bars,
}
_PITCHED: dict[str, Measure] = {
    "length (log2 steps)": _length,
    "spread of lengths": _length_spread,
    "time sounding": _sounding,
    "pitch": _pitch,
    "spread of pitches": _pitch_spread,
    "pitch classes a bar": _pitch_classes_a_bar,
    "steps of the top line": _leap,
    "top line on one pitch": _tone_again,
}
_DRUMS: dict[str, Measure] = {
    "bass drum a bar": _drum(BASS_DRUMS),
    "snare a bar": _drum(SNARES),
    "hi-hat a bar": _drum(_HATS),
    "cymbals a bar": _drum(_CYMBALS),
    "other drums a bar": _other_drums,
    "kinds of drums": _kinds_of_drums,
    "snare on two and four": _snare_on_backbeat,
}


def _pitched_notes(band: Band) -> NoteArray:
    return np.concatenate([np.zeros((0, 4), np.int32), *(t.notes for t in band.tracks if not t.is_drum)])


def _in_scale(band: Band) -> float:
    """Share of the pitched notes in the major scale that holds most of them."""
    counts = np.bincount(_pitched_notes(band)[:, PITCH] % PITCH_CLASSES, minlength=PITCH_CLASSES)
    if not counts.sum():
        return float("nan")
    most = max(int(np.roll(counts, -tonic)[list(_SCALE)].sum()) for tonic in range(PITCH_CLASSES))
    return most / int(counts.sum())


def _together(band: Band) -> float:
    """How many of the players begin a note where any of them does, of all that play."""
    onsets = [_onsets(track.notes) for track in band.tracks if len(track)]
    if len(onsets) < 2:  # noqa: PLR2004 - one player is always together
        return float("nan")
    return sum(map(len, onsets)) / len(np.unique(np.concatenate(onsets))) / len(onsets)


def _bass_with_kick(band: Band) -> float:
    """Share of the bass's onsets that have a bass drum."""
    notes = {track.role: track.notes for track in band.tracks if len(track)}
    if Role.BASS not in notes or Role.DRUMS not in notes:
        return float("nan")
    drums = notes[Role.DRUMS]
    kicks = drums[np.isin(drums[:, PITCH], BASS_DRUMS), ONSET]
    return float(np.isin(_onsets(notes[Role.BASS]), kicks).mean())


def _growth(band: Band) -> float:
    """Notes of the second half against those of the first, log2 of the ratio."""
    onsets = np.concatenate([track.notes[:, ONSET] for track in band.tracks])
    later = int((onsets >= band.steps / 2).sum())
    return float(np.log2((later + 1) / (len(onsets) - later + 1)))


_BAND: dict[str, BandMeasure] = {
    "pitched notes in one scale": _in_scale,
    "players together": _together,
    "bass with the bass drum": _bass_with_kick,
    "growth of density": _growth,
}
_OF_ROLE: dict[Role, dict[str, Measure]] = {
    role: _EVERYBODY | (_DRUMS if INSTRUMENTS[role].is_drum else _PITCHED) for role in ROLES
}
_SILENT = {"onsets a bar": 0.0, "bars without an onset": 1.0, "time sounding": 0.0}  # of a role that never plays

FEATURES: tuple[str, ...] = (
    *(f"{role}: {name}" for role, measures in _OF_ROLE.items() for name in measures),
    *(f"band: {name}" for name in _BAND),
)


def features(band: Band) -> Floats:
    """The values of :data:`FEATURES`; nan where a band has nothing to measure them by."""
    count = bars(band.steps)
    tracks = {track.role: track.notes for track in band.tracks}
    values: list[float] = []
    for role, measures in _OF_ROLE.items():
        notes = tracks.get(role)
        for name, measure in measures.items():
            if notes is None:
                values.append(float("nan"))
            else:
                values.append(measure(notes, count) if len(notes) else _SILENT.get(name, float("nan")))
    values += [measure(band) for measure in _BAND.values()]
    return np.array(values)


def apply_to(roles: Sequence[Role]) -> npt.NDArray[np.bool_]:
    """Which of :data:`FEATURES` a band of these roles can have."""
    known = {*roles, "band"}
    return np.array([name.split(":")[0] in known for name in FEATURES])
