/** Where the cells of the band stand: widths of bars, sections over them, what a row spans. Knows notes; no canvas, no page. */

import type { BarNotes, Note, Role } from "../../music/piece";
import { OCTAVE } from "../../music/piece";
import type { BarLines } from "../../music/time";
import type { Section } from "../../music/wishes";

/** How heads and cells share the room: side by side on one line or two, or a head above its cells. */
export type Arrangement = "line" | "two" | "stacked";

const LINE_FROM = 780; // pixels
const TWO_FROM = 560;

export function arrangementOf(width: number): Arrangement {
  if (width >= LINE_FROM) return "line";
  return width >= TWO_FROM ? "two" : "stacked";
}

/** Pixels a step: all bars in view, unless the shortest would become narrower than `least`. */
export function scaleOf(lines: BarLines, width: number, least: number): number {
  if (lines.count === 0) return 0;
  return Math.max(width / lines.end, least / lines.shortest);
}

/** Where a section begins, and what it is called. */
export interface Heading {
  readonly name: string;
  readonly from: number; // bars
  readonly to: number;
}

/** The sections that have a name. */
export function headingsOf(sections: readonly Section[]): readonly Heading[] {
  let from = 0;
  const headings: Heading[] = [];
  for (const { name, bars } of sections) {
    if (name && bars.length) headings.push({ name, from, to: from + bars.length });
    from += bars.length;
  }
  return headings;
}

/** A note as far as it lies in a bar: steps from the bar's start, and its pitch. */
export type Ink = readonly [from: number, to: number, pitch: number];

/** What of a player's notes lies in each bar: one that lasts over a bar line is in both. */
export function inkOf(bars: readonly BarNotes[], role: Role, lines: BarLines): readonly (readonly Ink[])[] {
  const ink: Ink[][] = bars.map(() => []);
  for (const bar of bars) {
    for (const [onset, duration, pitch] of bar[role] ?? []) {
      const end = onset + duration;
      for (let at = lines.barAt(onset); at < bars.length && lines.onset(at) < end; at++) {
        const start = lines.onset(at);
        ink[at]?.push([Math.max(onset - start, 0), Math.min(end - start, lines.length(at)), pitch]);
      }
    }
  }
  return ink;
}

/** The pitches of a row from its top: drum sounds that occur, or all between whole octaves. */
export interface Span {
  readonly high: number;
  readonly rows: number;
  readonly sounds: readonly number[] | null;
}

const LEAST_OCTAVES = 2;

export function spanOf(bars: readonly BarNotes[], role: Role): Span {
  const pitches = new Set<number>();
  for (const bar of bars) for (const [, , pitch] of (bar[role] ?? []) as readonly Note[]) pitches.add(pitch);
  if (role === "drums") {
    const sounds = [...pitches].sort((one, other) => other - one);
    return { high: sounds[0] ?? 0, rows: Math.max(sounds.length, 1), sounds };
  }
  const low = Math.floor(Math.min(...pitches, 127) / OCTAVE) * OCTAVE;
  const high = Math.ceil((Math.max(...pitches, 0) + 1) / OCTAVE) * OCTAVE;
  const rows = pitches.size ? Math.max(high - low, LEAST_OCTAVES * OCTAVE) : LEAST_OCTAVES * OCTAVE;
  return { high: pitches.size ? low + rows - 1 : 127, rows, sounds: null };
}

/** The row of a pitch, from the top. */
export function rowOf({ high, sounds }: Span, pitch: number): number {
  return sounds === null ? high - pitch : Math.max(sounds.indexOf(pitch), 0);
}
