import { expect, test } from "vitest";
import { chartOf, chordAt } from "../../tests/piece.fixture";
import { withEnding, withoutEnding } from "./ending";

const own = chartOf(chordAt("C", 0, 4, [0, 4, 7]), chordAt("G", 4, 4, [7, 11, 2]), chordAt("C", 8, 4, [0, 4, 7]));

test("a chart in another key has the ending of the piece in that key", () => {
  const read = chartOf(chordAt("D", 0, 4, [2, 6, 9]), chordAt("A", 4, 4, [9, 1, 4]));
  expect(withEnding(read, own).chords.map(({ name, step, bass }) => [name, step, bass])).toEqual([
    ["D", 0, 2],
    ["A", 48, 9],
    ["D", 96, 2],
  ]);
});

test("a chart of other bars has no part in the ending", () => {
  expect(withoutEnding(own, own)).toBe(own);
  const read = chartOf(chordAt("C", 0, 4));
  expect(withoutEnding(own, read)).toBe(own);
  expect(withEnding(read, own)).toBe(read);
});
