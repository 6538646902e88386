"""What is to be played: chords, and what the leader decides besides. Everything but the model.

plan -> takes, which have yet to be composed; ids of a take -> bars, finished for the ear -> Band
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from sideman.composer import SAMPLING, Take
from sideman.errors import OptionError
from sideman.model.sampling import SamplingDefaults, SamplingOptions
from sideman.music.band import DURATION, ONSET, ROLES, Note, NoteArray, Role, Track
from sideman.music.chords import Progression
from sideman.music.dynamics import played_at
from sideman.music.ending import with_ending
from sideman.music.finishing import finish, struck
from sideman.music.key import Key
from sideman.music.song import Song
from sideman.music.strokes import Setting, settings
from sideman.music.styles import LOOP, style_program
from sideman.music.wishes import PlayedSection
from sideman.options import AS_PEOPLE, STRICTEST, PlayOptions
from sideman.options import ArrangeOptions as ArrangeOptions  # noqa: PLC0414 - readers of this module find it here too
from sideman.render.parts import cut_melody
from sideman.render.played import seconds_of
from sideman.render.rendition import Rendition
from sideman.tokens.chart import Chart, chart_of_progression
from sideman.tokens.clashes import Clashes
from sideman.tokens.decode import BarNotes
from sideman.tokens.fingerprints import Fingerprints, Run
from sideman.tokens.grid import GridLoss
from sideman.tokens.kit import Other, beginnings_of
from sideman.tokens.leader import Leader
from sideman.tokens.leads import Leads, Repeats, heads_of, leads_of
from sideman.tokens.own import Velocities, own_parts
from sideman.tokens.parts import Part, Parts

Heard = Mapping[Role, NoteArray]  # a bar of the chart, ready for the ear

# In each bar the later roles hear the earlier ones.
PART_ORDER = (Role.DRUMS, Role.BASS, Role.PIANO, Role.GUITAR, Role.STRINGS)


class Bar(NamedTuple):
    """A bar that a take has just finished, as people count; onsets count in steps from the start of the song."""

    take: int
    number: int
    notes: dict[Role, NoteArray]

    def __repr__(self) -> str:
        notes = ", ".join(f"{role} {len(rows)}" for role, rows in self.notes.items())
        return f"<Bar {self.number} of take {self.take}: {notes} notes>"


@dataclass(frozen=True)
class Plan:
    """What is to be played: chords, and what the leader decides besides. Everything but the model.

    Its ``options`` have a seed, also where none was given: with it they make the same music again. The progression has
    the bar that an ending adds. Ids stand in C major or A minor as if in ``key``; it is the chords' own unless given.
    ``sections`` are those of the piece, in the order of playing; without any it is one. ``given`` are somebody's own
    parts of some roles, one for each bar of the chart: the others are composed around them. ``melody`` is a sixth track
    that plays along as it is: the band avoids what would rub against it. ``velocities`` are those of edited parts, by
    role and bar of the chart. ``title`` and ``signature`` are what the chart says of itself, and change no note;
    ``programs`` are General MIDI programs (0-based) in place of those that the style brings along. Raises
    :class:`OptionError` where the bars of sections, own parts or the melody are not those of the progression.
    """

    progression: Progression
    options: ArrangeOptions = field(default_factory=ArrangeOptions)
    key: Key | None = None
    sections: tuple[PlayedSection, ...] = ()
    given: Mapping[Role, tuple[Part, ...]] = field(default_factory=dict)
    melody: Track | None = None
    velocities: Mapping[tuple[Role, int], Velocities] = field(default_factory=dict)
    title: str = ""
    signature: Key | None = None
    programs: Mapping[Role, int] = field(default_factory=dict)

    @classmethod
    def of(cls, song: Song, options: ArrangeOptions | None = None) -> Self:
        """A song, with its sections and what it is called. Its tempo and style are the options' own affair."""
        return cls(
            song.progression,
            options or ArrangeOptions(),
            sections=song.passages,
            title=song.title,
            signature=song.key,
        )

    def __post_init__(self) -> None:
        object.__setattr__(self, "options", self.options.seeded())
        asked = self.progression.bars
        if self.rings:
            object.__setattr__(self, "progression", with_ending(self.progression))
        bars = sum(len(section.bars) for section in self.sections)
        if self.sections and bars not in {asked, self.progression.bars - self.rings}:
            raise OptionError(f"sections of {bars} bars for a progression of {asked}: give them the same bars")
        for role, parts in self.given.items():
            if role not in self.options.roles:
                raise OptionError(
                    f"own part of {role}: {role} doesn't play, add it to the tracks or leave its part out"
                )
            if len(parts) != self.chart.bars:
                raise OptionError(f"own part of {role}: {len(parts)} bars of {self.chart.bars}, give a part for each")
        if self.melody is not None and (self.melody.role is not Role.MELODY or not self._holds(self.melody.notes)):
            raise OptionError("melody: it wants a track of that role, with notes that end within the chart")

    @property
    def rings(self) -> bool:
        """Whether the last bar is one chord, held by all."""
        return self.options.ending != LOOP

    @cached_property
    def chart(self) -> Chart:
        """The chords as the model reads them."""
        return chart_of_progression(self.progression, self.key)

    @property
    def told_key(self) -> Key:
        """The key that the chart names, or else the one that its chords speak for."""
        return self.signature or self.progression.spelled(self.chart.key)

    @property
    def bars(self) -> int:
        """How many bars, as people count."""
        return len(self.chart.spans)

    @cached_property
    def _settings(self) -> tuple[Setting, ...]:
        """Where each bar stands, for those who play it."""
        styles = [lead.style or self.options.style for lead in self.leads.bars]
        return settings(self.chart.lines.tolist(), styles, self.options.seed or 0)

    def with_own(self, tracks: Mapping[Role, Track] | Mapping[str, Track]) -> tuple[Plan, dict[Role, GridLoss]]:
        """The same around somebody's own tracks, put on the grid, and what that changed.

        Raises :class:`OptionError` for roles that don't play, and tracks of which nothing is left.
        """
        for name, track in tracks.items():
            if name not in ROLES or not isinstance(track, Track):
                raise OptionError(f"own part of {name}: name it one of {', '.join(ROLES)}, and give a Track")
        made = {Role(name): own_parts(Role(name), track.notes, self.chart) for name, track in tracks.items()}
        plan = replace(self, given={role: parts for role, (parts, _) in made.items()})
        return plan, {role: loss for role, (_, loss) in made.items()}

    def with_melody(self, track: Track) -> tuple[Plan, GridLoss]:
        """The same with a melody, and what was changed in it: cut at the end, or where its pitch begins anew.

        Whoever plays it in ``track``, it keeps its program. Raises :class:`OptionError` where nothing is left of it.
        """
        melody, loss = cut_melody(track, self.chart.steps)
        return replace(self, melody=melody), loss

    def _holds(self, notes: NoteArray) -> bool:
        return bool((notes[:, ONSET] + notes[:, DURATION] <= self.chart.steps).all())

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return seconds_of(self.progression, self.options.tempo, self.options)

    @cached_property
    def _clashes(self) -> Clashes | None:
        clashes = Clashes(self.chart, None if self.melody is None else self.melody.notes)
        return None if clashes.is_idle else clashes

    @property
    def own(self) -> list[Parts]:
        """What is given of each bar; empty where nothing is."""
        return [
            {role: parts[bar] for role, parts in self.given.items()}
            for bar in range(self.chart.bars * bool(self.given))
        ]

    def take(
        self,
        number: int,
        sampling: SamplingDefaults = SAMPLING,
        *,
        given: Sequence[Parts] = (),
        seed: int | None = None,
        judged: Collection[int] = (),
        others: Collection[Other] = (),
        present: Sequence[Parts] = (),
    ) -> Take:
        """A take that has yet to be composed: all of it, or what is not ``given``, by the plan's seed or another.

        ``sampling`` is how the weights are drawn from. Of what is given in the ``judged`` bars the model is asked how
        likely it is. ``others`` are parts that are not to be what they were. Nobody repeats a given part in a bar
        where it stands at ``present``: that would not be played anew.
        """
        options = self.options if seed is None else replace(self.options, seed=seed)
        sampling = sampling.fitted(options.strict / AS_PEOPLE)
        drawing = SamplingOptions(options.temperature, options.top_p, options.seed or 0)

        def is_idle(role: Role, bar: int, source: int) -> bool:
            kept = given[source].get(role)
            return kept is not None and role not in given[bar] and present[bar].get(role) == kept

        repeats = Repeats(sampling.repeats, drawing.generator(number, "repeats"), is_idle if present else None)
        leads = self._leads(repeats)
        if others:
            playing: dict[int, set[Role]] = {other.bar: set() for other in others}
            for other in others:
                if other.plays:
                    playing[other.bar].add(ROLES[other.role])
            leads = leads.anew(playing)

        def is_drawn(role: Role, bar: int) -> bool:
            return self._draws(role, bar, given)

        beginnings = [*others, *beginnings_of(self.chart, self.leads.bars, options.style, is_drawn)]
        leader = self.leader(given, leads)
        return Take(number, self.chart, leader, drawing, sampling, beginnings, judged, self._clashes)

    def leader(self, given: Sequence[Parts] = (), leads: Leads | None = None) -> Leader:
        """What the ids of a take must follow. ``given`` are parts of each bar; who is given in all bars comes first.

        ``leads`` is what is decided of bars, where more is than the plan tells.
        """
        options = self.options
        composed = {role for role in options.roles if not given or any(role not in bar for bar in given)}
        roles = sorted((role for role in PART_ORDER if role in options.roles), key=composed.__contains__)
        density = None if options.density is None else dict.fromkeys(roles, options.density)
        return Leader(
            self.chart,
            roles,
            style=options.style,
            tempo=options.tempo,
            density=density,
            free_bass=options.free_bass,
            strict=options.strict >= STRICTEST,
            given=given,
            excerpt=True,
            leads=leads or self.leads,
        )

    @cached_property
    def leads(self) -> Leads:
        """What is decided of each bar, whatever is drawn."""
        return self._leads()

    def _leads(self, repeats: Repeats | None = None) -> Leads:
        parts = [len(span) for span in self.chart.spans]
        heads = heads_of(self.chart, goes_on=not self.rings)
        return leads_of(
            heads,
            self.sections,
            parts,
            rings=self.rings,
            cut=self.chart.steps < self.chart.lines[-1],
            compound={bar for bar, measure in enumerate(self.chart.measures) if measure.compound},
            intro=self.options.intro,
            repeats=repeats,
        )

    def _draws(self, role: Role, bar: int, given: Sequence[Parts]) -> bool:
        """Whether the part of a role in a bar is composed: it plays, and nobody gave it or plays it again."""
        is_given = bool(given) and role in given[bar]
        return role in self.options.roles and role not in self.leads.bars[bar].copied and not is_given

    def heard(self, bar: BarNotes) -> Heard:
        """A bar of the chart as it was composed, made ready for the ear; what was given is as loud as it was given."""
        told = {role: self.velocities.get((role, bar.number)) for role in bar.notes}
        given = {role: notes for role, notes in bar.notes.items() if role in self.given or told[role] is not None}
        played = {role: notes for role, notes in bar.notes.items() if role not in given}
        loudness = self.leads.bars[bar.number].loudness
        own = finish(given, self.chart.steps, None)
        band = finish(played, self.chart.steps, self._settings[bar.number])
        heard = {}
        for role in bar.notes:
            velocities = told[role]
            if velocities is not None:
                heard[role] = struck(own[role], velocities)
            else:
                heard[role] = own[role] if role in own else played_at(band[role], loudness)
        return heard

    def whole(self, take: int, heard: Mapping[int, Heard], number: int) -> Bar | None:
        """The bar of the piece that ends with bar ``number`` of the chart, ready for the ear; None within a bar.

        ``heard`` holds that bar and those before it, as :meth:`heard` gives them.
        """
        bar = self.chart.whole(number + 1) - 1
        if bar < 0 or self.chart.spans[bar].stop != number + 1:
            return None
        parts = [heard[part] for part in self.chart.spans[bar]]
        notes = {role: np.concatenate([notes[role] for notes in parts]) for role in parts[0]}
        if self.melody is not None:
            begin, end = self.progression.lines.onset(bar), self.progression.lines.onset(bar + 1)
            onsets = self.melody.notes[:, ONSET]
            notes[Role.MELODY] = self.melody.notes[(onsets >= begin) & (onsets < end)]
        return Bar(take, bar, notes)

    def known(self, fingerprints: Fingerprints, ids: Sequence[int] | npt.NDArray[np.integer]) -> tuple[Run, ...]:
        """The runs of bars, as people count, that a take with these ids has in common with known songs."""
        found = []
        for role, first, bars in fingerprints.runs(np.array(ids, np.uint16)):
            begin, end = self.chart.whole(first), self.chart.whole(first + bars - 1)
            found.append(Run(role, begin, min(end, self.bars - 1) - begin + 1))
        return tuple(found)

    def wholes(self, take: int, bars: Sequence[BarNotes]) -> list[Bar]:
        """All bars of a take that is done."""
        heard = {bar.number: self.heard(bar) for bar in bars}
        told = (self.whole(take, heard, number) for number in range(len(bars)))
        return [bar for bar in told if bar is not None]

    def band(self, bars: Iterable[BarNotes], playing: PlayOptions | None = None) -> Rendition:
        """The band that plays all bars of a take, as the plan's own options say, or others."""
        return self.played([self.heard(bar) for bar in bars], playing)

    def played(self, heard: Sequence[Heard], playing: PlayOptions | None = None) -> Rendition:
        """The same of bars that are ready for the ear."""
        tracks = (self._track(role, np.concatenate([notes[role] for notes in heard])) for role in self.options.roles)
        return self._composed(tracks).played(playing or self.options.playing)

    @property
    def chairs(self) -> Rendition:
        """The band before anybody but the melody plays."""
        return self._composed(map(self._track, self.options.roles)).played(self.options.playing)

    def _track(self, role: Role, notes: NoteArray | Iterable[Note] = ()) -> Track:
        """With the instrument that was chosen, or that the style brings along."""
        return Track(role, notes, self.programs.get(role, style_program(self.options.style, role)))

    def _composed(self, tracks: Iterable[Track]) -> Rendition:
        progression, melody = self.progression, self.melody
        if melody is not None:
            melody = replace(melody, program=self.programs.get(Role.MELODY, melody.program))
        return Rendition(
            (*tracks, *(() if melody is None else (melody,))),
            self.chart.steps,
            self.options.tempo,
            progression.lines,
            progression=progression,
            key=self.told_key.name,
            sections=self.sections,
            title=self.title,
        )
