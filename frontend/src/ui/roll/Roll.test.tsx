// @vitest-environment happy-dom

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test } from "vitest";
import { chartOf, chordAt } from "../../../tests/piece.fixture";
import { FakePlayer } from "../../../tests/player.fixture";
import type { Arrangement } from "../../api";
import { ROLES } from "../../music/piece";
import { addBar, openPiece, piece, pieceChart, takes } from "../../state/piece";
import { loop, playState } from "../../state/playback";
import { Roll } from "./Roll";

const CHART = chartOf(chordAt("C", 0, 4, [0, 4, 7]), chordAt("F", 4, 2, [5, 9, 0]), chordAt("G7", 6, 2, [7, 11, 2, 5]));
const PIECE = {
  id: "a",
  state: "composing",
  takes: 1,
  bars: 2,
  tracks: ROLES,
  meters: ["4/4"],
  given: [],
} as unknown as Arrangement;

const player = new FakePlayer();
const root = document.body.appendChild(document.createElement("div"));
const all = (selector: string): HTMLElement[] => [...root.querySelectorAll<HTMLElement>(selector)];
const one = (selector: string): HTMLElement => all(selector)[0] as HTMLElement;
const press = (element: HTMLElement, key: string, init: KeyboardEventInit = {}): Promise<void> =>
  act(() => {
    element.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...init }));
  });

beforeEach(async () => {
  player.step = 0;
  await act(() => render(<Roll player={player} />, root));
});
afterEach(async () => {
  await act(() => {
    piece.value = null;
    pieceChart.value = null;
    takes.value = [];
    loop.value = null;
    playState.value = "stopped";
  });
  render(null, root);
});

async function open(): Promise<void> {
  await act(() => {
    openPiece(PIECE, CHART);
    addBar(0, 0, { bass: [[0, 48, 36, 90]], piano: [[0, 12, 61, 90]] });
  });
}

test("each chord is a button that tells where it is and how it is kept to", async () => {
  await open();
  expect(all(".roll-chord").map((cell) => cell.getAttribute("aria-label"))).toEqual([
    "Bar 1: C, 80 % of the sounding time in the chord, bass on its root",
    "Bar 2: F, Still composing",
    "Bar 2, beat 3: G7, Still composing",
  ]);
});

test("what was missing is there when the last bar comes", async () => {
  await open();
  expect(all(".roll-missing")).toHaveLength(1);
  await act(() => addBar(0, 1, { bass: [[48, 24, 41, 90]] }));
  expect(all(".roll-missing")).toHaveLength(0);
  expect(all(".roll-chord")[2]?.getAttribute("aria-label")).toBe("Bar 2, beat 3: G7, Nothing sounds here");
});

test("a chord seeks to its onset, and the arrow keys go from chord to chord", async () => {
  await open();
  await act(() => all(".roll-chord")[2]?.click());
  expect(player.step).toBe(72);
  await press(one(".roll-chords"), "ArrowLeft");
  expect(all(".roll-chord").map((cell) => cell.tabIndex)).toEqual([-1, 0, -1]);
  expect(player.step).toBe(72); // going there is not playing from there
});

test("pointing at a chord shows its figures", async () => {
  await open();
  await act(() => {
    one(".roll-chord").dispatchEvent(new FocusEvent("focus"));
  });
  expect(one(".roll-tip").textContent).toContain("80 % of the sounding time in the chord");
  await act(() => {
    one(".roll-chord").dispatchEvent(new FocusEvent("blur"));
  });
  expect(all(".roll-tip")).toHaveLength(0);
});

test("the arrow keys in the roll go by bars and stay in the piece", async () => {
  await open();
  const stage = one(".roll-stage");
  await press(stage, "ArrowRight");
  expect(player.step).toBe(48);
  await press(stage, "ArrowRight");
  expect(player.step).toBe(48);
  player.step = 53; // a little into the bar: to the one before
  await press(stage, "ArrowLeft");
  expect(player.step).toBe(0);
  player.step = 80;
  await press(stage, "ArrowLeft");
  expect(player.step).toBe(48);
});

test("Escape ends the loop, and is left to others where there is none", async () => {
  await open();
  await act(() => {
    loop.value = { from: 0, to: 1 };
  });
  expect(all(".roll-loop")).toHaveLength(1);
  await press(one(".roll-stage"), "Escape");
  expect(loop.value).toBeNull();
  expect(all(".roll-loop")).toHaveLength(0);
});

test("the zoom buttons and keys change the width, Fit undoes it", async () => {
  await open();
  const width = (): number => Number.parseFloat(one(".roll-content").style.width);
  const before = width();
  await act(() => one('[aria-label="Zoom in"]').click());
  expect(width()).toBeGreaterThan(before);
  await press(one(".roll"), "-", { ctrlKey: true });
  expect(width()).toBeCloseTo(before);
});

test("the chord that plays is marked as the current one", async () => {
  await open();
  player.step = 60;
  await new Promise((resolve) => setTimeout(resolve, 130)); // it looks at a resting player ten times a second
  expect(all(".roll-chord").map((cell) => cell.getAttribute("aria-current"))).toEqual([null, "true", null]);
  expect(one(".roll-stage").getAttribute("aria-valuetext")).toBe("Bar 2 of 2, F");
});

test("Follow is on with every new play, and can be switched off", async () => {
  await open();
  const follow = one("[aria-pressed]");
  await act(() => follow.click());
  expect(follow.getAttribute("aria-pressed")).toBe("false");
  await act(() => {
    playState.value = "playing";
  });
  expect(follow.getAttribute("aria-pressed")).toBe("true");
  await act(() => follow.click());
  await act(() => {
    playState.value = "waiting"; // for a bar: no new play
  });
  expect(follow.getAttribute("aria-pressed")).toBe("false");
});
