/** What plays in the place of the open piece while it lasts: a jam, or a few bars of a style. Knows no sound. */

import { signal } from "@preact/signals";
import type { BarNotes } from "../music/piece";

export interface Interlude {
  readonly style: string | null;
  readonly secondsPerStep: number;
  /** The last ones of a jam, onsets from the beginning of the first of them. */
  readonly bars: readonly BarNotes[];
}

/** Null where nothing does. */
export const interlude = signal<Interlude | null>(null);

/** The style of which a few bars are heard; null: none. */
export const previewed = signal<string | null>(null);
