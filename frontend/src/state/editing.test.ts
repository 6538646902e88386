import { type Signal, signal } from "@preact/signals";
import { beforeEach, expect, test, vi } from "vitest";
import { CHART, OFFER, PIECE } from "../../tests/piece.fixture";
import { added, keyOf, moved, struck, without } from "../music/part";
import type { Note } from "../music/piece";
import {
  choose,
  chosen,
  edit,
  editedRole,
  editPlayer,
  flush,
  forget,
  isEditing,
  length,
  part,
  room,
  show,
  showByKey,
  velocity,
} from "./editing";
import { offer } from "./offer";
import { bars, drafts, openPiece, pieceShift, takes } from "./piece";
import { giveNotes, hasCandidates, isChanging } from "./redoing";
import { beginSelecting, lockedBars } from "./selecting";

vi.mock("./redoing", () => ({ giveNotes: vi.fn(), hasCandidates: signal(false), isChanging: signal(false) }));

const FIRST: Note = [0, 12, 60, 80];
const LAST: Note = [48, 24, 64, 90];
const given = vi.mocked(giveNotes);
const settled = () => new Promise((resolve) => setTimeout(resolve));

beforeEach(() => {
  edit(false);
  given.mockReset();
  given.mockImplementation(async () => true);
  offer.value = OFFER;
  openPiece(PIECE, CHART);
  beginSelecting();
  takes.value = [[{ piano: [FIRST], bass: [[0, 12, 36, 90]] }, { piano: [LAST] }]];
  edit(true);
  editPlayer("piano");
});

test("a gesture is seen, then it stands, is sent and locked", async () => {
  show(moved(part.value, new Set([keyOf(FIRST)]), 3, 2, room.value));
  expect(part.value).toEqual([[3, 12, 62, 80], LAST]);
  expect(bars.value[0]?.piano).toEqual([FIRST]);
  flush();
  expect(bars.value[0]?.piano).toEqual([[3, 12, 62, 80]]);
  expect(chosen.value).toEqual([[3, 12, 62, 80]]);
  expect(lockedBars("piano")).toEqual([0]);
  await settled();
  expect(given.mock.calls).toEqual([[{ notes: { piano: [[3, 12, 62, 80]] }, bars: [0], take: 0 }]]);
  expect(drafts.value).toEqual([]);
});

test("a note that goes to another bar changes both, and an empty one rests", async () => {
  show(moved(part.value, new Set([keyOf(FIRST)]), 60, 0, room.value));
  flush();
  await settled();
  expect(given.mock.calls).toEqual([[{ notes: { piano: [LAST, [60, 12, 60, 80]] }, bars: [0, 1], take: 0 }]]);
  expect(lockedBars("piano")).toEqual([0, 1]);
});

test("gestures that follow one another are sent one by one and all seen at once", async () => {
  let answer = (_: boolean): void => {};
  given.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)));
  show(added(part.value, [24, 12, 67, 70]));
  flush();
  show(without(part.value, new Set([keyOf(FIRST)])));
  flush();
  await settled();
  expect(given).toHaveBeenCalledTimes(1);
  expect(bars.value[0]?.piano).toEqual([[24, 12, 67, 70]]);
  answer(true);
  await settled();
  expect(given.mock.calls[1]).toEqual([{ notes: { piano: [[24, 12, 67, 70]] }, bars: [0], take: 0 }]);
});

test("another change comes first", async () => {
  isChanging.value = true;
  show(added(part.value, [24, 12, 67, 70]));
  flush();
  await settled();
  expect(given).not.toHaveBeenCalled();
  isChanging.value = false;
  await settled();
  expect(given).toHaveBeenCalledTimes(1);
});

test("what the server doesn't take is gone", async () => {
  given.mockResolvedValue(false);
  show(added(part.value, [24, 12, 67, 70]));
  flush();
  await settled();
  expect(bars.value[0]?.piano).toEqual([FIRST]);
});

test("a gesture that changes nothing is not sent, one that is forgotten neither", async () => {
  show(moved(part.value, new Set([keyOf(FIRST)]), 0, 0, room.value));
  flush();
  show(struck(part.value, new Set([keyOf(FIRST)]), 1));
  expect(forget()).toBe(true);
  expect(forget()).toBe(false);
  flush();
  await settled();
  expect(given).not.toHaveBeenCalled();
  expect(lockedBars("piano")).toEqual([]);
});

test("keys are one gesture until a pause", async () => {
  vi.useFakeTimers();
  const key = new Set([keyOf(FIRST)]);
  showByKey(struck(part.value, key, 8, true));
  vi.advanceTimersByTime(300);
  showByKey(struck(part.value, key, 8, true));
  vi.advanceTimersByTime(300);
  expect(given).not.toHaveBeenCalled();
  vi.advanceTimersByTime(300);
  vi.useRealTimers();
  await settled();
  expect(given.mock.calls).toEqual([[{ notes: { piano: [[0, 12, 60, 96]] }, bars: [0], take: 0 }]]);
});

test("in another key what is sent is as composed", async () => {
  pieceShift.value = 2;
  expect(part.value[0]).toEqual([0, 12, 62, 80]);
  show(added(part.value, [24, 12, 69, 70]));
  flush();
  await settled();
  expect(given.mock.calls[0]?.[0].notes.piano).toEqual([FIRST, [24, 12, 67, 70]]);
});

test("nothing is edited while something waits to be chosen", () => {
  const waits = hasCandidates as Signal<boolean>;
  waits.value = true;
  expect(isEditing.value).toBe(false);
  waits.value = false;
  expect(isEditing.value).toBe(true);
});

test("what is chosen has a velocity, and lends its length to what is added", () => {
  expect(velocity.value).toBeNull();
  choose(new Set([keyOf(FIRST), keyOf(LAST)]));
  expect(velocity.value).toBe(85);
  choose(new Set([keyOf(LAST)]));
  expect(length.value).toBe(24);
  editPlayer("drums");
  expect([editedRole.value, chosen.value, room.value.pitches[0]]).toEqual(["drums", [], 35]);
  expect(room.value.end).toBe(96);
  takes.value = [[{ bass: [[0, 12, 24, 90]] }, {}]];
  editPlayer("bass");
  expect([room.value.pitches[0], room.value.pitches.at(-1)]).toEqual([24, 67]);
});
