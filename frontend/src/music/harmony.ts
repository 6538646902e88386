/**
 * How closely the notes keep to their chords. Knows notes and chords; no page and no sound.
 *
 * The same figures as the package's `music/adherence.py`, here for every chord, so that the page can say them while bars
 * are still coming; `harmony.golden.json` holds both to the same numbers. People play passing notes: 100 % is not the aim.
 */

import { type BarNotes, type Chord, MELODY, type Note, OCTAVE, type Role } from "./piece";
import { STEPS_PER_BEAT } from "./time";

/** A chord on the step grid: its pitch classes, slash bass included, and the one that the bass is to play. */
export interface Harmony {
  readonly chord: number; // its place in the chart
  readonly onset: number;
  readonly end: number;
  readonly pitchClasses: ReadonlySet<number>;
  readonly bass: number;
}

/** How the notes keep to a chord. */
export interface Fit {
  /** Share of the sounding time of pitched notes that belongs to the chord; null where nothing sounds. */
  readonly inside: number | null;
  /** That sounding time, in steps. */
  readonly sounding: number;
  /** Whether the bass begins on the note the chord asks for; null where it begins none in the first beat. */
  readonly bassOnRoot: boolean | null;
}

/** The chords of a chart on the step grid; N.C. is left out. */
export function harmoniesOf(chords: readonly Chord[]): readonly Harmony[] {
  return chords.flatMap((chord, index) => {
    if (chord.bass === null) return [];
    const { step, end, bass } = chord;
    return [{ chord: index, onset: step, end, pitchClasses: new Set([...chord.pitch_classes, bass]), bass }];
  });
}

/** The place of the last of these that begins at `time` or before it; -1 where none does. They are in order. */
export function lastBegun(spans: readonly { readonly onset: number }[], time: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle]?.onset ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Call `visit` for each harmony that a note sounds in, with the steps it does so and whether it belongs to it. */
function meet(note: Note, harmonies: readonly Harmony[], visit: (at: number, steps: number, within: boolean) => void) {
  const [onset, duration, pitch] = note;
  const end = onset + duration;
  for (let at = Math.max(lastBegun(harmonies, onset), 0); at < harmonies.length; at++) {
    const harmony = harmonies[at] as Harmony;
    if (harmony.onset >= end) return;
    const steps = Math.min(end, harmony.end) - Math.max(onset, harmony.onset);
    if (steps > 0) visit(at, steps, harmony.pitchClasses.has(pitch % OCTAVE));
  }
}

/** Whether a pitched note belongs to its chord for at least half of its time; null where it sounds without a chord. */
export function isInside(note: Note, harmonies: readonly Harmony[]): boolean | null {
  let within = 0;
  let total = 0;
  meet(note, harmonies, (_, steps, belongs) => {
    total += steps;
    if (belongs) within += steps;
  });
  return total ? within * 2 >= total : null;
}

/** How the bars keep to each chord, by its place in the chart; null for N.C. */
export function fitsOf(chords: readonly Chord[], bars: readonly BarNotes[]): readonly (Fit | null)[] {
  const harmonies = harmoniesOf(chords);
  const within = harmonies.map(() => 0);
  const total = harmonies.map(() => 0);
  const first: (Note | undefined)[] = harmonies.map(() => undefined); // what the bass begins with
  for (const bar of bars) {
    for (const [role, notes] of Object.entries(bar) as [Role, readonly Note[]][]) {
      if (role === "drums" || role === MELODY) continue; // how the band keeps to it
      for (const note of notes) {
        meet(note, harmonies, (at, steps, belongs) => {
          total[at] = (total[at] ?? 0) + steps;
          if (belongs) within[at] = (within[at] ?? 0) + steps;
        });
        if (role === "bass") begin(note, harmonies, first);
      }
    }
  }
  const fits: (Fit | null)[] = chords.map(() => null);
  harmonies.forEach((harmony, at) => {
    const bass = first[at];
    fits[harmony.chord] = {
      inside: total[at] ? (within[at] ?? 0) / total[at] : null,
      sounding: total[at] ?? 0,
      bassOnRoot: bass ? bass[2] % OCTAVE === harmony.bass : null,
    };
  });
  return fits;
}

/** Share of the sounding time of all pitched notes that belongs to their chords; null where nothing sounds. */
export function chordToneRatio(fits: readonly (Fit | null)[]): number | null {
  let within = 0;
  let total = 0;
  for (const fit of fits) {
    within += (fit?.inside ?? 0) * (fit?.sounding ?? 0);
    total += fit?.sounding ?? 0;
  }
  return total ? within / total : null;
}

/** Keep a bass note as its chord's first, if it begins in the chord's first beat: the earliest, then the lowest. */
function begin(note: Note, harmonies: readonly Harmony[], first: (Note | undefined)[]) {
  const [onset, , pitch] = note;
  const at = lastBegun(harmonies, onset);
  const harmony = harmonies[at];
  if (!harmony || onset >= Math.min(harmony.end, harmony.onset + STEPS_PER_BEAT)) return;
  const before = first[at];
  if (!before || onset < before[0] || (onset === before[0] && pitch < before[2])) first[at] = note;
}
