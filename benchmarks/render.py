"""Rendering: ``python -m benchmarks.render [--bars 32] [--repeat 3]``.

On one dense random band: how long its instruments take to decode, how many times faster than real time FluidSynth
plays it and LAME encodes it, how soon an MP3 streamed with a given gain begins, the whole ``write_audio`` for each
format, and our MIDI writing and reading beside mido's in the same run. Prints the best of ``--repeat`` runs.
"""

from __future__ import annotations

import argparse
import io
import tempfile
from pathlib import Path

import mido
import numpy as np

from benchmarks.timing import best
from sideman.music.band import ROLES, Band, Role, Track
from sideman.music.time import COMMON_TIME, STEPS_PER_BEAT, seconds
from sideman.render.audio import WRITERS, audio_blocks, encode_mp3, stream_mp3, to_int16, write_audio
from sideman.render.fluidsynth import SAMPLE_RATE, FluidSynth
from sideman.render.midi import midi_bytes, read_midi
from sideman.render.parts import parts
from sideman.render.playing import render_blocks, total_frames
from sideman.render.soundfont import BUNDLED_SOUNDFONT

NOTES_PER_BAR = 12  # a track
TEMPO = 97.0
PITCHES = {Role.DRUMS: (36, 52), Role.BASS: (30, 50)}


def dense_band(bars: int) -> Band:
    """Random notes, as many on every track as in a busy song."""
    random = np.random.default_rng(0)
    count = bars * NOTES_PER_BAR
    tracks = []
    for role in ROLES:
        low, high = PITCHES.get(role, (50, 80))
        onset = random.integers(0, bars * COMMON_TIME.steps, count)
        duration, velocity = random.integers(2, 40, count), random.integers(40, 120, count)
        tracks.append(Track(role, np.stack([onset, duration, random.integers(low, high, count), velocity], 1)))
    return Band(tuple(tracks), bars * COMMON_TIME.steps, TEMPO)


def mido_bytes(band: Band) -> bytes:
    """The notes, names, programs and tempo of ``band``, written by mido."""
    file = mido.MidiFile(ticks_per_beat=480)
    pulses = file.ticks_per_beat // STEPS_PER_BEAT
    for channel, part in enumerate(parts(band)):
        events = []
        for onset, duration, pitch, velocity in part.notes.tolist():
            events.append((onset * pulses, "note_on", pitch, velocity))
            events.append(((onset + duration) * pulses, "note_off", pitch, velocity))
        events.sort()
        track = mido.MidiTrack([mido.MetaMessage("track_name", name=part.name)])
        track.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(band.tempo)))
        track.append(mido.Message("program_change", channel=channel, program=part.program))
        before = 0
        for at, kind, pitch, velocity in events:
            track.append(mido.Message(kind, channel=channel, note=pitch, velocity=velocity, time=at - before))
            before = at
        file.tracks.append(track)
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bars", type=int, default=32)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    band = dense_band(options.bars)
    length = total_frames(band) / SAMPLE_RATE
    print(f"{options.bars} bars, {band.note_count} notes, {seconds(band.steps, band.tempo):.1f} s and the tail")

    def audio(name: str, took: float) -> None:
        print(f"{name:34} {took:7.2f} s {length / took:7.1f} x real time")

    def decode() -> None:
        with FluidSynth(BUNDLED_SOUNDFONT) as synthesizer:
            for part in parts(band):
                synthesizer.select(part.channel, part.program, is_drum=part.is_drum)

    def synthesise() -> None:
        for _ in render_blocks(band, synthesizer):
            pass

    audio("instruments decoded", best(options.repeat, decode))
    with FluidSynth(BUNDLED_SOUNDFONT) as synthesizer:
        synthesise()
        audio("synthesis", best(options.repeat, synthesise))
    blocks = list(audio_blocks(band))
    audio("MP3 encoding", best(options.repeat, lambda: list(encode_mp3(map(to_int16, blocks)))))
    with tempfile.TemporaryDirectory() as folder:
        for suffix in WRITERS:
            path = Path(folder) / f"song{suffix}"
            took = best(options.repeat, lambda path=path: write_audio(band, path))  # type: ignore[misc]
            audio(f"write_audio {suffix}, decoding included", took)
    audio("first bytes of stream_mp3, gain 1", best(options.repeat, lambda: next(stream_mp3(band, gain=1.0))))

    ours, theirs = midi_bytes(band), mido_bytes(band)
    for name, own, other in (
        ("MIDI writing", lambda: midi_bytes(band), lambda: mido_bytes(band)),
        ("MIDI reading", lambda: read_midi(ours), lambda: mido.MidiFile(file=io.BytesIO(theirs))),
    ):
        fast, slow = best(options.repeat * 10, own), best(options.repeat, other)
        print(f"{name:34} {fast * 1e3:7.2f} ms, mido {slow * 1e3:.1f} ms: {slow / fast:.0f} x")


if __name__ == "__main__":
    main()
