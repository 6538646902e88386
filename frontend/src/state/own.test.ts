import { afterEach, beforeEach, expect, test } from "vitest";
import { readText } from "../../tests/reader.fixture";
import { MELODY } from "../music/piece";
import { song } from "./band";
import { loadText, setText } from "./history";
import { dropPart, givenParts, hasScore, takeScore, watchScore } from "./own";

const ZIP = btoa("PK\x03\x04\xff");
let stop: () => void;

beforeEach(() => {
  song.value = { ...readText("C | F"), format: "MusicXML" };
  loadText("C:4|F:4", { name: "tune.mxl", source: { data: ZIP } });
  stop = watchScore();
});
afterEach(() => {
  stop();
  dropPart(MELODY);
});

test("the file of a score has the melody too", () => {
  takeScore();
  expect(givenParts()).toEqual([{ track: MELODY, data: ZIP }]);
  loadText("C:4|F:4", { name: "", source: { text: "<score-partwise/>" } });
  takeScore();
  expect(givenParts()).toEqual([{ track: MELODY, data: btoa("<score-partwise/>") }]);
});

test("where the chart is typed, of another kind, too large or read as on paper, there is none", () => {
  expect(hasScore.value).toBe(true);
  loadText("C:4|F:4", { source: { data: ZIP }, choices: { transposition: "written" } });
  expect(hasScore.value).toBe(false);
  loadText("C:4|F:4", { source: { text: "x".repeat(1e6) } });
  expect(hasScore.value).toBe(false);
  loadText("C | F");
  expect(hasScore.value).toBe(false);
  loadText("C:4|F:4", { name: "song.irealb", source: { text: "irealb://" } });
  song.value = { ...readText("C | F"), format: "iReal Pro" };
  expect(hasScore.value).toBe(false);
});

test("it stays while chords are edited, and goes with another chart", () => {
  takeScore();
  setText("C | F7");
  expect(givenParts()).toHaveLength(1);
  loadText("C:4|G:4", { name: "other.mxl", source: { data: ZIP } });
  expect(givenParts()).toHaveLength(0);
});
