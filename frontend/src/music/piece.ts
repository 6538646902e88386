/** Nouns of the page: notes, bars, charts. Knows no requests, no sound and no pixels. */

import { type BarComposed, ROLES, type Role } from "../wire";

export {
  type AssumptionView as Assumption,
  type ChartView as Chart,
  type ChordView as Chord,
  ROLES,
  type Role,
  type SongView as Song,
} from "../wire";

/** Whether two rows have the same in the same order. */
export function isSameRow(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}

/** The metres of a piece whose metres nobody named. */
export const COMMON_METERS: readonly string[] = ["4/4"];

/** Semitones. */
export const OCTAVE = 12;

/** The volume of a track that nobody turned up or down, as MIDI controller 7 counts. */
export const AS_COMPOSED = 100;
export const MAX_VOLUME = 127;

/** Of the roles the one that nobody composes: a melody that the person gave. */
export const MELODY: Role = "melody";
/** Those that the band may compose. */
export const COMPOSED: readonly Role[] = ROLES.filter((role) => role !== MELODY);

/** What a role is called on the page. */
export const ROLE_NAMES: Record<Role, string> = {
  drums: "Drums",
  piano: "Piano",
  guitar: "Guitar",
  bass: "Bass",
  strings: "Strings",
  melody: "Melody",
};

/** The notes that begin in a bar, by track; tracks that don't play in the piece are missing. */
export type BarNotes = BarComposed["notes"];
/** Onset and duration in steps from the start of the piece, MIDI pitch and velocity. */
export type Note = NonNullable<BarNotes[Role]>[number];

/** The chord that is none. */
export const NO_CHORD = "N.C.";

/** What the name of a chord is made of; null is {@link NO_CHORD}. */
export type ChordParts = { readonly root: string; readonly quality: string; readonly slash: string | null } | null;

/** The name that is made of its parts. */
export function nameOf(parts: ChordParts): string {
  if (parts === null) return NO_CHORD;
  const { root, quality, slash } = parts;
  return root + quality + (slash === null || slash === root ? "" : `/${slash}`);
}

/** What a take is called: 0 is A. */
export function takeName(take: number): string {
  return String.fromCharCode("A".charCodeAt(0) + take);
}
