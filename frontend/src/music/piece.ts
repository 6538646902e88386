/** Nouns of the page: notes, bars, charts. Knows no requests, no sound and no pixels. */

export const STEPS_PER_BEAT = 12;
export const BEATS_PER_BAR = 4;
export const STEPS_PER_BAR = STEPS_PER_BEAT * BEATS_PER_BAR; // 48
export const SECONDS_PER_MINUTE = 60;

/** The volume of a track that nobody turned up or down, as MIDI controller 7 counts. */
export const AS_COMPOSED = 100;
export const MAX_VOLUME = 127;

/** The chairs of the band, in the order of the score: top to bottom in the mixer and in menus. */
export const ROLES = ["drums", "bass", "piano", "guitar", "strings"] as const;
export type Role = (typeof ROLES)[number];

/** What a role is called on the page. */
export const ROLE_NAMES: Record<Role, string> = {
  drums: "Drums",
  bass: "Bass",
  piano: "Piano",
  guitar: "Guitar",
  strings: "Strings",
};

/** Onset and duration in steps from the start of the piece, MIDI pitch and velocity. */
export type Note = readonly [onset: number, duration: number, pitch: number, velocity: number];

/** The notes that begin in a bar, by track; tracks that don't play in the piece are missing. */
export type BarNotes = Partial<Record<Role, readonly Note[]>>;

/** A chord in time, as the server understood it. */
export interface Chord {
  readonly name: string;
  readonly text: string; // with its duration, in the reference form: "C:4"
  readonly bar: number; // in which it begins, from 0
  readonly onset: number; // beats from the start
  readonly duration: number; // beats
  readonly pitch_classes: readonly number[]; // 0 is C; without a slash bass
  readonly bass: number | null; // pitch class; null for N.C.
}

/** A progression as the server understood it. */
export interface Chart {
  readonly progression: string; // in the reference form
  readonly key: string;
  readonly bars: number;
  readonly beats: number;
  readonly chords: readonly Chord[];
}

/** Seconds that a number of steps takes at a tempo in beats a minute. */
export function secondsOf(steps: number, tempo: number): number {
  return (steps / STEPS_PER_BEAT) * (SECONDS_PER_MINUTE / tempo);
}

/** What a take is called: 0 is A. */
export function takeName(take: number): string {
  return String.fromCharCode("A".charCodeAt(0) + take);
}
