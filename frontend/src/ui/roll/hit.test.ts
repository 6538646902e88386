import { expect, test } from "vitest";
import type { BarNotes } from "../../music/piece";
import { rowsOfOne } from "./geometry";
import { FINGER, hitOf, MOUSE, placeAt } from "./hit";

const BARS: readonly BarNotes[] = [
  {
    piano: [
      [0, 24, 60, 80],
      [24, 24, 60, 80],
      [0, 12, 67, 80],
    ],
    drums: [[12, 1, 36, 80]],
  },
];
const COMPASS = { lowest: 21, highest: 108 };
const ROWS = rowsOfOne(BARS, "piano", COMPASS, 270); // 10 pixels a semitone
const [PIANO, DRUMS] = [BARS[0]?.piano ?? [], BARS[0]?.drums ?? []];
const SCALE = 2;
const yOf = (pitch: number) => (ROWS.extent.high - pitch) * ROWS.row + ROWS.row / 2;

test("one player has rows of its own, with some to spare", () => {
  const { low, high } = ROWS.extent;
  expect(high - low + 1).toBeGreaterThanOrEqual(26);
  expect([low <= 55, high >= 72]).toEqual([true, true]);
  expect(rowsOfOne([], "piano", COMPASS, 270).extent.low).toBeGreaterThan(21);
  const wide = rowsOfOne(
    [
      {
        bass: [
          [0, 1, 5, 1],
          [0, 1, 120, 1],
        ],
      },
    ],
    "bass",
    COMPASS,
    270,
  ).extent;
  expect([wide.low, wide.high]).toEqual([5, 120]); // whoever plays outside of the compass is seen
  const drums = rowsOfOne([{ drums: [[0, 1, 80, 1]] }], "drums", COMPASS, 270).extent.drums;
  expect(drums).toContain(36);
  expect(drums.at(-1)).toBe(80);
});

test("a note is held by its body or its end", () => {
  expect(hitOf(20, yOf(60), PIANO, "piano", ROWS, SCALE, MOUSE)).toEqual({ note: PIANO[0], isEnd: false });
  expect(hitOf(20, yOf(67), PIANO, "piano", ROWS, SCALE, MOUSE)).toEqual({ note: PIANO[2], isEnd: true });
  expect(hitOf(27, yOf(67), PIANO, "piano", ROWS, SCALE, MOUSE)).toEqual({ note: PIANO[2], isEnd: true });
  expect(hitOf(40, yOf(67), PIANO, "piano", ROWS, SCALE, MOUSE)).toBeNull();
  expect(hitOf(20, yOf(64), PIANO, "piano", ROWS, SCALE, MOUSE)).toBeNull();
});

test("where one note follows another its beginning is not the end of the one before", () => {
  expect(hitOf(50, yOf(60), PIANO, "piano", ROWS, SCALE, MOUSE)).toEqual({ note: PIANO[1], isEnd: false });
});

test("a finger reaches farther, and takes the nearest", () => {
  expect(hitOf(10, yOf(61) - 2, PIANO, "piano", ROWS, SCALE, FINGER)?.note).toBe(PIANO[0]);
  expect(hitOf(10, yOf(61) - 2, PIANO, "piano", ROWS, SCALE, MOUSE)).toBeNull();
});

test("drums have no end to hold", () => {
  const rows = rowsOfOne(BARS, "drums", COMPASS, 220);
  const y = 220 - rows.drumRow / 2;
  expect(hitOf(25, y, DRUMS, "drums", rows, SCALE, MOUSE)).toEqual({ note: DRUMS[0], isEnd: false });
  expect(placeAt(25, y, "drums", rows, SCALE)).toEqual({ step: 12.5, pitch: 36 });
  expect(placeAt(25, -1, "drums", rows, SCALE)).toBeNull();
});

test("a place is a step and a pitch", () => {
  expect(placeAt(31, yOf(63), "piano", ROWS, SCALE)).toEqual({ step: 15.5, pitch: 63 });
  expect(placeAt(31, -1, "piano", ROWS, SCALE)).toBeNull();
  expect(placeAt(31, 9999, "piano", ROWS, SCALE)).toBeNull();
});
