import { expect, it } from "vitest";
import { chartOf, chordAt } from "../../tests/piece.fixture";
import { nearest, shiftBetween } from "./key";

const C = chartOf(chordAt("C", 0, 4, [0, 4, 7]), chordAt("Am", 4, 4, [9, 0, 4]));
const D = chartOf(chordAt("D", 0, 4, [2, 6, 9]), chordAt("Bm", 4, 4, [11, 2, 6]));

it("finds by how much chords are moved", () => {
  expect(shiftBetween(C, C)).toBe(0);
  expect(shiftBetween(C, D)).toBe(2);
  expect(shiftBetween(D, C)).toBe(10);
});

it("finds none between other chords, or the same at other times", () => {
  expect(shiftBetween(C, chartOf(chordAt("D", 0, 4, [2, 6, 9]), chordAt("Am", 4, 4, [9, 0, 4])))).toBeNull();
  expect(shiftBetween(C, chartOf(chordAt("C", 0, 2, [0, 4, 7]), chordAt("Am", 2, 6, [9, 0, 4])))).toBeNull();
  expect(shiftBetween(C, chartOf(chordAt("Cm", 0, 4, [0, 3, 7]), chordAt("Am", 4, 4, [9, 0, 4])))).toBeNull();
  expect(shiftBetween(C, chartOf(chordAt("C", 0, 8, [0, 4, 7])))).toBeNull();
});

it("passes over silence", () => {
  const rest = (name: string, pitch: number) => chartOf(chordAt("N.C.", 0, 4), chordAt(name, 4, 4, [pitch, pitch + 4]));
  expect(shiftBetween(rest("C", 0), rest("E", 4))).toBe(4);
  expect(shiftBetween(chartOf(chordAt("N.C.", 0, 4)), chartOf(chordAt("N.C.", 0, 4)))).toBe(0);
});

it("takes the direction that is nearer to what it was", () => {
  expect([nearest(7, 6), nearest(7, 0), nearest(0, 11), nearest(11, 0), nearest(11, 10), nearest(1, -11)]).toEqual([
    7, -5, 0, -1, 11, -11,
  ]);
});
