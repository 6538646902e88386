"""`sideman play`: a chart or a MIDI file into a MIDI port, in time; a chart while it is still being composed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sideman.cli.arranging import read_plan
from sideman.cli.composing import load_model, read_options, read_playing, read_programs, with_options
from sideman.cli.outputs import MIDI_SUFFIXES
from sideman.cli.ports import Clock, MidiOut, Ports, check, list_ports, outlet_into
from sideman.cli.terminal import counted, is_given, print_json, progress
from sideman.options import OPTIONS, PLAYING, PlayOptions

if TYPE_CHECKING:
    from sideman.arranging import Arrangement
    from sideman.music.band import NoteArray, Role
    from sideman.render.outlet import Outlet
    from sideman.render.sequence import Sequence as Messages

LEAD = 0.1  # seconds from the first notes being there to their sounding
LOOK = 0.2  # seconds between looks at how far it is
BALANCED = 16  # bars after which players' loudness is known well enough until all is there


@with_options(before="program", options=[option for option in OPTIONS if option.name != "takes"])
def play(  # noqa: PLR0913, PLR0917 - one argument an option
    context: typer.Context,
    song: Annotated[
        str | None,
        typer.Argument(metavar="CHART", help="Chords, a chart's file or link as `arrange` takes them, or a MIDI file."),
    ] = None,
    midi_out: MidiOut = None,
    ports: Ports = False,
    clock: Clock = False,
    wait: Annotated[
        float, typer.Option(metavar="SECONDS", help="Wait before it begins, to connect a virtual port.", min=0)
    ] = 0.0,
    choose: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE=ANSWER", help="How to read what the chart leaves open. May be repeated."),
    ] = None,
    program: Annotated[
        list[str] | None,
        typer.Option(metavar="TRACK=NUMBER", help="General MIDI program of a track, from 0. May be repeated."),
    ] = None,
    weights: Annotated[Path | None, typer.Option(help="Other weights than those of the package.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON.")] = False,
    **wishes: Any,  # noqa: ANN401 - the options of the table
) -> None:
    """Play a chart or a MIDI file into a MIDI port: a synthesizer, or a studio program.

    A chart sounds while it is still being composed. Channels, from 1: piano 1, guitar 2, bass 3,
    strings 4, drums 10. A MIDI file is played as it is; with --program or an option of playing a
    band plays it, as with `render`. Ctrl-C ends it, and all notes.

    \b
    Examples:
      sideman play --ports
      sideman play "Dm7 G7 | CM7 | A7" --midi-out FluidSynth --style jazz --swing 62
      sideman play song.mid --midi-out "IAC Driver" --clock
      sideman play sheet.txt --midi-out Sideman --wait 10 --seed 7
    """  # noqa: D301 - \b keeps typer from filling the lines
    if ports:
        list_ports(as_json=as_json)
        return
    if song is None:
        raise typer.BadParameter("give a chart or a MIDI file, or --ports", param_hint="CHART")
    if midi_out is None:
        raise typer.BadParameter("give --midi-out NAME: --ports lists what is there", param_hint="--midi-out")
    programs = read_programs(program or [])
    if Path(song).suffix.lower() in MIDI_SUFFIXES and "\n" not in song:
        _refuse_shaping(context)
        messages = _messages(Path(song), programs, wishes)
        report: dict[str, Any] = {"seconds": round(messages.seconds, 3), "notes": messages.notes}
        with outlet_into(midi_out) as outlet:
            time.sleep(wait)
            _play_messages(outlet, messages, clock=clock)
    else:
        plan = read_plan(song, read_options(wishes), choose or [], has_tempo=is_given(context, "tempo"))
        from sideman.arranging import Arrangement

        arrangement = Arrangement(plan, load_model(weights))
        with outlet_into(midi_out) as outlet:
            time.sleep(wait)
            _play_arrangement(outlet, arrangement, programs, clock=clock)
        notes, seed = arrangement.band.note_count, plan.options.seed
        report = {"seconds": round(plan.seconds, 3), "notes": notes, "bars": plan.bars, "seed": seed}
    if as_json:
        print_json(report)
    else:
        seed_told = f", seed {report['seed']}" if "seed" in report else ""
        typer.echo(f"played {report['seconds']:.1f} s, {counted(report['notes'], 'note')}{seed_told}")


def _refuse_shaping(context: typer.Context) -> None:
    """Options that shape notes are for charts."""
    for option in OPTIONS:
        if option.shapes and is_given(context, option.name):
            hint = f"--{option.name.replace('_', '-')}"
            raise typer.BadParameter("it is for a chart: a MIDI file is composed already", param_hint=hint)


def _messages(song: Path, programs: Mapping[Role, int], wishes: Mapping[str, Any]) -> Messages:
    """What a MIDI file says, or a band that plays it."""
    from sideman.render.envelopes import read_file
    from sideman.render.midi import midi_bytes, read_midi
    from sideman.render.played import played
    from sideman.render.sequence import sequence_of

    data = read_file(song)
    playing = read_playing({option.attribute: wishes[option.name] for option in PLAYING})
    if programs or playing != PlayOptions():
        data = midi_bytes(played(read_midi(data), playing), programs=programs)
    return sequence_of(data, str(song))


def _play_messages(outlet: Outlet, messages: Messages, *, clock: bool) -> None:
    begin = outlet.now() + LEAD
    if clock:
        outlet.start_clock(begin + second for second in messages.clock())
    for second, message in messages.messages:
        outlet.send(message, begin + second)
    _wait(outlet, begin, messages.seconds)


def _play_arrangement(outlet: Outlet, arrangement: Arrangement, programs: Mapping[Role, int], *, clock: bool) -> None:
    """Play the bars as they are composed; in another key once all are: which octave a player takes shows then."""
    from sideman.render.midi import NOTE_OFF, NOTE_ON, OFF_VELOCITY
    from sideman.render.outlet import instruments
    from sideman.render.parts import parts
    from sideman.render.playing import LiveBand, events
    from sideman.render.sequence import sequence_of

    plan = arrangement.plan
    if plan.options.transpose:
        _play_messages(outlet, sequence_of(arrangement.band.midi(programs), "the band"), clock=clock)
        return
    chairs, lines = plan.chairs, plan.progression.lines
    live = LiveBand(chairs, lines.onsets(plan.bars)[1:], _balanced(outlet, arrangement, programs))
    played = parts(chairs, programs)
    for message in instruments(played):
        outlet.send(message)
    begin, times = 0.0, chairs.times
    for place, player, pitch, velocity in events(played, live.pieces(), chairs):
        if not begin:
            begin = outlet.now() + LEAD
            if clock:
                seconds = sequence_of(chairs.midi(), "the chart").clock()
                outlet.start_clock(begin + second for second in seconds)
        status, loudness = (NOTE_ON, velocity) if velocity else (NOTE_OFF, OFF_VELOCITY)
        outlet.send((status | played[player].channel, pitch, loudness), begin + times.seconds(place))
        check(outlet)
    _wait(outlet, begin or outlet.now(), plan.seconds)


def _balanced(
    outlet: Outlet, arrangement: Arrangement, programs: Mapping[Role, int]
) -> Iterator[Mapping[Role, NoteArray]]:
    """The bars as they are composed; players are turned up or down by what they have played so far."""
    import numpy as np

    from sideman.music.band import Track
    from sideman.render.midi import CONTROL
    from sideman.render.parts import VOLUME, parts

    chairs = arrangement.plan.chairs
    bars: list[Mapping[Role, NoteArray]] = []
    told: Sequence[int] = ()
    for bar in arrangement:
        bars.append(bar.notes)
        if len(bars) <= BALANCED or len(bars) == arrangement.plan.bars:
            tracks = tuple(
                Track(track.role, np.concatenate([notes[track.role] for notes in bars]), track.program)
                for track in chairs.tracks
            )
            played = parts(replace(chairs, tracks=tracks), programs)
            volumes = [part.volume for part in played]
            for part, before in zip(played, told or [-1] * len(played), strict=True):
                if part.volume != before:
                    outlet.send((CONTROL | part.channel, VOLUME, part.volume))
            told = volumes
        yield bar.notes


def _wait(outlet: Outlet, begin: float, seconds: float) -> None:
    """Until all has sounded."""
    with progress("playing", seconds) as done:
        while not outlet.is_idle or outlet.now() < begin + seconds:
            check(outlet)
            time.sleep(LOOK)
            done(min(max(outlet.now() - begin, 0), seconds))
    outlet.stop_clock()
