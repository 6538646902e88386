/** One player's notes, changed by hand: moved, lengthened, added, taken out. Knows notes and bars; no pixels, no requests. */

import type { BarNotes, Note, Role } from "./piece";
import type { BarLines } from "./time";

/** All notes of a player, by onset, then pitch: no two of one pitch begin together. */
export type Part = readonly Note[];
/** Which of them: by {@link keyOf}. */
export type Keys = ReadonlySet<string>;

/** Some notes changed: all notes after it, and the names of those that were meant. */
export interface Changed {
  readonly part: Part;
  readonly keys: Keys;
}

/** Where notes may stand. */
export interface Room {
  readonly end: number; // steps of the piece
  readonly pitches: readonly number[]; // from the lowest
}

/** The lengths that the grid has, in steps; those of `tokens/vocabulary.py`. */
export const LENGTHS: readonly number[] = [1, 2, 3, 4, 6, 8, 12, 18, 24, 36, 48, 72, 96, 192];
const DRUM_LENGTH = 1;
const LOUDEST = 127;

/** The name of a note among those of its player. */
export const keyOf = ([onset, , pitch]: Note): string => `${onset} ${pitch}`;

export function partOf(bars: readonly BarNotes[], role: Role): Part {
  return sorted(bars.flatMap((bar) => bar[role] ?? []));
}

const sorted = (notes: readonly Note[]): Part =>
  notes.toSorted(([onset, , pitch], [other, , higher]) => onset - other || pitch - higher);

export const chosenOf = (part: Part, keys: Keys): Part => part.filter((note) => keys.has(keyOf(note)));

/** The same notes with others in the place of the chosen ones. What begins with one of these on its pitch gives way. */
function put(part: Part, keys: Keys, others: readonly Note[]): Changed {
  const names = new Set(others.map(keyOf));
  const rest = part.filter((note) => !(keys.has(keyOf(note)) || names.has(keyOf(note))));
  return { part: sorted([...rest, ...new Map(others.map((note) => [keyOf(note), note])).values()]), keys: names };
}

/** Move the chosen notes by so many steps, and so many pitches of the room; all as far as each can go. */
export function moved(part: Part, keys: Keys, steps: number, up: number, { end, pitches }: Room): Changed {
  const chosen = chosenOf(part, keys);
  const places = chosen.map(([, , pitch]) => placeOf(pitches, pitch));
  const by = within(steps, -least(chosen.map(([onset]) => onset)), end - 1 - most(chosen.map(([onset]) => onset)));
  const rows = within(up, -least(places), pitches.length - 1 - most(places));
  return put(
    part,
    keys,
    chosen.map(([onset, duration, pitch, velocity], index): Note => {
      const to = rows === 0 ? pitch : (pitches[(places[index] ?? 0) + rows] ?? pitch);
      return [onset + by, duration, to, velocity];
    }),
  );
}

/** Make the chosen notes longer or shorter by so many steps, to lengths that there are. */
export const lengthened = (part: Part, keys: Keys, by: number): Changed =>
  put(
    part,
    keys,
    chosenOf(part, keys).map(([onset, duration, ...rest]): Note => [onset, nearestLength(duration + by), ...rest]),
  );

/** The same by entries of the table of lengths. */
export const resized = (part: Part, keys: Keys, up: number): Changed =>
  put(
    part,
    keys,
    chosenOf(part, keys).map(([onset, duration, ...rest]): Note => {
      const place = LENGTHS.indexOf(nearestLength(duration)) + up;
      return [onset, LENGTHS[within(place, 0, LENGTHS.length - 1)] ?? duration, ...rest];
    }),
  );

/** Strike the chosen notes so hard: all as one, or each by so much more. */
export const struck = (part: Part, keys: Keys, velocity: number, isMore = false): Changed =>
  put(
    part,
    keys,
    chosenOf(part, keys).map(([onset, duration, pitch, before]): Note => {
      const now = isMore ? before + velocity : velocity;
      return [onset, duration, pitch, within(Math.round(now), 1, LOUDEST)];
    }),
  );

export const without = (part: Part, keys: Keys): Changed => put(part, keys, []);

/** With one note more, which alone is chosen. */
export const added = (part: Part, note: Note): Changed => put(part, new Set(), [note]);

/** A note that a player could begin here: of drums it has no length. */
export const noteOf = (role: Role, onset: number, length: number, pitch: number, velocity: number): Note => [
  onset,
  role === "drums" ? DRUM_LENGTH : nearestLength(length),
  pitch,
  velocity,
];

/** The notes between two steps and two pitches. */
export const between = (part: Part, from: number, to: number, low: number, high: number): Keys =>
  new Set(
    part
      .filter(([onset, duration, pitch]) => onset < to && onset + duration > from && pitch >= low && pitch <= high)
      .map(keyOf),
  );

/** The chosen note after these, or before them; without any, the first from a step on, or the last before it. */
export function neighbour(part: Part, keys: Keys, direction: 1 | -1, step: number): Note | undefined {
  const chosen = part.flatMap((note, index) => (keys.has(keyOf(note)) ? [index] : []));
  const [first, last] = [chosen[0], chosen.at(-1)];
  if (first === undefined || last === undefined) {
    return direction > 0 ? part.find(([onset]) => onset >= step) : part.findLast(([onset]) => onset < step);
  }
  return part[direction > 0 ? Math.min(last + 1, part.length - 1) : Math.max(first - 1, 0)];
}

/** Bars of which some notes begin, last or sound otherwise: with all notes that begin in them. */
export function changedBars(before: Part, after: Part, lines: BarLines): ReadonlyMap<number, Part> {
  const told = (part: Part) => new Map(part.map((note) => [note.join(), note]));
  const [old, now] = [told(before), told(after)];
  const others = [...before.filter((note) => !now.has(note.join())), ...after.filter((note) => !old.has(note.join()))];
  const bars = [...new Set(others.map(([onset]) => lines.barAt(onset)))].sort((one, other) => one - other);
  return new Map(bars.map((bar) => [bar, after.filter(([onset]) => lines.barAt(onset) === bar)]));
}

/** The nearest place of a bar's grid, in steps from its line; a floor leads to the one before. */
export function snapped(step: number, grid: number, lines: BarLines, round = Math.round): number {
  const line = lines.onset(lines.barAt(Math.max(step, 0)));
  return line + round((step - line) / grid) * grid;
}

export const nearestLength = (steps: number): number =>
  LENGTHS.reduce((best, length) => (Math.abs(length - steps) < Math.abs(best - steps) ? length : best), DRUM_LENGTH);

/** Where a pitch stands among those of a room, or would. */
function placeOf(pitches: readonly number[], pitch: number): number {
  const place = pitches.findIndex((each) => each >= pitch);
  return place < 0 ? pitches.length - 1 : place;
}

const within = (value: number, low: number, high: number): number => Math.max(Math.min(value, high), low);
const least = (values: readonly number[]): number => Math.min(...values, Number.MAX_SAFE_INTEGER);
const most = (values: readonly number[]): number => Math.max(...values, Number.MIN_SAFE_INTEGER);
