"""What a leader may decide besides the chords, and how it is played: a row an option. Knows names and ranges, no ids.

The command line, batches, the HTTP interface and, through it, the page and its links are made of this table. A new
option is a row here, and its use. Imports no numpy, since ``sideman --help`` reads it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from sideman.errors import OptionError
from sideman.music.feel import HARDEST_SWING, MAX_HAND_SEED, MOST_HUMAN, STRAIGHT, Feel
from sideman.music.mixes import MIXES, STUDIO
from sideman.music.roles import ROLES, Role
from sideman.music.styles import DENSITIES, ENDINGS, LOOP, STYLES
from sideman.option import SHOWN, Option, near_of

MIN_TEMPO, MAX_TEMPO = 20, 400  # beats a minute
MAX_SEED = 2**64 - 1
MAX_TAKES = 64
AS_PEOPLE, STRICTEST = 0.5, 1.0  # how strict a leader is
MOST_TRANSPOSED = 11  # semitones
RANDOM_SEEDS = 2**32  # short enough to be read out, and a whole number in every language


@dataclass(frozen=True, kw_only=True)
class PlayOptions:
    """How what was composed is played: it stays the same music. Raises :class:`OptionError` for a value out of range.

    ``swing``, ``straight``, ``humanize``, ``humanize_seed`` and ``ritardando`` are those of
    :class:`~sideman.music.feel.Feel`.
    ``play_tempo``, in beats a minute, is None where it is the tempo that the music was composed for. ``transpose``
    moves all but the drums by semitones; whom that takes out of the instrument's range plays an octave back. ``mix`` is
    one of :data:`~sideman.music.mixes.MIXES`.
    """

    swing: float = field(
        default=STRAIGHT,
        metadata=Option(
            "number",
            "Where the off-beat stands, in per cent of the beat: 50 is straight, 67 triplets",
            STRAIGHT,
            HARDEST_SWING,
            shapes=False,
        ).row,
    )
    straight: tuple[Role, ...] | None = field(
        default=None,
        metadata=Option("several", "Who doesn't swing along", choices=tuple(Role), nothing="nobody", shapes=False).row,
    )
    humanize: float = field(
        default=0.0,
        metadata=Option(
            "number",
            "How much timing and loudness stray: 0 is exact, 1 as people play",
            0,
            MOST_HUMAN,
            shapes=False,
        ).row,
    )
    humanize_seed: int = field(
        default=0, metadata=Option("whole", "Same number, same straying", 0, MAX_HAND_SEED, shapes=False).row
    )
    ritardando: bool = field(
        default=False, metadata=Option("flag", "Slow down over the last bars", shapes=False, live=False).row
    )
    play_tempo: float | None = field(
        default=None,
        metadata=Option(
            "number",
            "Beats a minute to play at, whatever tempo it was composed for",
            MIN_TEMPO,
            MAX_TEMPO,
            nothing="the tempo itself",
            shapes=False,
            live=False,
        ).row,
    )
    transpose: int = field(
        default=0,
        metadata=Option(
            "whole",
            "Semitones to play higher, or lower, than composed",
            -MOST_TRANSPOSED,
            MOST_TRANSPOSED,
            shapes=False,
            live=False,
        ).row,
    )
    mix: str = field(
        default=STUDIO,
        metadata=Option("text", "How loud and where each player is heard", choices=tuple(MIXES), shapes=False).row,
    )

    def __post_init__(self) -> None:
        for option in table(type(self)):
            object.__setattr__(self, option.attribute, option.check(getattr(self, option.attribute)))

    @property
    def feel(self) -> Feel:
        """What of it is the band's feel."""
        return Feel(self.swing, self.straight or (), self.humanize, self.humanize_seed, self.ritardando)


