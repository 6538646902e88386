"""What is not read is named, with the remedy; nothing that is a chart is taken for it."""

from __future__ import annotations

import random

import pytest
from tests.cases import cases

from sideman.charts import read
from sideman.charts.foreign import KINDS, recognises
from sideman.charts.source import Source
from sideman.errors import UnreadableError


@cases(
    ("data", "name", "kind"),
    [
        (b"%PDF-1.7\n", "", "a PDF file"),
        (b"\x89PNG\r\n\x1a\n\0\0", "", "an image"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "scan", "an image"),
        (b"\x18FICHIER GUITAR PRO v5.10\0\0", "", "a Guitar Pro file"),
        (b"PK\x03\x04\0\0Content/score.gpif", "song.gp", "a Guitar Pro file"),
        (b"PK\x03\x04\0\0Content/score.gpif", "", "a Guitar Pro file"),
        (b"PK\x03\x04\0\0tune.mscx", "", "a MuseScore file"),
        (b'<?xml version="1.0"?>\n<museScore version="3.02">', "", "a MuseScore file"),
        (b"\x0fSIBELIUS\0", "", "a Sibelius file"),
        (b"ENIGMA BINARY FILE\0\0", "", "a Finale file"),
        (b"\xbb\x05Blues\0\0\x01", "BLUES.MGU", "a Band-in-a-Box file"),
        (b"PK\x03\x04\0\0word/document.xml", "", "a Word document"),
        (b"{\\rtf1\\ansi C Am}", "", "an RTF document"),
        (b"ID3\x03\0\0\0", "", "an audio file"),
        (b"RIFF\0\0\0\0WAVE", "", "an audio file"),
        (b"\0\0\0\x20ftypM4A ", "", "an audio or video file"),
        (b"PK\x03\x04\0\0charts.txt", "", "a compressed file"),
        (b"https://example.org/song", "", "the address of a web page"),
        (b"<!DOCTYPE html><html><body>C Am</body></html>", "", "a web page"),
        (b'<?xml version="1.0"?><feed/>', "", "an XML file of another kind"),
        (b'{"name": "x", "format": "sideman piece", "version": 1}', "a.json", "a piece of Sideman"),
        (b'{"id": "a", "prompt": "C | G"}\n{"id": "b", "prompt": "F"}', "a.jsonl", "a batch of charts"),
        (b'{"title": "x", "chords": []}', "", "JSON that is not a chart of Sideman"),
        (b"\0\1\2\3", "", "a file of a kind that is not known"),
    ],
)
def test_a_kind_is_named_with_the_remedy(data: bytes, name: str, kind: str) -> None:
    with pytest.raises(UnreadableError, match=f"^this is {kind}.*: .+"):
        read(data, name=name)


@cases(
    "text",
    ["BM7 | E", "FORM | C", "C | G", "PK | C", "[Verse]\nC G", "<C Am>", "{title: x}", "see https://x.org\nC | G"],
)
@cases("name", ["", "chart.txt", "chart.doc"])
def test_a_chart_that_is_text_is_not_taken(text: str, name: str) -> None:
    assert not recognises(Source.of(text.encode(), name))


def test_text_in_another_encoding_is_not_taken() -> None:
    assert not recognises(Source.of("C | Am".encode("utf-16")))


@cases("kind", [kind for kind in KINDS if kind.suffixes])
def test_bytes_are_told_by_the_name_of_their_file(kind: object) -> None:
    suffixes = getattr(kind, "suffixes", ())
    name = getattr(kind, "name", "")
    for suffix in suffixes:
        with pytest.raises(UnreadableError, match=name):
            read(b"\0\1\2", name=f"File{suffix.upper()}")


def test_any_bytes_end_in_our_own_errors() -> None:
    numbers = random.Random(1)
    for _ in range(200):
        source = Source.of(numbers.randbytes(numbers.randrange(1, 60)))
        if recognises(source):
            with pytest.raises(UnreadableError):
                read(source.data)
