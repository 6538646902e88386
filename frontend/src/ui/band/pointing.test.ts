// @vitest-environment happy-dom

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Place } from "../../state/selecting";
import { listenToPointing } from "./pointing";

let grid: HTMLElement;
let drawn: [string, boolean][];
let anchor: Place | null;
let stop: () => void;

const nameOf = ({ role, bar }: Place): string => `${role} ${bar}`;

beforeEach(() => {
  vi.useFakeTimers();
  grid = document.body.appendChild(document.createElement("div"));
  grid.innerHTML = '<div role="gridcell"></div>';
  grid.setPointerCapture = () => {};
  drawn = [];
  anchor = null;
  stop = listenToPointing(grid, {
    placeAt: (x, y) => ({ role: y < 100 ? "drums" : "piano", bar: Math.floor(x / 100) }),
    draw: (from, to, isEnded) => drawn.push([`${nameOf(from)} to ${nameOf(to)}`, isEnded]),
    anchor: () => anchor,
  });
});
afterEach(() => {
  stop();
  grid.remove();
  vi.useRealTimers();
});

function point(kind: string, x: number, y: number, init: PointerEventInit = {}): void {
  const event = new PointerEvent(kind, {
    clientX: x,
    clientY: y,
    bubbles: true,
    isPrimary: true,
    pointerType: "mouse",
    ...init,
  });
  grid.firstElementChild?.dispatchEvent(event);
}

test("a mouse draws a rectangle at once, told for each cell and when it ends", () => {
  point("pointerdown", 50, 50);
  point("pointermove", 60, 60);
  point("pointermove", 250, 150);
  point("pointerup", 250, 150);
  point("pointermove", 350, 150);
  expect(drawn).toEqual([
    ["drums 0 to drums 0", false],
    ["drums 0 to piano 2", false],
    ["drums 0 to piano 2", true],
  ]);
});

test("with Shift it goes on from where the last one began", () => {
  anchor = { role: "piano", bar: 3 };
  point("pointerdown", 50, 50, { shiftKey: true });
  expect(drawn).toEqual([["piano 3 to drums 0", false]]);
});

test("a finger's tap selects a cell", () => {
  point("pointerdown", 150, 50, { pointerType: "touch" });
  expect(drawn).toEqual([]);
  point("pointerup", 150, 50, { pointerType: "touch" });
  expect(drawn.at(-1)).toEqual(["drums 1 to drums 1", true]);
});

test("a finger that moves at once scrolls, one that rests first draws", () => {
  point("pointerdown", 150, 50, { pointerType: "touch" });
  point("pointermove", 180, 50, { pointerType: "touch" });
  point("pointerup", 180, 50, { pointerType: "touch" });
  expect(drawn).toEqual([]);

  point("pointerdown", 150, 50, { pointerType: "touch" });
  vi.advanceTimersByTime(400);
  point("pointermove", 250, 150, { pointerType: "touch" });
  const scroll = new Event("touchmove", { cancelable: true, bubbles: true });
  grid.dispatchEvent(scroll);
  expect(scroll.defaultPrevented).toBe(true);
  point("pointerup", 250, 150, { pointerType: "touch" });
  expect(drawn.at(-1)).toEqual(["drums 1 to piano 2", true]);
});

test("other buttons of the mouse are for others", () => {
  point("pointerdown", 50, 50, { button: 2 });
  expect(drawn).toEqual([]);
});

test("the click after a finger's tap is not for what came up under it, that after a scroll is", () => {
  const end = (): boolean => {
    const event = new Event("touchend", { bubbles: true, cancelable: true });
    grid.firstElementChild?.dispatchEvent(event);
    return event.defaultPrevented;
  };
  point("pointerdown", 50, 50, { pointerType: "touch" });
  point("pointerup", 50, 50, { pointerType: "touch" });
  expect(end()).toBe(true);
  point("pointerdown", 50, 50, { pointerType: "touch" });
  point("pointermove", 50, 90, { pointerType: "touch" });
  point("pointerup", 50, 90, { pointerType: "touch" });
  expect(end()).toBe(false);
});
