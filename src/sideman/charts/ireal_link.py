"""iReal Pro links: the fields of a song, and the disguise that its chord string travels in. Knows no chords.

    irealb://TITLE=COMPOSER==STYLE=KEY=PLAYED=MUSIC=GROOVE=TEMPO=CHORUSES    songs of a playlist follow ``===``
    irealbook://TITLE=COMPOSER=STYLE=KEY=n=MUSIC                             songs follow one another

PLAYED is the key in which the app plays it, as a number, where that is not the key it is written in.

In ``irealb`` the chord string is disguised: three frequent groups are written short, and in every block of fifty
characters but the last some change places. Both the app does for itself; the format has no published description.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from html import unescape
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import quote, unquote_to_bytes

from sideman.charts.source import Source
from sideman.errors import UnreadableError

MARK = "1r34LbKcu7"  # begins a disguised chord string
SHORT = (("   ", "XyQ"), (" |", "LZ"), ("| x", "Kcl"))  # in the order in which the app writes them short
BLOCK = 50
SWAPPED = (*range(5), *range(10, 24))  # places of a block that change with those as far from its end
HEAD = 6  # fields before the chord string, in both kinds of link
UNTITLED = "Untitled"
LONGEST_ENCODING = 3  # times that a link may have been percent-encoded

_LINK = re.compile(r"irealb(?P<old>ook)?(?P<slashes>://|%3A%2F%2F)", re.IGNORECASE)
_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")
_PIECE = re.compile(r"[^\s\"'<>]*+")
_WRAPPED = re.compile(r"[^\S\n]*+\r?\n([^\s\"'<>]++)(?=[^\S\n]*+(?:\n|\Z))")
_KEY = re.compile(r"[A-G][b#]?-?")


class Tune(NamedTuple):
    """A song of a link, as it is written there. ``music`` is still disguised where it begins with :data:`MARK`."""

    title: str
    composer: str
    style: str
    key: str
    music: str
    tempo: int | None = None  # beats a minute
    played: int | None = None  # the key in which it is played: semitones above C, or A where it is minor
    is_cut: bool = False  # nothing stands behind the chord string: the link may have been copied in part


def decode_music(text: str, *, is_cut: bool = False) -> str:
    """The chord string of a disguised one; one without :data:`MARK` is what it is.

    Of one that ``is_cut`` off, the last block cannot be told: it is left out.
    """
    if not text.startswith(MARK):
        return text
    disguised = text.removeprefix(MARK)
    if is_cut:
        whole = len(disguised) // BLOCK * BLOCK
        music = _swap(disguised[:whole] + "  ")[:whole]
    else:
        music = _swap(disguised)
    for group, short in reversed(SHORT):
        music = music.replace(short, group)
    return music


def encode_music(music: str) -> str:
    """The disguised chord string, such that ``decode_music(encode_music(music)) == music``."""
    for group, short in SHORT:
        music = music.replace(group, short)
    return MARK + _swap(music)


def encode_tune(tune: Tune) -> str:
    """The link of one song."""
    head = [tune.title, tune.composer, "", tune.style, tune.key, "" if tune.played is None else str(tune.played)]
    tail = [encode_music(tune.music), "", str(tune.tempo or 0), "0"]
    return "irealb://" + quote("=".join([*(field.replace("=", "-") for field in head), *tail]), safe="=")


def text_of(source: Source) -> str:
    """The text in which links are looked for. A file of a whole collection may be longer than other texts."""
    if source.text is None and b"irealb" in source.data:
        return source.data.decode("utf-8", "replace")
    return source.text or ""


def has_link(text: str) -> bool:
    """Whether there is a link in it, or a disguised chord string."""
    return MARK in text or _LINK.search(text) is not None


def tunes_of(text: str) -> list[Tune]:
    """The songs of all links of a text: of a link, a page with links, or a HTML file.

    Raises :class:`UnreadableError` where there is none.
    """
    tunes = [tune for body, is_old in _bodies(text) for tune in _tunes(body, is_old)]
    if not tunes:
        raise UnreadableError("this iReal Pro link has no song: it ends before the chords, copy it whole")
    return tunes


def unique_titles(tunes: Sequence[Tune]) -> list[str]:
    """The titles, told apart by numbers where several songs have one."""
    seen: Counter[str] = Counter()
    taken = {tune.title for tune in tunes}
    titles = []
    for tune in tunes:
        name = title = tune.title or UNTITLED
        seen[name] += 1
        while seen[name] > 1 and title in taken:
            title = f"{name} ({seen[name]})"
            seen[name] += title in taken
        taken.add(title)
        titles.append(title)
    return titles


def _swap(text: str) -> str:
    """The characters of each block in their other places; a block is left alone where less than two follow it."""
    blocks = []
    start = 0
    while len(text) - start >= BLOCK + 2:
        block = list(text[start : start + BLOCK])
        for place in SWAPPED:
            block[place], block[-1 - place] = block[-1 - place], block[place]
        blocks.append("".join(block))
        start += BLOCK
    return "".join([*blocks, text[start:]])


def _bodies(text: str) -> Iterator[tuple[str, bool]]:
    """What stands in each link after the slashes, decoded, and whether it is one of the old kind."""
    links = list(_LINK.finditer(text))
    ends = [*(link.start() for link in links[1:]), len(text)]
    for link, end in zip(links, ends, strict=bool(links)):
        before = text[link.start() - 1] if link.start() else ""
        body = text[link.end() : end]
        piece = _PIECE.match(body)
        if before in ('"', "'"):
            body = unescape(body.split(before, 1)[0])
        elif piece and _ENCODED.search(piece[0]):
            body = _unwrap(body, piece[0])
        else:
            body = body.split("\n", 1)[0].rstrip()
        if link["slashes"] != "://":
            body = body.split("&", 1)[0]
        yield _unquote(body), link["old"] is not None
    if not links and MARK in text:
        yield _unquote(text.strip()), False


def _unwrap(body: str, piece: str) -> str:
    """A link that is broken into lines, such as by a mail program: lines that are nothing but link belong to it."""
    lines, end = [piece], len(piece)
    while line := _WRAPPED.match(body, end):
        lines.append(line[1])
        end = line.end()
    return "".join(lines)


def _unquote(body: str) -> str:
    """Percent-encoding undone, as often as it was done; what is no encoding is left as it is."""
    if "%20" not in body and " " not in body and "+" in body:
        body = body.replace("+", " ")
    for _ in range(LONGEST_ENCODING):
        if not _ENCODED.search(body):
            break
        data = unquote_to_bytes(body)
        try:
            body = data.decode()
        except UnicodeDecodeError:
            body = data.decode("cp1252", "replace")
    return body


def _tunes(body: str, is_old: bool) -> Iterator[Tune]:
    """The songs of a link. A field that begins with MARK is a chord string: the fields before it belong to its song."""
    fields = body.split("=")
    marks = [number for number, field in enumerate(fields) if field.startswith(MARK)]
    if not marks and is_old:
        marks = list(range(HEAD - 1, len(fields), HEAD))
    elif not marks:
        marks = [number for number, field in enumerate(fields) if "|" in field]
    begin = 0
    for mark, following in pairwise([*marks, len(fields) + HEAD]):
        head = fields[max(begin, mark - HEAD) : mark]
        begin = mark + 1
        yield _tune(head, fields[mark], fields[begin : following - HEAD])


def _tune(head: list[str], music: str, tail: list[str]) -> Tune:
    """The song of the fields before its chord string and after it. The key tells which of them are which."""
    head = [field.strip() for number, field in enumerate(head) if number < 2 or field.strip() != "n"]  # noqa: PLR2004
    keys = [number for number, field in enumerate(head) if number and _KEY.fullmatch(field)]
    key = keys[-1] if keys else len(head)
    composer = head[1] if key > 1 and len(head) > 1 else ""
    style = head[key - 1] if key > 2 else ""  # noqa: PLR2004 - after title and composer
    groove = tail[0].partition("-")[2].strip() if tail else ""
    return Tune(
        title=re.sub(r"(.+), The", r"The \1", head[0]) if head else "",
        composer=composer,
        style=style or groove,
        key=head[key] if keys else "",
        music=music,
        tempo=_integer(tail[1]) or None if len(tail) > 1 else None,
        played=_integer(head[key + 1]) if len(head) > key + 1 else None,
        is_cut=music.startswith(MARK) and not tail,
    )


def _integer(field: str) -> int | None:
    match = re.match(r"\s*([0-9]{1,3})(?![0-9])", field)
    return int(match[1]) if match else None
