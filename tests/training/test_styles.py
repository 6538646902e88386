"""Genre tags to styles."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cases import cases

from sideman.errors import DataError
from sideman.tokens.vocabulary import STYLES
from sideman.training import styles
from sideman.training.styles import read_tags, style_of_tags


@cases(
    ("tags", "style"),
    [
        ("amg:Jazz", "jazz"),
        ("lastfm:hip_hop", "hip-hop"),
        ("lastfm:HIP-HOP|lastfm:seen live", "hip-hop"),
        ("lastfm:rock|lastfm:jazz", "jazz"),  # the rarer word says more
        ("lastfm:rock|lastfm:rock|tagtraum:Reggae", "reggae"),  # experts outweigh listeners
        ("lastfm:blues|lastfm:blues|lastfm:folk", "blues"),
        ("lastfm:folk|lastfm:blues", "blues"),  # even: the vocabulary's order
        ("amg:Pop_Rock", None),
        ("jazz", "jazz"),
        ("", None),
        ("|:|a:b:c|", None),
    ],
)
def test_style_of_tags(tags: str, style: str | None) -> None:
    assert style_of_tags(tags) == style


def test_every_style_of_the_vocabulary_has_a_tag() -> None:
    assert set(styles._STYLE_OF_TAG.values()) == set(STYLES)


def test_read_tags(tmp_path: Path) -> None:
    path = tmp_path / "tags.csv"
    path.write_text("md5,tags\na,amg:Jazz\nb,amg:Unknown\nc,\nd\n")
    assert read_tags(path) == {"a": "amg:Jazz", "b": "amg:Unknown"}


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"tags\nx\n", b"md5,tags\n\xff\xfe,x\n", None])
def test_unreadable_tags_are_an_error(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "tags.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=r"tags\.csv"):
        read_tags(path)
