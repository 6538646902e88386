import { type Signal, signal } from "@preact/signals";
import { beforeEach, expect, test, vi } from "vitest";
import { CHART, OFFER, PIECE } from "../../../tests/piece.fixture";
import { keyOf } from "../../music/part";
import type { Note } from "../../music/piece";
import { choose, chosen, edit, editPlayer, flush, forget, grid, length, part } from "../../state/editing";
import { offer } from "../../state/offer";
import { openPiece, pieceLines, takes } from "../../state/piece";
import { beginSelecting } from "../../state/selecting";
import { addAt, press, pressKey } from "./editing";
import { rowsOfOne } from "./geometry";
import { MOUSE } from "./hit";

vi.mock("../../state/redoing", () => ({
  giveNotes: vi.fn(async () => true),
  hasCandidates: signal(false),
  isChanging: signal(false) as Signal<boolean>,
}));

const FIRST: Note = [0, 24, 60, 80];
const LAST: Note = [48, 24, 64, 90];
const SCALE = 4;
const rows = () => rowsOfOne(takes.peek()[0] ?? [], "piano", { lowest: 21, highest: 108 }, 270);
const field = () => ({ rows: rows(), scale: SCALE, lines: pieceLines.peek() });
const xOf = (step: number) => step * SCALE + 1;
const yOf = (pitch: number) => (rows().extent.high - pitch + 0.5) * rows().row;
const down = (step: number, pitch: number, more = false) => press(xOf(step), yOf(pitch), more, MOUSE, field());
const keys = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };
const key = (name: string, held: Partial<typeof keys> = {}, here = 0) =>
  pressKey({ key: name, ...keys, ...held }, here, pieceLines.peek());

beforeEach(() => {
  forget();
  edit(false);
  grid.value = 3;
  length.value = 6;
  offer.value = OFFER;
  openPiece(PIECE, CHART);
  beginSelecting();
  takes.value = [[{ piano: [FIRST], drums: [[0, 1, 36, 90]] }, { piano: [LAST] }]];
  edit(true);
  editPlayer("piano");
});

test("a press chooses a note, with Shift one more or one less", () => {
  expect(down(10, 60).held).toEqual(FIRST);
  expect(chosen.value).toEqual([FIRST]);
  down(58, 64, true);
  expect(chosen.value).toEqual([FIRST, LAST]);
  down(10, 60, true);
  expect(chosen.value).toEqual([LAST]);
  expect(down(30, 62).held).toBeNull();
  expect(chosen.value).toEqual([]);
});

test("what is dragged snaps to the grid, and all that is chosen goes along", () => {
  down(10, 60);
  down(58, 64, true);
  const drag = down(10, 60);
  expect(chosen.value).toEqual([FIRST, LAST]);
  drag.to(xOf(14), yOf(61));
  expect(part.value).toEqual([
    [3, 24, 61, 80],
    [51, 24, 65, 90],
  ]);
  drag.to(xOf(10), yOf(60));
  expect(part.value).toEqual([FIRST, LAST]);
});

test("a hand that trembles moves nothing", () => {
  down(10, 60).to(xOf(10) + 2, yOf(60) + 2);
  expect(part.value).toEqual([FIRST, LAST]);
});

test("the right edge lengthens", () => {
  const drag = down(23.5, 60);
  drag.to(xOf(35.5), yOf(66));
  expect(part.value[0]).toEqual([0, 36, 60, 80]);
});

test("a box on an empty place chooses what it touches", () => {
  const box = down(30, 62);
  expect(box.to(xOf(60), yOf(66))).toMatchObject({ left: xOf(30), width: 120 });
  expect(chosen.value).toEqual([LAST]);
});

test("a note is added in its place, as long as the last that was chosen", () => {
  choose(new Set([keyOf(LAST)]));
  expect(addAt(xOf(37), yOf(67), field())).toEqual([36, 24, 67, 80]);
  expect(chosen.value).toEqual([[36, 24, 67, 80]]);
  forget();
  expect(addAt(xOf(9999), yOf(67), field())).toBeNull();
  expect(addAt(xOf(3), -20, field())).toBeNull();
});

test("drums go from sound to sound", () => {
  editPlayer("drums");
  const drums = rowsOfOne(takes.peek()[0] ?? [], "drums", { lowest: 0, highest: 127 }, 220);
  const [x, y] = [2, 220 - drums.drumRow / 2];
  const drag = press(x, y, false, MOUSE, { rows: drums, scale: SCALE, lines: pieceLines.peek() });
  drag.to(x + 12, y - 3 * drums.drumRow);
  expect(part.value).toEqual([[3, 1, 39, 90]]);
});

test("keys alone do all of it", () => {
  expect(key("ArrowUp")).toBeUndefined(); // nothing is chosen: it is somebody else's
  expect(key("Delete")).toBeUndefined();
  expect(key("ArrowRight", {}, 20)).toEqual({ sounds: true });
  expect(chosen.value).toEqual([LAST]);
  key("ArrowLeft", { ctrlKey: true });
  expect(chosen.value).toEqual([FIRST]);
  expect(key("ArrowUp")).toEqual({ sounds: true });
  key("ArrowRight");
  key("ArrowRight", { shiftKey: true });
  key("ArrowDown", { shiftKey: true });
  key("+");
  key("-");
  key("-");
  expect(part.value[0]).toEqual([3, 36, 49, 72]);
  flush();
  key("Enter");
  expect(part.value[1]).toEqual([39, 36, 49, 72]);
  key("a", { ctrlKey: true });
  expect(chosen.value).toHaveLength(3);
  key("Backspace");
  expect(part.value).toEqual([]);
  expect(key("Escape")).toEqual({ sounds: false }); // the deletion is taken back
  expect(key("z", { ctrlKey: true })).toBeUndefined();
  expect(key("ArrowUp", { altKey: true })).toBeUndefined();
});

test("where a player rests a note is added at the playhead", () => {
  editPlayer("bass");
  key("Enter", {}, 50.2);
  expect(part.value).toEqual([[48, 6, 48, 90]]);
});
