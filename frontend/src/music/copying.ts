/** Bars of a player copied into others. Knows notes and bars; no pixels, no requests. */

import { LENGTHS } from "./part";
import type { BarNotes, Note, Role } from "./piece";
import type { BarLines } from "./time";

/** The notes of bars that follow one another, each bar's from its own start. */
export type Copied = readonly (readonly Note[])[];

/** The bars of a player from one on; `to` is the first one after them. */
export function copyBars(
  bars: readonly BarNotes[],
  role: Role,
  { from, to }: { readonly from: number; readonly to: number },
  lines: BarLines,
): Copied {
  return bars
    .slice(from, to)
    .map((bar, index) =>
      (bar[role] ?? []).map(([onset, ...rest]): Note => [onset - lines.onset(from + index), ...rest]),
    );
}

/**
 * What copied bars make of others, one after the other, from the first again where there are more. What begins beyond a
 * shorter bar, or beyond the piece's `end`, is left out.
 */
export function pasteBars(
  copied: Copied,
  { from, to }: { readonly from: number; readonly to: number },
  lines: BarLines,
  end: number,
): ReadonlyMap<number, readonly Note[]> {
  const pasted = new Map<number, readonly Note[]>();
  for (let bar = from; bar < to; bar++) {
    const [onset, length] = [lines.onset(bar), lines.length(bar)];
    const notes = copied[(bar - from) % copied.length] ?? [];
    const fitting = notes.filter(([place]) => place < length && onset + place < end);
    pasted.set(
      bar,
      fitting.map(([place, duration, pitch, velocity]): Note => {
        const start = onset + place;
        return [start, lengthWithin(duration, end - start), pitch, velocity];
      }),
    );
  }
  return pasted;
}

/** The bars that are pasted into a selection: all of it, or as many as were copied where it is shorter. */
export function pastedRange(
  { from, to }: { readonly from: number; readonly to: number },
  copied: number,
  count: number,
): { readonly from: number; readonly to: number } {
  return { from, to: Math.min(Math.max(to, from + copied), count) };
}

/** The same length, or the longest of the grid that there is room for. */
function lengthWithin(duration: number, room: number): number {
  return duration <= room ? duration : (LENGTHS.findLast((length) => length <= room) ?? 1);
}
