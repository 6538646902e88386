// @vitest-environment happy-dom

import { render } from "preact";
import { beforeEach, expect, it, vi } from "vitest";
import { CHART, chartOf, chordAt, OFFER, PIECE, SONG, songOf } from "../../tests/piece.fixture";
import { chartProblem, DEFAULT_OPTIONS, offer, options, setOptions, song } from "../state/band";
import { closePiece, openPiece, pieceShift, pieceTempo } from "../state/piece";
import { Difference } from "./Difference";

const page = document.createElement("div");
const settled = () => new Promise((resolve) => setTimeout(resolve));
const compose = vi.fn();

beforeEach(() => {
  compose.mockReset();
  offer.value = OFFER;
  options.value = DEFAULT_OPTIONS;
  song.value = SONG;
  chartProblem.value = null;
  openPiece(PIECE, CHART);
  render(<Difference onCompose={compose}>or so</Difference>, page);
});

it("says nothing where the piece is what is asked for, or where there is none", async () => {
  await settled();
  expect(page.textContent).toBe("");
  closePiece();
  await settled();
  expect(page.textContent).toBe("");
});

it("says that the chart has changed, and offers ways", async () => {
  song.value = songOf(chartOf(chordAt("F", 0, 8, [5, 9, 0])));
  await settled();
  expect(page.textContent).toContain("The chart has changed since.");
  expect(page.textContent).toContain("or so");
  page.querySelector("button")?.click();
  expect(compose).toHaveBeenCalledOnce();
});

it("says that the options have changed", async () => {
  setOptions({ style: "jazz" });
  await settled();
  expect(page.textContent).toContain("The options have changed since.");
});

it("says at what tempo and in which key the same music is played", async () => {
  pieceTempo.value = 90;
  pieceShift.value = -1;
  await settled();
  expect(page.textContent).toContain("The same music at 90 bpm, composed for 120, 1 semitone lower.");
});
