// @vitest-environment happy-dom

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { commonLines } from "../../../tests/piece.fixture";
import type { Arrangement } from "../../api";
import type { Chart } from "../../music/piece";
import { openPiece, piece, pieceChart } from "../../state/piece";
import { type Player, playState } from "../../state/playback";
import { watchPlayhead } from "./playhead";
import { View } from "./view";

const CHART = {
  bar_lines: commonLines(100),

  chords: [
    { name: "C", onset: 0 },
    { name: "G", onset: 200 },
  ],
} as unknown as Chart;
const BAR = 104; // pixels

let step = 0;
const player = { position: () => step } as Player;
let view: View;
let scroller: HTMLElement;
let head: HTMLElement;
let playhead: ReturnType<typeof watchPlayhead>;

beforeEach(() => {
  vi.useFakeTimers();
  step = 0;
  openPiece({ id: "a", takes: 1, meters: ["4/4"] as readonly string[] } as Arrangement, CHART);
  view = new View();
  view.width.value = 1000;
  scroller = document.createElement("div");
  scroller.scrollTo = vi.fn();
  head = document.createElement("div");
  playhead = watchPlayhead(player, view, scroller, head);
});
afterEach(() => {
  playhead.stop();
  playState.value = "stopped";
  piece.value = null;
  pieceChart.value = null;
  vi.useRealTimers();
});

function playTo(bar: number): void {
  step = bar * 48;
  playState.value = "playing";
  vi.advanceTimersByTime(1000);
}

test("the head stands where the player is, and knows its bar and chord", () => {
  step = 60 * 48;
  vi.advanceTimersByTime(200);
  expect(head.style.transform).toBe(`translateX(${60 * BAR}px)`);
  expect([view.bar.value, view.chord.value]).toEqual([60, 1]);
  step = 1e6; // never past the end
  playhead.place();
  expect(head.style.transform).toBe(`translateX(${100 * BAR}px)`);
});

test("a piece of other chords is known at once, wherever the head is", () => {
  expect(view.chord.value).toBe(0);
  pieceChart.value = { ...CHART, chords: [] };
  vi.advanceTimersByTime(200);
  expect(view.chord.value).toBe(-1);
});

test("while it plays, the page is turned before the head leaves it", () => {
  playTo(5);
  expect(scroller.scrollTo).not.toHaveBeenCalled();
  playTo(9.5);
  const [target] = vi.mocked(scroller.scrollTo).mock.lastCall as unknown as [ScrollToOptions];
  expect(target.left).toBeLessThan(9.5 * BAR);
  expect(target.left).toBeGreaterThan(8 * BAR);
});

test("it isn't turned at rest, nor when the person looks elsewhere", () => {
  step = 50 * 48;
  vi.advanceTimersByTime(1000);
  view.following.value = false;
  playTo(50);
  expect(scroller.scrollTo).not.toHaveBeenCalled();
});
