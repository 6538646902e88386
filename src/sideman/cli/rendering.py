"""`sideman render`: a MIDI file to audio."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sideman.cli.composing import read_playing, read_programs, with_options
from sideman.cli.outputs import check_output
from sideman.cli.terminal import counted, print_json, progress, say
from sideman.errors import DataError
from sideman.options import PLAYING, PlayOptions

if TYPE_CHECKING:
    from sideman.music.band import Band, Role


@with_options(before="soundfont", options=PLAYING)
def render(
    song: Annotated[Path, typer.Argument(help="MIDI file to play.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Audio file to write: .mp3, .wav or .flac.")],
    soundfont: Annotated[
        Path | None, typer.Option(help="SoundFont: a file, or the name of an installed one; the package has its own.")
    ] = None,
    program: Annotated[
        list[str] | None,
        typer.Option(metavar="TRACK=NUMBER", help="General MIDI program of a track, from 0. May be repeated."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON.")] = False,
    **wishes: Any,  # noqa: ANN401 - the options of playing
) -> None:
    """Play a MIDI file into an audio file.

    It is played as it is: all tracks and programs, tempo changes, pedals, bends and volumes.
    With --program or an option of playing a band plays it: its tracks go to the nearest of drums,
    piano, guitar, bass and strings, onsets to the nearest 12th of a beat, and its first tempo holds.

    \b
    Examples:
      sideman render song.mid -o song.wav
      sideman render song.mid -o song.mp3 --soundfont FluidR3_GM.sf2 --program piano=4
      sideman render song.mid -o song.mp3 --swing 67 --humanize 1 --transpose -2
    """  # noqa: D301 - \b keeps typer from filling the lines
    from sideman.render.audio import WRITERS, write_audio, write_file_audio
    from sideman.render.midi import read_midi
    from sideman.render.played import played

    check_output(output, WRITERS)
    programs, playing = read_programs(program or []), read_playing(wishes)
    with progress("rendering", 1) as done:
        if programs or playing != PlayOptions():
            band = played(read_midi(song), playing)
            write_audio(band, output, soundfont=soundfont, programs=programs, on_progress=done)
            length, notes = band.times.seconds(band.steps), band.note_count
            wanted = programs_of(band, programs)
        else:
            length, notes, wanted = write_file_audio(song, output, soundfont=soundfont, on_progress=done)
    tell_stand_ins(soundfont, wanted)
    if as_json:
        print_json({"audio": str(output), "seconds": round(length, 3), "notes": notes})
    else:
        typer.echo(f"{output}: {length:.1f} s, {counted(notes, 'note')}")


def programs_of(band: Band, programs: Mapping[Role, int]) -> frozenset[tuple[int, bool]]:
    """The programs that a band plays, and whether they are kits; ``programs`` replaces some."""
    from sideman.render.parts import parts

    return frozenset((part.program, part.is_drum) for part in parts(band, programs))


def tell_stand_ins(soundfont: Path | None, wanted: Iterable[tuple[int, bool]]) -> None:
    """Say what plays for programs that the SoundFont lacks."""
    from sideman.render.soundfont import BUNDLED_SOUNDFONT, stand_ins

    with suppress(DataError):  # it sounds, however it is made
        found = stand_ins(soundfont or BUNDLED_SOUNDFONT, wanted)
        names = [
            f"{'kit' if is_drum else 'program'} {program} ({other} plays)"
            for (program, is_drum), other in found.items()
        ]
        if names:
            say(f"{soundfont or 'the SoundFont of the package'} lacks {', '.join(names)}")
