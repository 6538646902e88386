import { afterEach, beforeEach, expect, test } from "vitest";
import { PIECE } from "../../tests/piece.fixture";
import { readText } from "../../tests/reader.fixture";
import { MELODY, type Song } from "../music/piece";
import { song } from "./band";
import { goOn, loadText, setText, typeText, undo, version } from "./history";
import {
  areOwnPartsMade,
  dropPart,
  givenParts,
  hasScore,
  keepParts,
  ownParts,
  recallParts,
  takeScore,
  watchScore,
} from "./own";
import { piece } from "./piece";

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

/** What transposing by so many semitones leaves in the field. */
function transposed(semitones: number): void {
  const here = version.value;
  const from = here.origin ?? { version: here, song: song.value as Song };
  goOn({ ...from.version, text: `moved by ${semitones}`, source: null, name: "", semitones, origin: from });
}

test("it moves with the chart, and is there in another key", () => {
  takeScore();
  transposed(2);
  expect(givenParts()).toEqual([{ track: MELODY, data: ZIP, transpose: 2 }]);
  setText("edited");
  expect(givenParts()).toEqual([{ track: MELODY, data: ZIP, transpose: 2 }]);
  undo();
  dropPart(MELODY);
  song.value = readText("D | G"); // a text by now
  expect(hasScore.value).toBe(true);
  takeScore();
  expect([...ownParts.value.values()]).toMatchObject([{ name: "tune.mxl", data: ZIP }]);
  expect(givenParts()).toEqual([{ track: MELODY, data: ZIP, transpose: 2 }]);
  undo();
  expect(givenParts()).toEqual([{ track: MELODY, data: ZIP }]);
});

test("the melody of a piece is known in whatever key it is, and comes back in that of its chart", () => {
  takeScore();
  transposed(-3);
  keepParts(PIECE.id, givenParts());
  piece.value = PIECE;
  expect(areOwnPartsMade.value).toBe(true);
  transposed(2);
  expect(areOwnPartsMade.value).toBe(true); // it is played so
  expect(givenParts(PIECE.id)).toEqual([{ track: MELODY, data: ZIP, transpose: -3 }]);
  recallParts(PIECE.id, 5);
  expect(givenParts()).toEqual([{ track: MELODY, data: ZIP, transpose: 2 }]);
  expect(areOwnPartsMade.value).toBe(true);
  piece.value = null;
});

test("it goes with a chart that is pasted or typed over it", () => {
  takeScore();
  typeText("Dm | G", 0, true, true);
  expect(givenParts()).toHaveLength(0);
});

test("it stays while chords are edited, and goes with another chart", () => {
  takeScore();
  setText("C | F7");
  expect(givenParts()).toHaveLength(1);
  loadText("C:4|G:4", { name: "other.mxl", source: { data: ZIP } });
  expect(givenParts()).toHaveLength(0);
});
