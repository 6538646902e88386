import { expect, test } from "vitest";
import { type BarNotes, ROLES } from "../../music/piece";
import { boxOf, extentOf, rowsOf } from "./geometry";
import { noteAt } from "./pick";

const HELD = [0, 100, 60, 90] as const;
const SHORT = [50, 6, 60, 90] as const;
const BARS: readonly BarNotes[] = [{ strings: [HELD] }, { piano: [SHORT], drums: [[48, 1, 42, 90]] }];
const ROWS = rowsOf(extentOf(BARS), 300);
const SCALE = 2;
const Y = boxOf(HELD, "strings", ROWS, SCALE).y + 1;
const ALL = new Set(ROLES);

test("the note under a point is found, from bars before too, the one on top first", () => {
  expect(noteAt(20, Y, BARS, ALL, ROWS, SCALE)).toEqual({ role: "strings", note: HELD });
  expect(noteAt(150, Y, BARS, ALL, ROWS, SCALE)).toEqual({ role: "strings", note: HELD });
  expect(noteAt(105, Y, BARS, ALL, ROWS, SCALE)).toEqual({ role: "piano", note: SHORT });
});

test("muted tracks and empty places are not found", () => {
  expect(noteAt(20, Y, BARS, new Set(["piano"]), ROWS, SCALE)).toBeNull();
  expect(noteAt(20, Y + 40, BARS, ALL, ROWS, SCALE)).toBeNull();
  expect(noteAt(300, Y, BARS, ALL, ROWS, SCALE)).toBeNull();
});

test("drums are found in their lane", () => {
  expect(noteAt(98, 295, BARS, ALL, ROWS, SCALE)?.role).toBe("drums");
});
