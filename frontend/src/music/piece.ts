/** Nouns of the page: notes, bars, charts. Knows no requests, no sound and no pixels. */

import type { BarComposed, Role } from "../wire";

export type { ChartView as Chart, ChordView as Chord, Role } from "../wire";

/** The volume of a track that nobody turned up or down, as MIDI controller 7 counts. */
export const AS_COMPOSED = 100;
export const MAX_VOLUME = 127;

/** The chairs of the band, in the order of the score: top to bottom in the mixer and in menus. */
export const ROLES: readonly Role[] = ["drums", "bass", "piano", "guitar", "strings"];

/** What a role is called on the page. */
export const ROLE_NAMES: Record<Role, string> = {
  drums: "Drums",
  bass: "Bass",
  piano: "Piano",
  guitar: "Guitar",
  strings: "Strings",
};

/** The notes that begin in a bar, by track; tracks that don't play in the piece are missing. */
export type BarNotes = BarComposed["notes"];
/** Onset and duration in steps from the start of the piece, MIDI pitch and velocity. */
export type Note = NonNullable<BarNotes[Role]>[number];

/** What a take is called: 0 is A. */
export function takeName(take: number): string {
  return String.fromCharCode("A".charCodeAt(0) + take);
}
