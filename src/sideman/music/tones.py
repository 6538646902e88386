"""Chord qualities from their tones alone: a row of the table, or one that is named after its tones.

Every set of tones has one name, and the name tells the tones: ``7(b9,#11,13)`` is 1 3 5 b7 b9 #11 13. Knows no text
but these names.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from sideman.errors import OptionError
from sideman.music.qualities import MODEL_QUALITIES, PITCH_CLASSES, QUALITIES, Quality

__all__ = ["LONGEST_NAME", "quality_of"]

LONGEST_NAME = 19  # characters: what is longer has more tones than a hand plays

_ROWS = {frozenset(quality.intervals): quality for quality in QUALITIES}
_MODEL_IDS = {quality.name: number for number, quality in enumerate(MODEL_QUALITIES)}

# What a semitone above the root is called where it is not a third, fifth, sixth or seventh.
_TENSIONS = {1: "b9", 2: "9", 3: "#9", 5: "11", 6: "#11", 8: "b13"}
_SEVENTHS = {"b7": "7", "7": "M7", "bb7": "7", "6": "6", "": ""}  # in a name


def quality_of(intervals: Iterable[int]) -> Quality:
    """The quality with these semitones above the root, in any octave; the root itself is understood.

    Raises :class:`OptionError` where there is no tone besides the root, both a minor and a major seventh, or more than
    a name of :data:`LONGEST_NAME` characters can tell.
    """
    return _quality(frozenset(interval % PITCH_CLASSES for interval in intervals) | {0})


@lru_cache(maxsize=1 << (PITCH_CLASSES - 1))
def _quality(tones: frozenset[int]) -> Quality:
    if tones in _ROWS:
        return _ROWS[tones]
    if len(tones) == 1 or {10, 11} <= tones:
        raise OptionError(f"no chord has the tones {' '.join(map(str, sorted(tones)))} above its root")
    third = "3" if 4 in tones else "b3" if 3 in tones else "4" if 5 in tones else "2" if 2 in tones else ""
    fifth = _fifth(tones, third)
    is_diminished = (third, fifth) == ("b3", "b5")
    sixth = "bb7" if is_diminished else "6"
    seventh = "b7" if 10 in tones else "7" if 11 in tones else sixth if 9 in tones else ""
    used = {0, {"3": 4, "b3": 3, "4": 5, "2": 2}.get(third), {"5": 7, "b5": 6, "#5": 8}.get(fifth)}
    tensions = [name for step, name in _TENSIONS.items() if step in tones - used]
    tensions += ["13"] if 9 in tones and seventh in {"b7", "7"} else []
    name = _name(third, fifth, seventh, tensions)
    if len(name) > LONGEST_NAME:
        raise OptionError(f"a chord with the tones {' '.join(map(str, sorted(tones)))} has too many of them")
    degrees = " ".join(filter(None, ("1", third, fifth, seventh, *tensions)))
    model = _MODEL_IDS[_nearest(third, fifth, seventh, tensions)]
    return Quality(name, tuple(sorted(tones)), model, degrees)


def _fifth(tones: frozenset[int], third: str) -> str:
    if 7 in tones:
        return "5"
    if 6 in tones and (8 not in tones or third == "b3"):
        return "b5"
    return "#5" if 8 in tones else ""


def _name(third: str, fifth: str, seventh: str, tensions: list[str]) -> str:
    """The name that tells these degrees, and nothing else."""
    if (third, fifth) == ("b3", "b5") and seventh != "b7":
        base, told = "dim" + _SEVENTHS[seventh], ""
    else:
        base, told = ("m" if third == "b3" else "") + _SEVENTHS[seventh], fifth
    if third in {"4", "2"}:
        base += f"sus{third}"
    changes = ["no3"] * (not third) + {"5": [], "": ["no5"]}.get(told or ("5" if fifth else ""), [told]) + tensions
    return f"{base}({','.join(changes)})" if changes else base


def _nearest(third: str, fifth: str, seventh: str, tensions: list[str]) -> str:
    """The name of the quality that the model sees in place of these degrees."""
    has_ninth = "9" in tensions or third == "2"
    if third == "b3":
        if fifth == "b5":
            return "m7-5" if seventh == "b7" else "dim"
        return {"b7": "m7(9)" if has_ninth else "m7", "7": "mM7", "6": "m6", "": "m"}[seventh]
    if third == "4":
        return "7sus4" if seventh == "b7" else "sus4"
    if fifth == "#5" and third == "3":
        return "aug"
    if fifth == "b5" and third == "3" and seventh != "7":
        return "7-5"
    plain = "add9" if has_ninth else ""
    return {"b7": "7(9)" if has_ninth else "7", "7": "M7", "6": "6", "": plain}[seventh]
