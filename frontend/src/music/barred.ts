/**
 * Edits of chords in a chart that is written in bars: only whole bars come and go, and what stands in the others stays
 * in time. Knows a chord by its name; knows no requests and no page.
 */

import { type Cell, insert, move, onsetOf, remove, repeat, replace } from "./edit";
import { type BarLines, STEPS_PER_BEAT } from "./time";

const TICKS_PER_BEAT = 24;
const DECIMALS = 8; // parts of a beat that decimal numbers tell

/** A chord with another length. */
function lasting(cell: Cell, beats: number): Cell {
  const isDecimal = Number.isInteger(beats * DECIMALS);
  return { ...cell, beats, duration: isDecimal ? String(beats) : `${Math.round(beats * TICKS_PER_BEAT)}t` };
}

const isLine = (step: number, lines: BarLines): boolean => lines.onset(lines.barAt(step)) === step;

function fillsBars(onset: number, beats: number, lines: BarLines): boolean {
  return isLine(onset, lines) && isLine(onset + beats * STEPS_PER_BEAT, lines);
}

/** Beats from a step on: those given and what is left of their last bar. */
function untilLine(onset: number, beats: number, lines: BarLines): number {
  const last = lines.barAt(onset + beats * STEPS_PER_BEAT - 1 / TICKS_PER_BEAT);
  return (lines.onset(last + 1) - onset) / STEPS_PER_BEAT;
}

/** With a chord put in at `at`: whole bars as such, else in the time of the chord before it, or as a bar of its own. */
export function insertInBars(all: readonly Cell[], at: number, added: Cell, lines: BarLines): readonly Cell[] {
  const onset = onsetOf(all, at);
  const before = all[at - 1];
  if (fillsBars(onset, added.beats, lines) || before === undefined) return insert(all, at, added);
  if (at < all.length && before.beats > added.beats) {
    const shorter = lasting(before, before.beats - added.beats);
    return insert(replace(all, at - 1, shorter), at, added);
  }
  if (isLine(onset, lines)) {
    return insert(all, at, lasting(added, untilLine(onset, added.beats, lines)));
  }
  return split(all, at - 1, added);
}

/** With a second chord in the time of the one at `at`. */
function split(all: readonly Cell[], at: number, added: Cell): readonly Cell[] {
  const first = all[at];
  if (first === undefined) return all;
  const half = Math.floor((first.beats * TICKS_PER_BEAT) / 2) / TICKS_PER_BEAT;
  return insert(replace(all, at, lasting(first, first.beats - half)), at + 1, lasting(added, half));
}

/** Without the chord at `at`: its bars go with it; else its time is the one's before it in its bar, or the next one's. */
export function removeInBars(all: readonly Cell[], at: number, lines: BarLines): readonly Cell[] {
  const removed = all[at];
  if (removed === undefined || all.length === 1) return remove(all, at);
  const onset = onsetOf(all, at);
  if (fillsBars(onset, removed.beats, lines)) return remove(all, at);
  const heir = at + 1 < all.length && (at === 0 || isLine(onset, lines)) ? at + 1 : at - 1;
  const other = all[heir];
  return other === undefined ? all : remove(replace(all, heir, lasting(other, other.beats + removed.beats)), at);
}

/** With the chord at `at` once more: whole bars come in, else it is struck twice in its time. */
export function repeatInBars(all: readonly Cell[], at: number, lines: BarLines): readonly Cell[] {
  const repeated = all[at];
  if (repeated === undefined) return all;
  return fillsBars(onsetOf(all, at), repeated.beats, lines) ? repeat(all, at) : split(all, at, repeated);
}

/** With the chord at `from` moved to `to`: whole bars among whole bars; else chords change places, and the rhythm stays. */
export function moveInBars(all: readonly Cell[], from: number, to: number, lines: BarLines): readonly Cell[] {
  const moved = move(all, from, to);
  const between = all.slice(Math.min(from, to), Math.max(from, to) + 1);
  let onset = onsetOf(all, Math.min(from, to));
  const areBars = between.every(({ beats }) => {
    const fills = fillsBars(onset, beats, lines);
    onset += beats * STEPS_PER_BEAT;
    return fills;
  });
  if (areBars) return moved;
  return moved.map((cell, place) => ({ ...cell, duration: all[place]?.duration ?? "", beats: all[place]?.beats ?? 0 }));
}

/** With another chord at `at`: whole bars more or less come or go; else the time is given to or taken from the next. */
export function replaceInBars(all: readonly Cell[], at: number, other: Cell, lines: BarLines): readonly Cell[] {
  const old = all[at];
  if (old === undefined || old.beats === other.beats) return replace(all, at, other);
  const onset = onsetOf(all, at);
  const next = all[at + 1];
  if (fillsBars(onset, old.beats, lines) && fillsBars(onset, other.beats, lines)) return replace(all, at, other);
  if (next === undefined) return replace(all, at, lasting(other, untilLine(onset, other.beats, lines)));
  const changed = replace(all, at, other);
  if (other.beats < old.beats) return replace(changed, at + 1, lasting(next, next.beats + old.beats - other.beats));
  let missing = other.beats - old.beats;
  const rest: Cell[] = [];
  for (const cell of all.slice(at + 1)) {
    const taken = Math.min(missing, cell.beats);
    missing -= taken;
    if (cell.beats > taken) rest.push(taken > 0 ? lasting(cell, cell.beats - taken) : cell);
  }
  return [...changed.slice(0, at + 1), ...rest];
}
