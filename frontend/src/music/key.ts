/** Whether chords are the same in another key. Knows no notes and no text. */

import { type Chart, OCTAVE } from "./piece";

type Chords = Pick<Chart, "chords" | "bar_lines">;

/**
 * By how many semitones, 0 to 11, all chords of one chart stand above those of another; null where these are other chords,
 * or at other times.
 */
export function shiftBetween(from: Chords, to: Chords): number | null {
  if (from.chords.length !== to.chords.length || from.bar_lines.join() !== to.bar_lines.join()) return null;
  let shift: number | null = null;
  for (const [index, chord] of from.chords.entries()) {
    const other = to.chords[index];
    if (!other || chord.step !== other.step || chord.end !== other.end) return null;
    if ((chord.bass === null) !== (other.bass === null)) return null;
    if (chord.bass === null || other.bass === null) continue;
    const by = modulo(other.bass - chord.bass);
    if ((shift ?? by) !== by || chord.quality !== other.quality) return null;
    const moved = new Set(chord.pitch_classes.map((pitch) => modulo(pitch + by)));
    if (moved.size !== other.pitch_classes.length || !other.pitch_classes.every((pitch) => moved.has(pitch)))
      return null;
    shift = by;
  }
  return shift ?? 0;
}

/** Of the two directions in which a shift can be taken, the one that is nearer to what it was; -11 to 11. */
export function nearest(shift: number, before: number): number {
  const down = shift - OCTAVE;
  return shift > 0 && Math.abs(down - before) < Math.abs(shift - before) ? down : shift;
}

const modulo = (semitones: number): number => ((semitones % OCTAVE) + OCTAVE) % OCTAVE;
