// @vitest-environment happy-dom

import { render } from "preact";
import { beforeEach, expect, it } from "vitest";
import { CHART, OFFER, PIECE } from "../../tests/piece.fixture";
import type { Note } from "../music/piece";
import { DEFAULT_OPTIONS, offer, options, setOptions } from "../state/band";
import { closePiece, openPiece, takes } from "../state/piece";
import { FeelControls } from "./FeelControls";
import { feelWords } from "./option-words";

const page = document.createElement("div");
const settled = () => new Promise((resolve) => setTimeout(resolve));
const slider = (name: string) => page.querySelector(`[aria-label="${name}"]`) as HTMLInputElement;
const button = (name: string) => [...page.querySelectorAll("button")].find((each) => each.textContent === name);

async function slide(name: string, value: string): Promise<void> {
  slider(name).value = value;
  slider(name).dispatchEvent(new Event("input", { bubbles: true }));
  await settled();
}

beforeEach(async () => {
  offer.value = OFFER;
  options.value = DEFAULT_OPTIONS;
  render(null, page);
  render(<FeelControls />, page);
  await settled();
});

it("swings, and says how", async () => {
  expect(page.textContent).toContain("Swing: 50 % (as composed)");
  await slide("Swing", "67");
  expect(options.value.swing).toBe(67);
  expect(slider("Swing").getAttribute("aria-valuetext")).toBe("67 % (triplets)");
});

it.each<[string, number]>([
  ["straight", 6],
  ["swings as composed", 8],
])("says of a piece whose notes do so that it is %s, and nothing of that where it is swung", async (words, place) => {
  openPiece({ ...PIECE, tracks: ["drums"] }, CHART);
  takes.value = [[{ drums: [0, 12, 24, 36].map((beat): Note => [beat + place, 1, 42, 90]) }]];
  await settled();
  expect(page.textContent).toContain(`Swing: 50 % (${words})`);
  expect(feelWords()).toEqual(place === 8 ? [words] : []);
  await slide("Swing", "60");
  expect(feelWords()).toEqual(["swing 60 %"]);
  closePiece();
});

it("lets players play straight where the others swing", async () => {
  expect(button("Bass")).toBeUndefined();
  await slide("Swing", "62");
  button("Bass")?.click();
  await settled();
  expect(options.value.straight).toEqual(["bass"]);
  expect(button("Bass")?.getAttribute("aria-pressed")).toBe("false");
  button("Bass")?.click();
  expect(options.value.straight).toBeNull();
});

it("humanises, and has other hands where somebody strays", async () => {
  expect(button("Other hands")).toBeUndefined();
  await slide("Humanize", "50");
  expect(options.value.humanize).toBe(0.5);
  setOptions({ humanize_seed: 3 });
  await settled();
  button("Other hands")?.click();
  expect(options.value.humanize_seed).toBe(4);
});
