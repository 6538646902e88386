"""`sideman jam`: chords from a MIDI keyboard lead the band, bar by bar; what was played can be kept."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sideman.cli.composing import load_model, read_options, read_programs, with_options
from sideman.cli.outputs import MIDI_SUFFIXES, check_output
from sideman.cli.ports import Clock, MidiOut, Ports, check, list_ports, outlet_into, read_key
from sideman.cli.terminal import counted, print_json, say
from sideman.options import LIVE

if TYPE_CHECKING:
    from sideman.jamming.jam import Jam, JamBar
    from sideman.music.band import Role
    from sideman.music.key import Key
    from sideman.render.outlet import Outlet

LONGEST_WAIT = 0.5  # seconds between looks at the port
PATIENCE = 16  # bars


@with_options(before="program", options=LIVE)
def jam(  # noqa: PLR0913, PLR0917 - one argument an option
    midi_in: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Keyboard that leads, by a part of its name; else a virtual port is made."),
    ] = None,
    midi_out: MidiOut = None,
    ports: Ports = False,
    metre: Annotated[str, typer.Option(help="Metre, of at most four beats a bar: 4/4, 3/4, 6/8, 12/8 ….")] = "4/4",
    key: Annotated[
        str | None, typer.Option(metavar="NAME", help='Key of the music, as "Eb major"; without, that of the chords.')
    ] = None,
    split: Annotated[
        str | None, typer.Option(metavar="KEY", help="Keys from here up don't lead, to play a solo on: C4, or 60.")
    ] = None,
    stop_key: Annotated[
        str, typer.Option(metavar="KEY", help="Key that ends the music with the bar; a chord starts it again.")
    ] = "A0",
    patience: Annotated[
        int, typer.Option(metavar="BARS", help="Rest after so many bars in which no key was touched; 0: never.", min=0)
    ] = PATIENCE,
    bars: Annotated[int, typer.Option(help="End after so many bars; 0: with Ctrl-C.", min=0)] = 0,
    clock: Clock = False,
    program: Annotated[
        list[str] | None,
        typer.Option(metavar="TRACK=NUMBER", help="General MIDI program of a track, from 0. May be repeated."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="MIDI file to write in the end: the last 4,096 beats.")
    ] = None,
    chart: Annotated[
        Path | None, typer.Option(help="Chart of the same to write, .txt, .musicxml and others; `arrange` reads it.")
    ] = None,
    weights: Annotated[Path | None, typer.Option(help="Other weights than those of the package.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON, in the end.")] = False,
    **wishes: Any,  # noqa: ANN401 - the options of the table
) -> None:
    """Lead the band from a MIDI keyboard: it plays over the chord that you struck last.

    It begins with the first chord. A chord that you strike before a bar line, or a moment after it,
    is the next bar's; one within the bar changes the band from the next beat on. Without a new one
    the last chord goes on. The lowest note is the bass: E G C is C/E. Ctrl-C ends the jam.

    \b
    Examples:
      sideman jam --ports
      sideman jam --midi-in Keystation --midi-out FluidSynth --style jazz --tempo 140 --swing 62
      sideman jam --midi-in Keys --midi-out Band --split C4 --metre 3/4 --seed 7
      sideman jam --midi-in Keys --midi-out Band -o jam.mid --chart jam.txt
    """  # noqa: D301 - \b keeps typer from filling the lines
    if ports:
        list_ports(as_json=as_json)
        return
    for name, value in (("--midi-in", midi_in), ("--midi-out", midi_out)):
        if value is None:
            raise typer.BadParameter(f"give {name} NAME: --ports lists what is there", param_hint=name)
    assert midi_in is not None
    assert midi_out is not None
    for path, suffixes in ((output, MIDI_SUFFIXES), (chart, None if chart is None else _chart_suffixes(chart))):
        if path is not None and suffixes is not None:
            check_output(path, suffixes)
    programs = read_programs(program or [])
    from sideman.jamming.jam import Jam
    from sideman.jamming.keys import NO_SPLIT
    from sideman.music.progression import Chord
    from sideman.music.time import Meter

    options, meter = read_options(wishes), Meter.parse(metre)
    limits = NO_SPLIT if split is None else read_key(split), read_key(stop_key)
    model, key_of_piece = load_model(weights), _read_key_of_piece(key)
    Jam(options, meter, model=model).bar(Chord("C"))  # what is loaded when it is first used
    band = Jam(options, meter, key=key_of_piece, model=model)
    played, outlet = _lead(band, midi_in, midi_out, limits, programs, clock=clock, patience=patience, bars=bars)
    written = _write(played, band, programs, output, chart)
    if as_json:
        chords = [[[step, str(chord)] for step, chord in bar.chords] for bar in played]
        print_json({"bars": len(played), "chords": chords, "seed": band.options.seed, **written})
    else:
        names = f"{' and '.join(written.values())}: " if written else ""
        typer.echo(f"{names}{counted(len(played), 'bar')}, seed {band.options.seed}")
    check(outlet)


def _lead(
    band: Jam,
    midi_in: str,
    midi_out: str,
    limits: tuple[int, int],
    programs: dict[Role, int],
    *,
    clock: bool,
    patience: int,
    bars: int,
) -> tuple[Sequence[JamBar], Outlet]:
    """Play until Ctrl-C, for so many bars, or until the port is gone; what was played, and into what."""
    from sideman.jamming.conductor import Conductor
    from sideman.jamming.keys import Keys
    from sideman.render.ports import InputPort

    changed = threading.Event()

    def tell(bar: JamBar) -> None:
        say(f"{bar.number + 1:4}  {_told(bar, band)}")

    with outlet_into(midi_out) as outlet:
        keys = Keys(*limits, changed.set)
        conductor = Conductor(
            band, keys, outlet, programs=programs, clock=clock, patience=patience, most=bars, tell=tell
        )
        source = InputPort(midi_in, lambda message: keys.hear(message, outlet.now()))
        say(f"led by {source.name}; strike a chord, Ctrl-C ends")
        try:
            while not conductor.is_over and outlet.failure is None:
                due = conductor.step()
                changed.wait(min(max(due - outlet.now(), 0), LONGEST_WAIT))
                changed.clear()
        except KeyboardInterrupt:
            pass
        finally:
            source.close()
        conductor.finish()
    return list(conductor.bars), outlet


def _told(bar: JamBar, band: Jam) -> str:
    """The chords of a bar by its beats: `C . F/A .`."""
    from sideman.music.time import STEPS_PER_BEAT

    by_beat = {step // STEPS_PER_BEAT: str(chord) for step, chord in bar.chords}
    return " ".join(by_beat.get(beat, ".") for beat in range(band.beats))


def _read_key_of_piece(name: str | None) -> Key | None:
    from sideman.music.key import Key

    return None if name is None else Key.named(name)


def _chart_suffixes(chart: Path) -> tuple[str, ...]:
    """The suffix of a chart that can be written. Raises :class:`OptionError` for another."""
    from sideman.charts.writing import WRITERS, format_of
    from sideman.errors import OptionError

    if format_of(chart.suffix) not in WRITERS:
        raise OptionError(f"{chart}: write the chart as .txt, and then on paper: sideman chart jam.txt -o jam.pdf")
    return (chart.suffix.lower(),)


def _write(
    played: Sequence[JamBar], band: Jam, programs: dict[Role, int], output: Path | None, chart: Path | None
) -> dict[str, str]:
    """Write what was asked for; the names by their kind. Nothing is written where nothing was played."""
    if not played or (output is None and chart is None):
        return {}
    from sideman.charts.writing import format_of, write
    from sideman.files import atomic_write
    from sideman.jamming.piece import chart_of, piece_of

    piece = piece_of(played, band.options, band.meter)
    written = {}
    if output is not None:
        piece.save(output, programs=programs)
        written["midi"] = str(output)
    if chart is not None:
        text = write(chart_of(piece), format_of(chart.suffix))
        with atomic_write(chart) as temporary:
            temporary.write_text(text, encoding="utf-8")
        written["chart"] = str(chart)
    return written
