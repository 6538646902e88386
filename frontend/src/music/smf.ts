/** A standard MIDI file of one track, as the server reads it: notes in steps of a piece. Knows bytes; no sound and no page. */

import type { Note } from "./piece";
import { type BarLines, SECONDS_PER_MINUTE, STEPS_PER_BEAT } from "./time";

const PULSES = 480; // of a quarter
const MICROSECONDS = 1_000_000;
const SLOWEST = 2 ** 24 - 1; // microseconds a quarter: what a file holds
const NOTE_ON = 0x90;
const NOTE_OFF = 0x80;
const OFF_VELOCITY = 64;
const THREE_EIGHTHS = 3 / 2; // quarters of a dotted beat
const METER = /^(\d+)\/(\d+)$/;

/** What happens at a pulse; of what happens at once the lower `order` comes first. */
interface Event {
  readonly pulse: number;
  readonly order: number;
  readonly bytes: readonly number[];
}

/** Notes whose onsets and lengths may have fractions, in bars of `meters`, the last of which holds, at beats a minute. */
export function midiOf(notes: readonly Note[], lines: BarLines, meters: readonly string[], tempo: number): Uint8Array {
  const [pulses, signatures] = pulsesOf(lines, meters);
  const first = quartersPerBeat(meters[0] ?? "");
  const quarter = Math.min(Math.round((SECONDS_PER_MINUTE * MICROSECONDS) / (tempo * first)), SLOWEST);
  const events: Event[] = [
    ...signatures,
    { pulse: 0, order: 0, bytes: [0xff, 0x51, 3, (quarter >> 16) & 0xff, (quarter >> 8) & 0xff, quarter & 0xff] },
  ];
  for (const [onset, duration, pitch, velocity] of notes) {
    const [begin, end] = [pulses(onset), pulses(onset + duration)];
    events.push({ pulse: begin, order: 2, bytes: [NOTE_ON, pitch, velocity] });
    events.push({ pulse: Math.max(end, begin + 1), order: 1, bytes: [NOTE_OFF, pitch, OFF_VELOCITY] });
  }
  events.sort((one, other) => one.pulse - other.pulse || one.order - other.order);
  const track: number[] = [];
  let before = 0;
  for (const { pulse, bytes } of events) {
    track.push(...quantity(pulse - before), ...bytes);
    before = pulse;
  }
  track.push(0, 0xff, 0x2f, 0);
  return new Uint8Array([...chunk("MThd", [0, 0, 0, 1, PULSES >> 8, PULSES & 0xff]), ...chunk("MTrk", track)]);
}

/** Where steps are in pulses, and the signatures of a piece's bars: a dotted beat has half as many pulses again. */
function pulsesOf(lines: BarLines, meters: readonly string[]): [(step: number) => number, readonly Event[]] {
  const bars = Math.max(lines.count, 1);
  const perStep = PULSES / STEPS_PER_BEAT;
  const starts = [0];
  const signatures: Event[] = [];
  const meterOf = (bar: number) => meters[Math.min(bar, meters.length - 1)] ?? "";
  for (let bar = 0; bar < bars; bar++) {
    const start = starts[bar] ?? 0;
    const [, beats, unit] = METER.exec(meterOf(bar)) ?? [];
    if (beats !== undefined && unit !== undefined && (bar === 0 || meterOf(bar) !== meterOf(bar - 1))) {
      const bytes = [0xff, 0x58, 4, Number(beats), Math.log2(Number(unit)), 24 * quartersPerBeat(meterOf(bar)), 8];
      signatures.push({ pulse: start, order: 0, bytes });
    }
    starts.push(start + lines.length(bar) * perStep * quartersPerBeat(meterOf(bar)));
  }
  const pulses = (step: number): number => {
    const bar = Math.min(lines.barAt(step), bars - 1);
    return Math.round((starts[bar] ?? 0) + (step - lines.onset(bar)) * perStep * quartersPerBeat(meterOf(bar)));
  };
  return [pulses, signatures];
}

/** 1, or 3/2 in 6/8, 9/8 and 12/8, whose beats are dotted. */
function quartersPerBeat(meter: string): number {
  const [, beats, unit] = METER.exec(meter) ?? [];
  return unit === "8" && Number(beats) > 3 && Number(beats) % 3 === 0 ? THREE_EIGHTHS : 1;
}

function chunk(name: string, data: readonly number[]): readonly number[] {
  const size = data.length;
  return [
    ...[...name].map((letter) => letter.charCodeAt(0)),
    ...[24, 16, 8, 0].map((shift) => (size >>> shift) & 0xff),
    ...data,
  ];
}

/** A number of any size: seven bits a byte, the eighth set in all but the last. */
function quantity(value: number): readonly number[] {
  const digits = [value & 0x7f];
  for (let left = value >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
  return digits;
}
