"""Genre tags, and the style control that they stand for.

Knows the names of the Million Song Dataset's sources of tags, and the vocabulary's styles.
The files of tags have rows `md5,source:tag|source:tag…` (amg, tagtraum and lastfm). An album-level or
expert tag (tagtraum, amg) outweighs what listeners wrote; "Pop_Rock" says nothing between the two.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

from sideman.errors import DataError
from sideman.tokens.vocabulary import STYLES

_STYLE_OF_TAG: dict[str, str] = {
    "rock": "rock",
    "pop": "pop",
    "vocal": "pop",
    "electronic": "electronic",
    "electronica": "electronic",
    "dance": "electronic",
    "house": "electronic",
    "techno": "electronic",
    "trance": "electronic",
    "electro": "electronic",
    "country": "country",
    "rnb": "soul",
    "soul": "soul",
    "funk": "soul",
    "jazz": "jazz",
    "latin": "latin",
    "blues": "blues",
    "folk": "folk",
    "metal": "metal",
    "reggae": "reggae",
    "rap": "hip-hop",
    "hip-hop": "hip-hop",
    "punk": "punk",
    "new-age": "ambient",
    "ambient": "ambient",
}
_WEIGHT_OF_SOURCE = {"tagtraum": 4.0, "amg": 3.0, "lastfm": 1.0}
_TOO_COMMON = {"pop": 0.6, "rock": 0.7, "electronic": 0.7}  # listeners' favourite words say less


def style_of_tags(tags: str) -> str | None:
    """The style that most of `source:tag|source:tag…` speaks for; None where nothing does."""
    votes: dict[str, float] = defaultdict(float)
    for entry in tags.split("|"):
        source, _, tag = entry.strip().rpartition(":")
        style = _STYLE_OF_TAG.get(tag.strip().lower().replace("_", "-"))
        if style is not None:
            votes[style] += _WEIGHT_OF_SOURCE.get(source, 1.0) * _TOO_COMMON.get(style, 1.0)
    if not votes:
        return None
    return max(votes, key=lambda style: (votes[style], -STYLES.index(style)))


def read_tags(path: Path) -> dict[str, str]:
    """Tags of each song by its name, or by its file's stem, from a CSV with a song column and a `tags` column.

    Raises :class:`DataError` where the file is not one.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = csv.DictReader(file)
            names = rows.fieldnames or []
            if "tags" not in names or len(names) < 2:  # noqa: PLR2004 - a name and its tags
                raise DataError(f"{path}: wants a header with a song column and 'tags', not {', '.join(names)}")
            key = next(name for name in names if name != "tags")
            return {row[key]: row["tags"] for row in rows if row["tags"]}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"cannot read tags from {path}: {error}") from error
