import { expect, test } from "vitest";
import { commonBars } from "../../tests/piece.fixture";
import { copyBars, pasteBars, pastedRange } from "./copying";
import type { BarNotes } from "./piece";
import { BarLines } from "./time";

const LINES = commonBars(4);
const BARS: readonly BarNotes[] = [
  { bass: [[0, 12, 36, 90]] },
  {
    bass: [
      [48, 12, 38, 80],
      [84, 24, 40, 70],
    ],
    piano: [[60, 6, 60, 50]],
  },
  {},
  {},
];
const COPIED = copyBars(BARS, "bass", { from: 0, to: 2 }, LINES);

test("notes are copied from the start of their bars, of one player alone", () => {
  expect(COPIED).toEqual([
    [[0, 12, 36, 90]],
    [
      [0, 12, 38, 80],
      [36, 24, 40, 70],
    ],
  ]);
  expect(copyBars(BARS, "guitar", { from: 0, to: 2 }, LINES)).toEqual([[], []]);
});

test("what is pasted where it was copied is the same", () => {
  const pasted = pasteBars(COPIED, { from: 0, to: 2 }, LINES, LINES.end);
  expect([...pasted.values()]).toEqual(BARS.slice(0, 2).map((bar) => bar.bass));
});

test("a longer place is filled again from the first bar", () => {
  const pasted = pasteBars(COPIED, { from: 1, to: 4 }, LINES, LINES.end);
  expect([...pasted].map(([bar, [first]]) => [bar, first])).toEqual([
    [1, [48, 12, 36, 90]],
    [2, [96, 12, 38, 80]],
    [3, [144, 12, 36, 90]],
  ]);
});

test("a bar that rests makes another one rest", () => {
  expect(pasteBars([[]], { from: 1, to: 2 }, LINES, LINES.end)).toEqual(new Map([[1, []]]));
});

test("a shorter bar leaves out what begins beyond it", () => {
  const waltz = new BarLines([0, 48, 84]);
  expect(pasteBars([COPIED[1] ?? []], { from: 1, to: 2 }, waltz, waltz.end)).toEqual(
    new Map([[1, [[48, 12, 38, 80]]]]),
  );
});

test("nothing lasts beyond the piece, or begins there", () => {
  expect(pasteBars([COPIED[1] ?? []], { from: 3, to: 4 }, LINES, 190).get(3)).toEqual([
    [144, 12, 38, 80],
    [180, 8, 40, 70],
  ]);
  expect(pasteBars([COPIED[1] ?? []], { from: 3, to: 4 }, LINES, 180).get(3)).toEqual([[144, 12, 38, 80]]);
});

test("as many bars are pasted as were copied, or as are selected, within the piece", () => {
  expect(pastedRange({ from: 1, to: 2 }, 2, 4)).toEqual({ from: 1, to: 3 });
  expect(pastedRange({ from: 0, to: 4 }, 2, 4)).toEqual({ from: 0, to: 4 });
  expect(pastedRange({ from: 3, to: 4 }, 2, 4)).toEqual({ from: 3, to: 4 });
});
