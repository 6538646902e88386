"""Several files of a band in one zip: stems of sound, or all that people take to a studio. Knows no requests.

Files are made one by one beside the archive, so that none of them has to fit into memory.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from sideman.charts.text_writing import write
from sideman.files import atomic_write
from sideman.music.band import Band
from sideman.render.audio import USUAL, Encoding, common_gain, write_audio
from sideman.render.naming import file_name
from sideman.render.rendition import Rendition

STEMS = ".stems-"  # how folders begin in which they are made


def write_stems(
    band: Band, path: Path, name: str, kind: str, encoding: Encoding = USUAL, *, soundfont: Path | None = None
) -> None:
    """Write a zip of one file of sound a track, named by the song: together they are the band, in balance.

    ``kind`` is mp3, wav or flac, ``soundfont`` replaces the bundled one. Raises as
    :func:`~sideman.render.audio.write_audio`.
    """
    stems = _stems(band, soundfont)
    with _archive(path) as (archive, folder):
        _add(archive, folder, stems, name, kind, encoding)


def write_bundle(
    band: Rendition, path: Path, name: str, more: Mapping[str, str], *, soundfont: Path | None = None
) -> None:
    """Write a zip of MIDI, MP3, stems, score and chart, named by the song, and ``more`` texts by their file names.

    The chart on paper is a lead sheet where the band has a melody. ``soundfont`` replaces the bundled one.

    Raises as :func:`~sideman.render.audio.write_audio`.
    """
    stems = _stems(band, soundfont)
    with _archive(path) as (archive, folder):
        archive.writestr(f"{name}.mid", band.midi())
        archive.writestr(f"{name}.musicxml", band.score(name))
        if band.progression is not None:
            archive.writestr(f"{name}.pdf", band.on_paper("pdf", name))
            archive.writestr(f"{name}.txt", write(band.chart(name)))
        for file, text in more.items():
            archive.writestr(file, text)
        whole = folder / "whole.mp3"
        write_audio(band, whole, soundfont=soundfont)
        archive.write(whole, f"{name}.mp3", zipfile.ZIP_STORED)
        _add(archive, folder, stems, name, "wav", USUAL, "stems/")


class _Stems(NamedTuple):
    """A band's tracks, each alone, the gain that is common to all, and the SoundFont, if not the bundled one."""

    bands: list[Band]
    gain: float
    soundfont: Path | None


def _stems(band: Band, soundfont: Path | None) -> _Stems:
    bands = [replace(band, tracks=(track,)) for track in band.tracks]
    return _Stems(bands, common_gain([band, *bands], soundfont=soundfont), soundfont)


def _add(
    archive: zipfile.ZipFile,
    folder: Path,
    stems: _Stems,
    name: str,
    kind: str,
    encoding: Encoding,
    prefix: str = "",
) -> None:
    for stem in stems.bands:
        file = folder / file_name(name, kind, roles=[stem.tracks[0].role])
        write_audio(stem, file, soundfont=stems.soundfont, gain=stems.gain, encoding=encoding)
        archive.write(file, f"{prefix}{file.name}", zipfile.ZIP_STORED)  # sound doesn't get smaller
        file.unlink()


@contextmanager
def _archive(path: Path) -> Iterator[tuple[zipfile.ZipFile, Path]]:
    """An archive that is written whole or not at all, and a folder for what goes into it."""
    with (
        atomic_write(path) as temporary,
        TemporaryDirectory(prefix=STEMS, dir=path.parent) as folder,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        yield archive, Path(folder)
