"""What is wanted of a section, and how it is written."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases

from sideman.errors import OptionError
from sideman.music.band import ROLES, VELOCITY, Role
from sideman.music.dynamics import played_at
from sideman.music.styles import DENSITIES, STYLES
from sideman.music.wishes import LOUDNESS, NO_WISHES, Repeat, Wishes

levels = st.dictionaries(st.sampled_from(ROLES), st.integers(0, DENSITIES - 1))
wishes = st.builds(
    Wishes,
    style=st.none() | st.sampled_from(STYLES),
    density=levels,
    roles=st.none()
    | st.lists(st.sampled_from(ROLES), min_size=1, unique=True).map(
        lambda roles: tuple(sorted(roles, key=ROLES.index))
    ),
    loudness=st.none() | st.sampled_from([*LOUDNESS]),
    repeat=st.sampled_from(Repeat),
)


def pairs(written: str) -> list[tuple[str, str]]:
    return [(name, value) for name, _, value in (wish.partition("=") for wish in written.split())]


@given(wishes)
def test_what_is_written_is_read_again(wanted: Wishes) -> None:
    assert Wishes.parse(pairs(str(wanted))) == wanted


def test_nothing_is_written_of_no_wishes() -> None:
    assert str(NO_WISHES) == ""
    assert Wishes.parse([]) == NO_WISHES


@cases(
    ("written", "wanted"),
    [
        ("density=4", Wishes(density=dict.fromkeys(ROLES, 4))),
        ("density=4,piano:1", Wishes(density={**dict.fromkeys(ROLES, 4), Role.PIANO: 1})),
        ("density=bass:0", Wishes(density={Role.BASS: 0})),
        ("tracks=all", Wishes(roles=ROLES)),
        ("tracks=bass,drums", Wishes(roles=(Role.BASS, Role.DRUMS))),
        ("loudness=pp repeat=as style=hip-hop", Wishes(style="hip-hop", loudness="pp", repeat=Repeat.AS)),
    ],
)
def test_wishes_are_read(written: str, wanted: Wishes) -> None:
    assert Wishes.parse(pairs(written)) == wanted


@cases(
    ("written", "remedy"),
    [
        ("density=5", "0 to 4"),
        ("density=", "0 to 4"),
        ("density=piamo:1", "one of drums, piano"),
        ("density=٣", "0 to 4"),
        ("tracks=", "one of drums, piano"),
        ("tracks=drums,drums", "each once"),
        ("loudness=loud", "one of pp, p, mp, mf, f, ff"),
        ("repeat=same", "one of as, like, new"),
        ("style=polka", "one of rock, pop"),
        ("tempo=120", "one of style, density, tracks, loudness, repeat"),
    ],
)
def test_a_wish_that_there_is_not_is_refused_with_a_remedy(written: str, remedy: str) -> None:
    with pytest.raises(OptionError, match=remedy):
        Wishes.parse(pairs(written))


@given(st.lists(st.integers(1, 127), min_size=2, max_size=20))
def test_dynamics_keep_the_order_of_loudness_and_stay_in_range(velocities: list[int]) -> None:
    notes = np.array([(0, 1, 60, velocity) for velocity in velocities], np.int32)
    heard = [played_at(notes, loudness)[:, VELOCITY] for loudness in LOUDNESS]
    for softer, louder in pairwise(heard):
        assert (softer <= louder).all()
    for each in heard:
        assert each.min() >= 1
        assert each.max() <= 127
        assert (np.diff(each[np.argsort(velocities)]) >= 0).all()
    assert (heard[[*LOUDNESS].index("mf")] == velocities).all()
    assert played_at(notes, None) is notes
