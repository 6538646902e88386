"""What a piece's files are made of, and what they are called. Knows no files and no requests."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import sha256

import numpy as np

from sideman.music.band import Role, Track
from sideman.options import PLAYING, PlayOptions
from sideman.pieces.composition import Composition
from sideman.pieces.document import to_document
from sideman.pieces.labels import called
from sideman.render.naming import file_name, take_stem
from sideman.render.rendition import Rendition
from sideman.web.mixing import Mix
from sideman.web.schemas import Description
from sideman.web.store import Piece

VERSION_DIGITS = 16


@dataclass(frozen=True)
class Source:
    """What a file is made of: a take, how it is played, and the piece where that is not as it was first composed."""

    piece: Piece
    description: Description
    take: int
    playing: PlayOptions
    changed: Composition | None

    def name(self, mix: Mix) -> str:
        """What its files in this mix are called: another name for other notes, and for another sound."""
        version = ""
        if self.changed is not None:
            standing = to_document(replace(self.changed, undone=(), candidates=()))
            version = f"-of-{digest(standing)}"
        return f"take-{self.take}{version}{self.suffix(mix)}"

    def suffix(self, mix: Mix) -> str:
        """What of that the mix says."""
        return mix.suffix(self.playing, self.description.asked_style, self.description.programs)

    @property
    def song(self) -> str:
        """How a browser calls its files: by the piece, and by which of several takes."""
        return take_stem(self.piece.name, self.take, self.description.takes)

    def called(self, mix: Mix, ending: str, *, bars: range | None = None, what: str = "") -> str:
        """What a browser calls its files: by the song, and by who plays where that isn't everybody."""
        heard = self.description.heard
        sounding = mix.sounding(heard)
        return file_name(
            self.song,
            ending,
            roles=() if len(sounding) == len(heard) else [role for role in Role if role in sounding],
            bars=bars,
            what=what,
        )

    @property
    def seconds(self) -> float:
        """How long it plays."""
        description, changed, take = self.description, self.changed, self.take
        chords = description.chords_of(take) if changed is None else changed.plan_of(take).progression
        return description.seconds_at(self.playing, chords)


def document_of(composition: Composition, source: Source) -> str:
    """The document of a piece as its files have it: with its chart's title and its own name, played as they are."""
    playing = {option.attribute: getattr(source.playing, option.attribute) for option in PLAYING}
    plan = composition.plan
    played = replace(composition, plan=replace(plan, options=replace(plan.options, **playing)))
    description = source.description
    chart = None if description.chart is None else description.chart.model_dump()
    return to_document(called(played, source.piece.name if source.piece.named else "", description.title, chart))


def told_bars(bars: Iterable[str], take: int, description: Description) -> Rendition:
    """A take from its bars as they were told: MIDI would not do, it doesn't tell a silent track from none."""
    rows: dict[Role, list[list[int]]] = {role: [] for role in description.tracks}
    for line in bars:
        bar = json.loads(line)
        if bar["take"] == take:
            for role in rows:
                rows[role] += bar["notes"][role]
    tracks = tuple(Track(role, np.array(notes, np.int32)) for role, notes in rows.items())
    progression = description.read()
    return Rendition(
        tracks,
        progression.steps,
        description.tempo,
        progression.lines,
        progression=progression,
        key=description.key,
    )


def digest(text: str) -> str:
    """What tells texts apart in the name of a file."""
    return sha256(text.encode()).hexdigest()[:VERSION_DIGITS]
