/**
 * How loud a player is heard, told from the notes alone, and the volume that makes it as loud as it should be: the page's
 * twin of `sideman/render/levels.py`, which explains it. Knows no signals and no sound.
 */

import type { Note } from "./piece";
import { STEPS_PER_BEAT } from "./time";

const FULL = 100; // velocity, and MIDI volume, of what was measured
const DECIBELS = 40; // that a volume, or a velocity, of ten times as much is louder
const HIGHEST = 500;
const OFFSET = -0.691; // LUFS of a mean square of 1, and the gates of ITU-R BS.1770-4
const ABSOLUTE_GATE = -70;
const RELATIVE_GATE = -10;
const FIRST_HIT = 27; // pitch
const FIRST_PITCH = 24;
const PITCH_STEP = 6;
const SHORTEST = 0.05; // seconds; each next duration is twice as long

/** How loud an instrument is: tenths of a decibel by pitch, and what durations add. A kit has no durations. */
export interface Measured {
  readonly loudness: readonly number[];
  readonly growth: readonly number[];
}

/** The volume, in MIDI's scale but not ending at 127, that has a player's notes heard at `target` LUFS. */
export function level(instrument: Measured, notes: Iterable<Note>, secondsPerStep: number, target: number): number {
  const heard = loudness(instrument, notes, secondsPerStep);
  if (!Number.isFinite(heard)) return FULL;
  return Math.min(Math.max(FULL * 10 ** ((target - heard) / DECIBELS), 1), HIGHEST);
}

/** In LUFS, at volume 100; minus infinity where nothing is heard. */
export function loudness(instrument: Measured, notes: Iterable<Note>, secondsPerStep: number): number {
  const isKit = instrument.growth.length === 0;
  const energies: number[] = [];
  for (const [onset, duration, pitch, velocity] of notes) {
    const base = 10 ** (byPitch(instrument.loudness, pitch, isKit) / 100) * (velocity / FULL) ** 4;
    const first = Math.floor(onset / STEPS_PER_BEAT);
    const beats = Math.max(Math.ceil((onset + duration) / STEPS_PER_BEAT) - first, 1);
    let before = 0;
    for (let beat = 0; beat < beats; beat += 1) {
      const seconds = Math.min(duration, (beat + 1) * STEPS_PER_BEAT) * secondsPerStep;
      const until = isKit ? base : base * 10 ** (byDuration(instrument.growth, seconds) / 100);
      energies[first + beat] = (energies[first + beat] ?? 0) + until - before;
      before = until;
    }
  }
  const powers = energies.map((energy) => energy / (STEPS_PER_BEAT * secondsPerStep));
  const heard = powers.filter((power) => power > 10 ** ((ABSOLUTE_GATE - OFFSET) / 10));
  const floor = mean(heard) * 10 ** (RELATIVE_GATE / 10);
  return OFFSET + 10 * Math.log10(mean(heard.filter((power) => power > floor)));
}

function byPitch(row: readonly number[], pitch: number, isKit: boolean): number {
  return between(row, isKit ? pitch - FIRST_HIT : (pitch - FIRST_PITCH) / PITCH_STEP);
}

const byDuration = (row: readonly number[], seconds: number): number => between(row, Math.log2(seconds / SHORTEST));

/** The value of a row at a place, from 0; outside, that of its end. */
function between(row: readonly number[], place: number): number {
  const inside = Math.min(Math.max(place, 0), row.length - 1);
  const index = Math.floor(inside);
  const low = row[index] ?? 0;
  return low + ((row[index + 1] ?? low) - low) * (inside - index);
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length || 0;
