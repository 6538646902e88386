/** What a jam plays while it lasts, in the place of the open piece. Knows no sound. */

import { signal } from "@preact/signals";
import type { BarNotes } from "../music/piece";

export interface Jammed {
  readonly style: string | null;
  readonly secondsPerStep: number;
  /** The last ones, onsets from the beginning of the first of them. */
  readonly bars: readonly BarNotes[];
}

/** Null where nobody jams. */
export const jammed = signal<Jammed | null>(null);
