import { afterEach, beforeEach, expect, test } from "vitest";
import { givenPart, PIECE } from "../../tests/piece.fixture";
import { readText } from "../../tests/reader.fixture";
import type { Note } from "../music/piece";
import { song } from "./band";
import { leadMelody } from "./lead";
import { ownChart, piece, takes } from "./piece";

const TUNE: Note[] = [
  [0, 24, 67, 90],
  [48, 12, 65, 80],
];
const CHORDS = "C:4|Am:4";

beforeEach(() => {
  song.value = readText(CHORDS);
  ownChart.value = song.value.chart;
  piece.value = { ...PIECE, state: "done", meters: song.value.meters, given: [givenPart("melody")] };
  takes.value = [TUNE.map((note) => ({ melody: [note] }))];
});

afterEach(() => {
  song.value = ownChart.value = piece.value = null;
  takes.value = [];
});

test("the notes of all bars stand below the chords that the piece has", () => {
  expect(leadMelody.value).toEqual(TUNE);
});

test("none stand below other chords, without a melody, or before the piece is composed", () => {
  song.value = readText("C:4|F:4");
  expect(leadMelody.value).toEqual([]);
  song.value = readText(CHORDS);
  expect(leadMelody.value).toEqual(TUNE);
  piece.value = { ...PIECE, state: "composing", given: [givenPart("melody")] };
  expect(leadMelody.value).toEqual([]);
  piece.value = { ...PIECE, state: "done" };
  expect(leadMelody.value).toEqual([]);
});
