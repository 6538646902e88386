import { expect, test } from "vitest";
import { commonBars } from "../../../tests/piece.fixture";
import { type BarNotes, ROLES, type Role } from "../../music/piece";
import { boxOf, extentOf, rowsOf } from "./geometry";
import { noteAt } from "./pick";

const HELD = [0, 100, 60, 90] as const;
const SHORT = [50, 6, 60, 90] as const;
const BARS: readonly BarNotes[] = [{ strings: [HELD] }, { piano: [SHORT], drums: [[48, 1, 42, 90]] }];
const ROWS = rowsOf(extentOf(BARS), 300);
const SCALE = 2;
const Y = boxOf(HELD, "strings", ROWS, SCALE).y + 1;
const SCENE = { bars: BARS, lines: commonBars(2), audible: new Set(ROLES), rows: ROWS, scale: SCALE };

test("the note under a point is found, from bars before too, the one on top first", () => {
  expect(noteAt(20, Y, SCENE)).toEqual({ role: "strings", note: HELD });
  expect(noteAt(150, Y, SCENE)).toEqual({ role: "strings", note: HELD });
  expect(noteAt(105, Y, SCENE)).toEqual({ role: "piano", note: SHORT });
});

test("muted tracks and empty places are not found", () => {
  expect(noteAt(20, Y, { ...SCENE, audible: new Set<Role>(["piano"]) })).toBeNull();
  expect(noteAt(20, Y + 40, SCENE)).toBeNull();
  expect(noteAt(300, Y, SCENE)).toBeNull();
});

test("drums are found in their lane", () => {
  expect(noteAt(98, 295, SCENE)?.role).toBe("drums");
});
