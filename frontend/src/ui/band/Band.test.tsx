// @vitest-environment happy-dom

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CHART, OFFER, PIECE, SONG } from "../../../tests/piece.fixture";
import { FakePlayer } from "../../../tests/player.fixture";
import { offer, song } from "../../state/band";
import { opened } from "../../state/opened";
import { closePiece, openPiece, takes } from "../../state/piece";
import { changes } from "../../state/redoing";
import { beginSelecting, lockBars, selection } from "../../state/selecting";
import { Band } from "./Band";

const player = new FakePlayer();
const root = document.body.appendChild(document.createElement("div"));
const one = (selector: string): HTMLElement => root.querySelector<HTMLElement>(selector) as HTMLElement;
const named = (label: string): HTMLElement => one(`[aria-label="${label}"]`);
const cell = (label: string): HTMLElement => one(`[role=gridcell][aria-label^="${label},"]`);
const press = (element: HTMLElement, key: string, init: KeyboardEventInit = {}): Promise<void> =>
  act(async () => {
    element.focus();
    element.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...init }));
    await new Promise(requestAnimationFrame);
  });

beforeEach(async () => {
  player.step = 0;
  offer.value = OFFER;
  song.value = SONG;
  await act(() => render(<Band player={player} />, root));
});
afterEach(async () => {
  await act(() => {
    closePiece();
    changes.value = null;
    beginSelecting();
  });
  render(null, root);
});

async function open(): Promise<void> {
  await act(() => {
    openPiece(PIECE, CHART);
    takes.value = [
      [
        { bass: [[0, 48, 36, 90]] },
        {
          bass: [
            [48, 12, 36, 90],
            [60, 12, 38, 90],
          ],
        },
      ],
    ];
    changes.value = { position: 0, revisions: [], candidates: [], composing: null, charts: [] };
    beginSelecting();
  });
}

test("before the first piece the players and the chart's bars are there, and nothing to select", () => {
  expect(one(".band-hint").textContent).toContain("Press play");
  expect(root.querySelectorAll("[role=row]")).toHaveLength(6);
  expect(root.querySelectorAll("[role=gridcell]")).toHaveLength(0);
});

test("each cell says who, where, how many notes, and whether it is locked", async () => {
  await open();
  await act(() => lockBars("bass", [1], 0));
  expect([...root.querySelectorAll(".is-bass [role=gridcell]")].map((each) => each.getAttribute("aria-label"))).toEqual(
    ["Bass, bar 1, 1 note", "Bass, bar 2, 2 notes, locked"],
  );
  expect(cell("Piano, bar 1").getAttribute("aria-label")).toBe("Piano, bar 1, rests");
});

test("arrows select a cell, with Shift a rectangle, and Escape nothing", async () => {
  await open();
  await press(cell("Drums, bar 1"), "ArrowRight");
  expect(selection.value).toEqual({ roles: ["drums"], from: 1, to: 2 });
  expect(document.activeElement).toBe(cell("Drums, bar 2"));
  await press(cell("Drums, bar 2"), "ArrowDown", { shiftKey: true });
  expect(selection.value).toEqual({ roles: ["drums", "piano"], from: 1, to: 2 });
  expect(cell("Piano, bar 2").getAttribute("aria-selected")).toBe("true");
  await press(cell("Piano, bar 2"), "Escape");
  expect(selection.value).toBeNull();
});

test("Tab leads from a selection to what can be done with it, Escape back", async () => {
  await open();
  await press(cell("Bass, bar 1"), "ArrowRight");
  await press(cell("Bass, bar 2"), "Tab");
  expect(document.activeElement?.textContent).toContain("Redo selection");
  await press(document.activeElement as HTMLElement, "Escape");
  expect(document.activeElement).toBe(cell("Bass, bar 2"));
  expect(selection.value).toBeNull();
});

test("Enter opens the player's roll, its name closes it", async () => {
  await open();
  await press(cell("Bass, bar 1"), "Enter");
  expect(opened.value).toBe("bass");
  expect(named("Bass, roll").getAttribute("aria-expanded")).toBe("true");
  expect(named("Piano roll")).not.toBeNull();
  await act(() => named("Bass, roll").click());
  expect(named("Piano roll")).toBeNull();
});

test("what was copied can be pasted once something is selected", async () => {
  await open();
  await press(cell("Bass, bar 1"), "Home");
  const buttons = (): string[] =>
    [...root.querySelectorAll(".redoing-tools button")].map((each) => each.textContent ?? "");
  expect(buttons()).not.toContain("Paste");
  await press(cell("Bass, bar 1"), "c", { ctrlKey: true });
  expect(buttons()).toContain("Paste");
});

test("on a phone the tools of a selection float, but not over the roll that is open", async () => {
  await open();
  await press(cell("Bass, bar 1"), "ArrowRight");
  expect(one(".band").classList).toContain("is-stacked");
  expect(one(".redoing-tools").classList).toContain("is-floating");
  await press(cell("Bass, bar 2"), "Enter");
  expect(selection.value).not.toBeNull();
  expect(one(".redoing-tools").classList).not.toContain("is-floating");
  expect(one(".redoing-tools").hidden).toBe(false);
  await act(() => named("Bass, roll").click());
  expect(one(".redoing-tools").classList).toContain("is-floating");
});
