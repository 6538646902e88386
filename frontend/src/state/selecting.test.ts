import { beforeEach, expect, test } from "vitest";
import { CHART, givenPart, PIECE } from "../../tests/piece.fixture";
import type { Revision } from "../api";
import { openPiece, piece } from "./piece";
import {
  beginSelecting,
  between,
  followBars,
  hasLocks,
  isLocked,
  isRowLocked,
  lock,
  lockedBars,
  lockRow,
  parts,
  players,
  select,
  selection,
  togglePlayer,
} from "./selecting";

const CHANGED: Revision = {
  tracks: ["bass"],
  bars: [0],
  take: 0,
  seed: 1,
  progression: null,
  meters: null,
  origins: null,
  notes: null,
};

beforeEach(() => {
  openPiece({ ...PIECE, tracks: ["drums", "piano", "bass"] }, CHART);
  beginSelecting();
});

test("without a selection all that isn't locked is played anew", () => {
  expect(parts.value).toEqual([{ tracks: ["drums", "piano", "bass"], bars: [0, 1] }]);
  select({ roles: ["piano"], from: 0, to: 1 });
  lock(true);
  select(null);
  expect(parts.value).toEqual([
    { tracks: ["drums", "bass"], bars: [0, 1] },
    { tracks: ["piano"], bars: [1] },
  ]);
});

test("what is selected and locked is left alone until it is unlocked", () => {
  select({ roles: ["bass"], from: 1, to: 2 });
  lock(true);
  expect([isLocked.value, hasLocks.value, lockedBars("bass"), parts.value]).toEqual([true, true, [1], []]);
  lock(false);
  expect([isLocked.value, hasLocks.value, parts.value]).toEqual([false, false, [{ tracks: ["bass"], bars: [1] }]]);
});

test("players come to a selection and go, in the order of the band", () => {
  togglePlayer("bass");
  togglePlayer("drums");
  expect(selection.value).toEqual({ roles: ["drums", "bass"], from: 0, to: 2 });
  togglePlayer("bass");
  togglePlayer("drums");
  expect(selection.value).toBeNull();
});

test("a selection is within the piece, and of those who can be played anew", () => {
  select({ roles: ["strings", "bass"], from: 1, to: 9 });
  expect(selection.value).toEqual({ roles: ["bass"], from: 1, to: 2 });
  piece.value = { ...PIECE, tracks: ["drums", "bass"], given: [givenPart("bass")] };
  expect([players.value, selection.value]).toEqual([["drums"], null]);
});

test("locks go with their bars, and come back with them when that is undone", () => {
  select({ roles: ["bass"], from: 0, to: 1 });
  lock(true);
  const moved: Revision = { ...CHANGED, origins: [null, 0] };
  followBars([CHANGED], [CHANGED, moved]);
  expect(lockedBars("bass")).toEqual([1]);
  followBars([CHANGED, moved], []);
  expect(lockedBars("bass")).toEqual([0]);
  followBars([], [{ ...moved, take: 1 }]);
  expect(lockedBars("bass")).toEqual([0]);
});

test("who was edited is locked as long as that stands", () => {
  const edit: Revision = { ...CHANGED, seed: null, notes: { bass: [] } };
  followBars([], [edit]);
  expect(lockedBars("bass")).toEqual([0]);
  followBars([edit], [edit, edit, CHANGED]);
  followBars([edit, edit, CHANGED], [edit]);
  expect(lockedBars("bass")).toEqual([0]); // the first edit still stands
  followBars([edit], []);
  expect(lockedBars("bass")).toEqual([]);
  select({ roles: ["bass"], from: 0, to: 2 });
  followBars([], [edit]);
  lock(true);
  lock(false);
  followBars([edit], [edit, CHANGED]);
  expect(lockedBars("bass")).toEqual([]); // unlocked by hand
});

test("two places span a rectangle, whichever comes first", () => {
  const one = { role: "bass", bar: 1 } as const;
  const other = { role: "drums", bar: 0 } as const;
  expect(between(one, other)).toEqual({ roles: ["drums", "piano", "bass"], from: 0, to: 2 });
  expect(between(other, one)).toEqual(between(one, other));
  expect(between(one, one)).toEqual({ roles: ["bass"], from: 1, to: 2 });
});

test("a whole row is locked, and let go", () => {
  lockRow("piano", true);
  expect([isRowLocked("piano"), isRowLocked("bass")]).toEqual([true, false]);
  expect(parts.value).toEqual([{ tracks: ["drums", "bass"], bars: [0, 1] }]);
  select({ roles: ["piano", "bass"], from: 0, to: 1 });
  lock(false);
  expect([isRowLocked("piano"), lockedBars("piano")]).toEqual([false, [1]]);
  lockRow("piano", false);
  expect(hasLocks.value).toBe(false);
});
