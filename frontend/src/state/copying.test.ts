import { signal } from "@preact/signals";
import { beforeEach, expect, test, vi } from "vitest";
import { CHART, OFFER, PIECE } from "../../tests/piece.fixture";
import type { Note } from "../music/piece";
import { copied, copy, paste, target } from "./copying";
import { offer } from "./offer";
import { bars, drafts, openPiece, pieceShift, takes } from "./piece";
import { canChange, giveNotes } from "./redoing";
import { beginSelecting, lockedBars, select } from "./selecting";

vi.mock("./redoing", () => ({
  giveNotes: vi.fn(),
  hasCandidates: signal(false),
  isChanging: signal(false),
  canChange: signal(true),
}));

const RIFF: Note = [12, 12, 36, 90];
const given = vi.mocked(giveNotes);
const settled = () => new Promise((resolve) => setTimeout(resolve));

beforeEach(() => {
  given.mockReset();
  given.mockImplementation(async () => true);
  offer.value = OFFER;
  (canChange as unknown as { value: boolean }).value = true;
  openPiece(PIECE, CHART);
  beginSelecting();
  takes.value = [[{ bass: [RIFF], piano: [[0, 48, 60, 70]] }, { bass: [[48, 12, 45, 90]] }]];
});

test("a bar is pasted into another one: seen, locked, and sent as an edit", async () => {
  select({ roles: ["bass"], from: 0, to: 1 });
  copy();
  expect(copied.value).toEqual({ roles: ["bass"], from: 0, to: 1 });
  select({ roles: ["bass"], from: 1, to: 2 });
  expect(target.value).toEqual({ roles: ["bass"], from: 1, to: 2 });
  paste();
  expect(bars.value[1]?.bass).toEqual([[60, 12, 36, 90]]);
  expect(lockedBars("bass")).toEqual([1]);
  await settled();
  expect(given.mock.calls).toEqual([[{ notes: { bass: [[60, 12, 36, 90]] }, bars: [1], take: 0 }]]);
  expect(drafts.value).toEqual([]);
});

test("several players are one edit, and one that rests has the others' bar rest too", async () => {
  select({ roles: ["piano", "guitar", "bass"], from: 0, to: 1 });
  copy();
  select({ roles: ["piano", "guitar", "bass"], from: 1, to: 2 });
  paste();
  await settled();
  expect(given.mock.calls).toEqual([
    [{ notes: { piano: [[48, 48, 60, 70]], guitar: [], bass: [[60, 12, 36, 90]] }, bars: [1], take: 0 }],
  ]);
});

test("only players that were copied and are selected are pasted", () => {
  select({ roles: ["piano", "bass"], from: 0, to: 1 });
  copy();
  select({ roles: ["guitar"], from: 1, to: 2 });
  expect(target.value).toBeNull();
  select({ roles: ["guitar", "bass"], from: 1, to: 2 });
  expect(target.value?.roles).toEqual(["bass"]);
});

test("nothing is pasted while the piece can't be changed, without a selection, or of another piece", () => {
  select({ roles: ["bass"], from: 0, to: 1 });
  copy();
  (canChange as unknown as { value: boolean }).value = false;
  expect(target.value).toBeNull();
  (canChange as unknown as { value: boolean }).value = true;
  expect(target.value).not.toBeNull();
  select(null);
  expect(target.value).toBeNull();
  openPiece({ ...PIECE, id: "fedcba9876543210" }, CHART);
  select({ roles: ["bass"], from: 0, to: 1 });
  expect([copied.value, target.value]).toEqual([null, null]);
  paste();
  expect(given).not.toHaveBeenCalled();
});

test("in another key notes are copied as composed", async () => {
  pieceShift.value = 2;
  select({ roles: ["bass"], from: 0, to: 1 });
  copy();
  select({ roles: ["bass"], from: 1, to: 2 });
  paste();
  expect(bars.value[1]?.bass).toEqual([[60, 12, 38, 90]]);
  await settled();
  expect(given.mock.calls[0]?.[0].notes.bass).toEqual([[60, 12, 36, 90]]);
});