@dataclass(frozen=True)
class ArrangeOptions(PlayOptions):
    """What the leader decides besides the chords, and how it is played.

    Raises :class:`OptionError` for a value out of range.

    ``tempo`` in beats a minute, ``style`` one of the vocabulary's or None for any, ``density`` 0 (sparse) to 4 (busy)
    of whoever plays in a bar or None for whatever fits, ``roles`` who is in the band. ``seed`` makes it repeatable,
    None is another one each time. ``temperature`` scales the temperatures that the weights want: 1 leaves them, more
    is more daring, 0 takes the likeliest. ``strict`` says how closely all keep to the chords: 0.5 as people do and the
    weights want it, 0 freely; at 1 every note that begins on a beat is a tone of its chord, and the bass begins each
    chord on its root or slash bass. ``top_p`` keeps the likeliest that together reach this probability, None is
    the weights' own. A bass that is ``free_bass`` may begin a slash chord on another note than its slash bass.
    ``ending`` is "loop", music that goes on from the start, or "ring", a last bar held by all. With an ``intro``
    players may rest in the first bar.
    """

    tempo: float = field(default=120.0, metadata=Option("number", "Beats a minute", MIN_TEMPO, MAX_TEMPO).row)
    style: str | None = field(default=None, metadata=Option("text", "Style", choices=STYLES, nothing="any").row)
    roles: tuple[Role, ...] = field(
        default=ROLES, metadata=Option("several", "Who plays", choices=ROLES, name="tracks").row
    )
    seed: int | None = field(
        default=None,
        metadata=Option("whole", "Same seed, same music", 0, MAX_SEED, nothing="another one each time").row,
    )
    takes: int = field(default=1, metadata=Option("whole", "Versions to compose", 1, MAX_TAKES, live=False).row)
    density: int | None = field(
        default=None,
        metadata=Option(
            "whole", "How much is played, from sparse to busy", 0, DENSITIES - 1, nothing="the band decides"
        ).row,
    )
    temperature: float = field(
        default=1.0,
        metadata=Option(
            "number",
            "How daring: 1 is what the weights want, 0 takes the likeliest",
            0.01,
            10,
            zero=True,
            relative=True,
        ).row,
    )
    top_p: float | None = field(
        default=None,
        metadata=Option(
            "number",
            "Choose among the likeliest that together have this share",
            0,
            1,
            above=True,
            nothing="the weights' own",
            relative=True,
        ).row,
    )

    free_bass: bool = field(
        default=False,
        metadata=Option("flag", "The bass may begin a slash chord on another note than its slash bass").row,
    )

    strict: float = field(
        default=AS_PEOPLE,
        metadata=Option(
            "number",
            "How closely all keep to the chords: 0 freely, 0.5 as people do, 1 never off them on a beat",
            0,
            STRICTEST,
            live=False,
        ).row,
    )

    ending: str = field(
        default=LOOP,
        metadata=Option("text", "Go round, or end with a last chord that rings", choices=ENDINGS, live=False).row,
    )
    intro: bool = field(
        default=False,
        metadata=Option("flag", "Begin as songs do, where players come in one after the other", live=False).row,
    )

    @property
    def playing(self) -> PlayOptions:
        """How it is played."""
        return PlayOptions(**{option.attribute: getattr(self, option.attribute) for option in PLAYING})

    def seeded(self) -> ArrangeOptions:
        """With a random seed where none was given."""
        return self if self.seed is not None else replace(self, seed=random_seed())


def random_seed() -> int:
    """A seed for who gave none."""
    from secrets import randbelow

    return randbelow(RANDOM_SEEDS)


def table(options: type) -> tuple[Option, ...]:
    """The rows of a class of options, those that shape the notes first."""
    rows = [
        replace(row, name=row.name or entry.name, attribute=entry.name, default=entry.default)
        for entry in fields(options)
        for row in (entry.metadata["option"],)
    ]
    return tuple(sorted(rows, key=lambda row: not row.shapes))


OPTIONS = table(ArrangeOptions)
PLAYING = table(PlayOptions)  # the last of them
LIVE = tuple(option for option in OPTIONS if option.live)  # those of a jam


def by_attribute(values: Mapping[str, Any], options: Sequence[Option] | None = None) -> dict[str, Any]:
    """Values by the attributes of options, all unless told otherwise; ``tracks`` may be called ``roles`` here.

    Raises :class:`OptionError` for a name that no option has.
    """
    options = options or OPTIONS
    return _named(values, options, {option.attribute: option.attribute for option in options})


def options_of(values: Mapping[str, Any]) -> ArrangeOptions:
    """From values by the names of the table; what is left out has its default.

    Raises :class:`OptionError` for a name that is not there, or a value out of range.
    """
    return ArrangeOptions(**_named(values, OPTIONS, {}))


def _named(values: Mapping[str, Any], options: Sequence[Option], more: Mapping[str, str]) -> dict[str, Any]:
    """Values by the attributes of their options, found by the names of the table and ``more``."""
    attributes = {**more, **{option.name: option.attribute for option in options}}
    for name in values:
        if name not in attributes:
            names = ", ".join(option.name for option in options)
            raise OptionError(f"unknown option {name[:SHOWN]!r}: {near_of(name, attributes)}there are {names}")
    found = {attributes[name]: value for name, value in values.items()}
    if len(found) < len(values):
        raise OptionError(f"options {', '.join(values)}: two of them are the same one, give it once")
    return found


def values_of(options: ArrangeOptions) -> dict[str, Any]:
    """The values by the names of the table."""
    return {option.name: getattr(options, option.attribute) for option in OPTIONS}
