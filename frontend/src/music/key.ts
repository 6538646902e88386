/** Keys and their names, and whether chords are the same in another key. Knows no text. */

import { LETTERS, modulo, pitchClassOf } from "./notes";
import { type Chart, OCTAVE } from "./piece";

/** What tonics are commonly called, from C on. */
export const TONICS: Readonly<Record<string, readonly string[]>> = {
  major: ["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"],
  minor: ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B"],
};
const LINE_OF_FIFTHS = "FCGDAEB"; // the naturals; a sharp is seven steps on
const MINOR_FIFTHS = -3; // A minor has the signature of C major
const MAX_FIFTHS = 7; // of a key signature
const KEY_NAME = /^([A-G](?:##?|bb?)?) (major|minor)$/;

/** Whether it is a key's name as the server writes it: `Gb major`. */
export const isKey = (name: string): boolean => KEY_NAME.test(name);

/** The name of a key so many semitones higher, as is common; that which it has where it isn't moved. */
export function movedKey(name: string, by: number): string {
  const [, tonic = "", mode = ""] = KEY_NAME.exec(name) ?? [];
  const moved = TONICS[mode]?.[modulo((pitchClassOf(tonic) ?? 0) + by)];
  return modulo(by) === 0 || moved === undefined ? name : `${moved} ${mode}`;
}

/** Whether two names are of the same key, however its tonic is spelled. */
export const isSameKey = (one: string, other: string): boolean => movedKey(one, 1) === movedKey(other, 1);

/** The key of a chart's chords, its tonic spelled as the first chord on it is: what a piece has whose chart names none. */
export function keyOf({ key, chords }: Pick<Chart, "key" | "chords">): string {
  const [tonic = "", mode = ""] = key.split(" ");
  const written = chords.find(({ root }) => root !== null && pitchClassOf(root) === pitchClassOf(tonic))?.root;
  if (!written) return key;
  const fifths = LINE_OF_FIFTHS.indexOf(written.charAt(0)) - 1 + LETTERS.length * signsOf(written);
  return Math.abs(fifths + (mode === "minor" ? MINOR_FIFTHS : 0)) > MAX_FIFTHS ? key : `${written} ${mode}`;
}

/** Whether chords speak for a key by themselves; pieces of before 2026-12 have its tonic as is common, however it was written. */
export const isOfChords = (key: string, chart: Pick<Chart, "key" | "chords">): boolean =>
  key === keyOf(chart) || key === chart.key;

const signsOf = (note: string): number => (note.length - 1) * (note.endsWith("b") ? -1 : 1);

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
