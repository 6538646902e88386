/**
 * A chart as a row of chords that can be edited, written back in the canonical form, and laid out in bars. Knows a
 * chord by the name that it was given, never what it means; knows no requests and no page.
 */

import { type Chart, type ChordParts, COMMON_METERS, nameOf } from "./piece";
import { type BarLines, STEPS_PER_BEAT } from "./time";

export const BAR_LINE = "|";
export const TICKS_PER_BEAT = 24; // every duration is a whole number of them
const TICKS_PER_STEP = TICKS_PER_BEAT / STEPS_PER_BEAT;

/** A chord and how long it lasts. */
export interface Cell {
  readonly name: string; // "Am"
  readonly parts: ChordParts;
  readonly duration: string; // as it is written: "4", "1.5", "1/3"
  readonly beats: number;
}

/** What a cell shows in one bar: all of a chord, or the part of it that lies there. */
export interface Segment {
  readonly cell: number; // its place in the chart, from 0
  readonly beats: number;
  readonly isContinued: boolean; // it began in the bar before
  readonly continues: boolean; // it goes on in the next bar
}

/** The chords of a chart that the server has read. */
export function cellsOf(chart: Chart): readonly Cell[] {
  return chart.chords.map(({ name, root, quality, slash, text, duration }) => ({
    name,
    parts: root === null ? null : { root, quality, slash },
    duration: text.slice(text.lastIndexOf(":") + 1),
    beats: duration,
  }));
}

/** A chord from the palette. */
export function cell(parts: ChordParts, beats: number): Cell {
  return { name: nameOf(parts), parts, duration: String(beats), beats };
}

/**
 * The canonical form: `C:4|Am:4`. `meters`: those of its first bars, whose lines are told too; the last one holds from
 * there on. One that isn't 4/4 is written before the first chord of its bars: `3/4`, and the chords in the next line.
 */
export function write(cells: readonly Cell[], meters = COMMON_METERS, lines: BarLines | null = null): string {
  const written = cells.map(({ name, duration }) => `${name}:${duration}`);
  const [first = ""] = meters;
  if (written.length === 0) return "";
  if (lines !== null && meters.length > 1) {
    let last = COMMON_METERS[0];
    let ticks = 0;
    for (const [index, { beats }] of cells.entries()) {
      const meter = meters[Math.min(lines.barAt(ticks / TICKS_PER_STEP), meters.length - 1)];
      if (meter !== last) written[index] = `${meter} ${written[index]}`;
      last = meter;
      ticks += Math.round(beats * TICKS_PER_BEAT);
    }
  }
  const heading = meters.length === 1 && first !== COMMON_METERS[0] ? `${first}\n` : "";
  return heading + written.join(BAR_LINE);
}

// What reorders is told of any items, so that places can be followed as well as chords.

/** With a chord put in, so that it stands at `at`. */
export function insert<Item>(cells: readonly Item[], at: number, added: Item): readonly Item[] {
  return cells.toSpliced(at, 0, added);
}

/** Without the chord at `at`. */
export function remove<Item>(cells: readonly Item[], at: number): readonly Item[] {
  return cells.toSpliced(at, 1);
}

/** With the chord at `from` taken out and put in so that it stands at `to`. */
export function move<Item>(cells: readonly Item[], from: number, to: number): readonly Item[] {
  const moved = cells[from];
  return moved === undefined ? cells : insert(remove(cells, from), to, moved);
}

/** With another chord at `at`. */
export function replace(cells: readonly Cell[], at: number, other: Cell): readonly Cell[] {
  return at in cells ? cells.with(at, other) : cells;
}

/** With the chord at `at` once more behind it. */
export function repeat<Item>(cells: readonly Item[], at: number): readonly Item[] {
  const repeated = cells[at];
  return repeated === undefined ? cells : insert(cells, at + 1, repeated);
}

/** The chords by bars; one that lasts over a bar line is in each of its bars. The last bar may be short. */
export function barsOf(cells: readonly Cell[], lines: BarLines): readonly (readonly Segment[])[] {
  const bars: Segment[][] = [];
  let ticks = 0; // from the start, whole numbers: sums of thirds of a beat end on the bar line
  for (const [index, { beats }] of cells.entries()) {
    const start = ticks;
    const end = start + Math.round(beats * TICKS_PER_BEAT);
    while (ticks < end) {
      const bar = lines.barAt(ticks / TICKS_PER_STEP);
      const until = Math.min(end, lines.onset(bar + 1) * TICKS_PER_STEP);
      bars[bar] ??= [];
      bars[bar].push({
        cell: index,
        beats: (until - ticks) / TICKS_PER_BEAT,
        isContinued: ticks > start,
        continues: until < end,
      });
      ticks = until;
    }
  }
  return bars;
}

/** Steps from the start of the chart to the chord at `at`; one may begin between two steps. */
export function onsetOf(cells: readonly Cell[], at: number): number {
  return cells.slice(0, at).reduce((sum, { beats }) => sum + Math.round(beats * TICKS_PER_BEAT), 0) / TICKS_PER_STEP;
}

/**
 * Where a chord lands that was dropped among the segments of a score: `order` has the chord of each segment as they lie
 * now, and the one at `place` is what was dropped. It comes behind the one before it; dropped into the middle of a long
 * chord, behind that.
 */
export function dropIndex(order: readonly number[], place: number): number {
  const dropped = order[place] ?? 0;
  const last = order.slice(0, place).findLast((other) => other !== dropped);
  if (last === undefined) return 0;
  return last < dropped ? last + 1 : last;
}
