import { afterEach, beforeEach, expect, test } from "vitest";
import { commonLines } from "../../../tests/piece.fixture";
import type { Arrangement } from "../../api";
import type { Chart } from "../../music/piece";
import { openPiece, piece, pieceChart } from "../../state/piece";
import { View } from "./view";

let view: View;

beforeEach(() => {
  openPiece(
    { id: "a", takes: 1, meters: ["4/4"] as readonly string[] } as Arrangement,
    { bar_lines: commonLines(100), chords: [] } as unknown as Chart,
  );
  view = new View();
  view.width.value = 1000;
});
afterEach(() => {
  piece.value = null;
  pieceChart.value = null;
});

test("what is drawn always covers what is seen, and stays the same for small scrolls", () => {
  const last = view.content.value - 1000;
  for (let left = 0; left <= last; left += 37) {
    view.left.value = left;
    expect(view.drawn.value.left).toBeLessThanOrEqual(left);
    expect(view.drawn.value.left + view.drawn.value.width).toBeGreaterThanOrEqual(left + 1000);
  }
  view.left.value = 1000;
  const before = view.drawn.value;
  view.left.value = 1400;
  expect(view.drawn.value).toBe(before);
});

test("nothing is drawn past the end of the piece", () => {
  view.left.value = view.content.value - 1000;
  expect(view.drawn.value.left + view.drawn.value.width).toBeLessThanOrEqual(Math.ceil(view.content.value));
});

test("a zoom keeps the place under the pointer where it is", () => {
  view.left.value = 2000;
  const step = (2000 + 300) / view.scale.value;
  view.zoomBy(2, 300);
  expect((view.takeAnchor() ?? 0) + 300).toBeCloseTo(step * view.scale.value);
  expect(view.takeAnchor()).toBeNull();
});

test("another piece is seen from its beginning", () => {
  view.zoomBy(2);
  view.left.value = 500;
  view.following.value = false;
  view.reset();
  expect([view.zoom.value, view.left.value, view.following.value]).toEqual(["auto", 0, true]);
});
