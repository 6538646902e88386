import { expect, test } from "vitest";
import { commonBars } from "../../tests/piece.fixture";
import {
  added,
  between,
  changedBars,
  keyOf,
  lengthened,
  moved,
  nearestLength,
  neighbour,
  noteOf,
  type Part,
  partOf,
  resized,
  snapped,
  struck,
  without,
} from "./part";
import type { Note } from "./piece";

const LOW: Note = [0, 12, 60, 80];
const HIGH: Note = [0, 12, 64, 90];
const LATE: Note = [60, 6, 62, 100];
const PART: Part = [LOW, HIGH, LATE];
const ROOM = { end: 96, pitches: Array.from({ length: 21 }, (_, row) => 50 + row) };
const LINES = commonBars(2);
const keys = (...notes: Note[]) => new Set(notes.map(keyOf));

test("a part is all notes of a player, in their order", () => {
  expect(partOf([{ piano: [HIGH, LOW], bass: [LATE] }, { piano: [LATE] }, {}], "piano")).toEqual(PART);
});

test("chosen notes move together, as far as each can go", () => {
  expect(moved(PART, keys(LOW), 3, 2, ROOM)).toEqual({
    part: [HIGH, [3, 12, 62, 80], LATE],
    keys: new Set(["3 62"]),
  });
  expect(moved(PART, keys(LOW, LATE), -9, -30, ROOM).part).toEqual([[0, 12, 50, 80], HIGH, [60, 6, 52, 100]]);
  expect(moved(PART, keys(LOW, LATE), 999, 999, ROOM).part).toEqual([HIGH, [35, 12, 68, 80], [95, 6, 70, 100]]);
  expect(moved(PART, new Set(), 3, 2, ROOM).part).toEqual(PART);
});

test("drums move among the sounds that there are, and one that has no row stays where only time changes", () => {
  const room = { end: 96, pitches: [36, 38, 42] };
  expect(moved([[0, 1, 36, 80]], new Set(["0 36"]), 0, 1, room).part).toEqual([[0, 1, 38, 80]]);
  expect(moved([[0, 1, 40, 80]], new Set(["0 40"]), 3, 0, room).part).toEqual([[3, 1, 40, 80]]);
});

test("what begins at the same place on the same pitch gives way", () => {
  expect(moved(PART, keys(LOW), 0, 4, ROOM).part).toEqual([[0, 12, 64, 80], LATE]);
  expect(added(PART, [0, 3, 60, 1])).toEqual({ part: [[0, 3, 60, 1], HIGH, LATE], keys: keys(LOW) });
});

test("lengths are those of the grid", () => {
  expect(nearestLength(-3)).toBe(1);
  expect(nearestLength(1000)).toBe(192);
  expect(lengthened(PART, keys(LOW), 5).part[0]).toEqual([0, 18, 60, 80]);
  expect(resized(PART, keys(LOW, LATE), 1).part).toEqual([[0, 18, 60, 80], HIGH, [60, 8, 62, 100]]);
  expect(resized(PART, keys(LATE), -9).part[2]).toEqual([60, 1, 62, 100]);
  expect(noteOf("drums", 3, 12, 36, 90)).toEqual([3, 1, 36, 90]);
  expect(noteOf("bass", 3, 13, 36, 90)).toEqual([3, 12, 36, 90]);
});

test("velocities are set or raised, and stay in range", () => {
  expect(struck(PART, keys(LOW, HIGH), 30).part.map(([, , , velocity]) => velocity)).toEqual([30, 30, 100]);
  expect(struck(PART, keys(LOW, HIGH), 40, true).part.map(([, , , velocity]) => velocity)).toEqual([120, 127, 100]);
  expect(struck(PART, keys(LOW), -400, true).part[0]).toEqual([0, 12, 60, 1]);
});

test("chosen notes are taken out", () => {
  expect(without(PART, keys(LOW, LATE))).toEqual({ part: [HIGH], keys: new Set() });
});

test("a box chooses what sounds in it", () => {
  expect(between(PART, 5, 70, 60, 62)).toEqual(keys(LOW, LATE));
  expect(between(PART, 12, 60, 0, 127)).toEqual(new Set());
});

test("neighbours are gone to one by one", () => {
  expect(neighbour(PART, new Set(), 1, 1)).toBe(LATE);
  expect(neighbour(PART, new Set(), -1, 1)).toBe(HIGH);
  expect(neighbour(PART, keys(LOW), 1, 0)).toBe(HIGH);
  expect(neighbour(PART, keys(LATE), 1, 0)).toBe(LATE);
  expect(neighbour(PART, keys(LOW), -1, 0)).toBe(LOW);
  expect(neighbour([], new Set(), 1, 0)).toBeUndefined();
});

test("bars that changed are told with all that begins in them", () => {
  expect(changedBars(PART, PART, LINES).size).toBe(0);
  const later = moved(PART, keys(HIGH), 48, 0, ROOM).part;
  expect([...changedBars(PART, later, LINES)]).toEqual([
    [0, [LOW]],
    [1, [[48, 12, 64, 90], LATE]],
  ]);
  expect([...changedBars(PART, without(PART, keys(LATE)).part, LINES)]).toEqual([[1, []]]);
  expect([...changedBars(PART, struck(PART, keys(LATE), 7).part, LINES).keys()]).toEqual([1]);
});

test("places snap to the grid of their bar", () => {
  expect(snapped(49, 3, LINES)).toBe(48);
  expect(snapped(52, 4, LINES)).toBe(52);
  expect(snapped(53, 3, LINES, Math.floor)).toBe(51);
  expect(snapped(-5, 3, LINES)).toBe(-6);
});
