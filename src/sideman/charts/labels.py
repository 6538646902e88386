"""Lines that name a section: ``[Verse 1]``, ``Chorus:``, ``A``, ``#v``, ``## Bridge``. Knows no chords."""

from __future__ import annotations

import re
from typing import NamedTuple

# What sections are called, at the beginning of a name or alone, in the languages of the charts that were looked at.
_NAMES = (
    r"introduction|instrumental|post-chorus|zakończenie|estribillo|ritornello|pre-chorus|turnaround|"
    r"postchorus|prechorus|interlude|breakdown|przejście|kehrvers|strophes|strophe|estrofa|estrofe|"
    r"zwrotka|couplet|refrain|refräng|section|lead-in|strofa|chorus|refren|refrén|refrão|bridge|brigde|"
    r"puente|ending|middle|stanza|intro|verse|verso|sloka|ponte|outro|solos|break|theme|thema|build|wstęp|"
    r"final|vers|most|pont|coda|hook|solo|inst|head|vamp|turn|riff|part|link|drop|post|fill|lick|pre|end|"
    r"tag|jam"
)  # longer ones first
_NAME = re.compile(
    rf"(?:(?:\d(?:st|nd|rd|th)?|first|second|third|last|final|repeat|half|guitar|piano|main|double)\s+)?"
    rf"(?:{_NAMES})\b",
    re.IGNORECASE,
)
_TIMES = re.compile(r"\s*[(\[]?(?:[x×]\s?(\d{1,2})|(\d{1,2})\s?[x×]|(\d{1,2})\s+times)[)\]]?\s*", re.IGNORECASE)
_BRACKETS = re.compile(
    r"\[([^\[\]]{1,60})\]|\(([^()]{1,60})\)|<([^<>]{1,60})>|\*{1,2}([^*]{1,60})\*{1,2}|_{2}([^_]{1,60})_{2}"
)
_SIGN = re.compile(
    r"(?:#{1,6}\s*|~{1,2}\s*|=+\s*|-{2,}\s*|\*\s+|@section\s*=\s*|section\s+|part\s+|—\s*)(\S.{0,60}?)\s*[=~*-]*",
    re.IGNORECASE,
)
CERTAIN_SIGNS = ("##", "~", "==", "@section")  # others begin remarks too
_COLON = re.compile(r"([^:|]{1,40}?)\s*:(?!\S?\|)")
_LETTER = re.compile(r"[(\[]?([A-Z])(?:\d|'{1,3})?[)\].:]?")
MAX_WORDS = 4  # of a name that stands with a colon
MARKS = {
    "i": "Intro", "v": "Verse", "c": "Chorus", "b": "Bridge", "o": "Outro", "p": "Pre-Chorus", "s": "Solo",
    "a": "Adlib", "u": "Interlude", "t": "Post-Chorus", "r": "Riff",
}  # fmt: skip
_MARK = re.compile(r"#([a-zA-Z])(\d?)(?:\s*[x×](\d))?")


class Label(NamedTuple):
    """The name of a section, how often it is played, and what stands behind it in its line.

    ``rest`` is the offset in the line of what follows, ``certain`` whether it can be nothing else.
    """

    name: str
    times: int
    rest: int
    certain: bool


def label(line: str) -> Label | None:
    """The label that a line begins with, or consists of; None for other lines."""
    text = line.strip()
    begin = len(line) - len(line.lstrip())
    if not text:
        return None
    match = _MARK.fullmatch(text)
    if match:
        name = MARKS.get(match[1].lower(), match[1].upper())
        return Label(f"{name} {match[2]}".strip(), int(match[3] or 1), len(line), True)
    match = _BRACKETS.match(text)
    if match:
        name = next(filter(None, match.groups()), "").strip(" :*")
        times, end = _count(text, match.end())
        if not text[end:].strip(" :") and name:
            return _named(name, times, len(line), _is_name(name))
        if text[0] == "[" and _is_name(name):
            return _named(name, times, begin + end, True)
        if text[0] in "[(" and _is_letter(name) and text[end : end + 1].isspace():
            return _named(name, times, begin + end, False)
    match = _SIGN.fullmatch(text)
    if match and (text.startswith(CERTAIN_SIGNS) or _is_name(match[1].strip(" :*[]"))):
        return _named(match[1].strip(" :*[]"), 1, len(line), True)
    match = _COLON.match(text) if ":" in text else None
    if match and len(match[1].split()) <= MAX_WORDS:
        times, end = _count(text, match.end())
        rest = text[end:].strip()
        is_letter = _is_letter(match[1].strip()) and text[end : end + 1].isspace()
        if not rest or _is_name(match[1].strip()) or is_letter:
            return _named(match[1].strip(" *_"), times, begin + end, _is_name(match[1].strip(" *_")))
    match = _NAME.match(text)
    if match:
        tail = re.match(r"\s*(?:\d{1,2}|[A-Z]|I{1,3}|one|two|three)?(?=[\s.)(–-]|$)\s*[.)–-]?", text[match.end() :])
        end = match.end() + (tail.end() if tail else 0)
        name = text[:end].strip(" .)-–")
        times, end = _count(text, end)
        if not text[end:].strip():
            return _named(name, times, len(line), True)
    return None


def letter(line: str) -> str | None:
    """The letter of a line that has nothing else, such as ``A``, ``B:``, ``(C)``, ``A1``; it may be a chord."""
    match = _LETTER.fullmatch(line.strip())
    return match[1] if match else None


def base(name: str) -> str:
    """The name without its number: those of a base have the same chords, as ``Verse 1`` and ``Verse 2``."""
    return re.sub(r"(?:\s*[\dIVX]+)?\s*(?:\(.*\))?$", "", name.strip()).strip().lower() or name.strip().lower()


def _named(name: str, times: int, rest: int, certain: bool) -> Label:
    inner, _ = _count(name, len(name) - len(name.lstrip()))
    match = re.search(_TIMES.pattern + "$", name, re.IGNORECASE)
    if match and match.start() > 0:
        inner = int(next(filter(None, match.groups())))
        name = name[: match.start()]
    return Label(name.strip(" :-"), max(times, inner), rest, certain)


def _count(text: str, start: int) -> tuple[int, int]:
    """How often, where it is said from ``start`` on, and where that ends."""
    match = _TIMES.match(text, start)
    return (int(next(filter(None, match.groups()))), match.end()) if match else (1, start)


def _is_name(text: str) -> bool:
    match = _NAME.match(text)
    return match is not None and len(text.split()) <= MAX_WORDS + 2


def _is_letter(text: str) -> bool:
    return re.fullmatch(r"[A-Z]\d?'{0,3}", text) is not None
