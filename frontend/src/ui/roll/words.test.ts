import { expect, test } from "vitest";
import { chordAt, commonBars } from "../../../tests/piece.fixture";
import { harmoniesOf } from "../../music/harmony";
import type { Chord } from "../../music/piece";
import { drumLabel, drumName } from "./drums";
import { chordTitle, chordWords, chosenWords, noteWords, pitchName, progressWords, shortName } from "./words";

const F = chordAt("F", 10, 2, [5, 9, 0]);
const LINES = commonBars(3);
const SLASH: Chord = { ...chordAt("F/A", 10, 2), bass: 9 };
const SILENCE = chordAt("N.C.", 10, 2);

test("a chord says where it is and how it is kept to", () => {
  expect(chordTitle(F, LINES)).toBe("Bar 3, beat 3: F");
  expect(chordTitle(chordAt("F", 8, 2), LINES)).toBe("Bar 3: F");
  expect(chordWords(F, { inside: 0.916, sounding: 48, bassOnRoot: true }, true)).toEqual([
    "92 % of the sounding time in the chord",
    "bass on its root",
  ]);
  expect(chordWords(SLASH, { inside: null, sounding: 0, bassOnRoot: true }, true)).toEqual(["bass on its slash note"]);
  expect(chordWords(F, { inside: null, sounding: 0, bassOnRoot: null }, true)).toEqual(["Nothing sounds here"]);
  expect(chordWords(SILENCE, null, true)).toEqual(["The band plays as it likes"]);
  expect(chordTitle(SILENCE, LINES)).toContain("no chord");
  expect(chordWords(F, null, false)).toEqual(["Still composing"]);
});

test("a note says its track, its pitch, its place and whether it is in the chord", () => {
  const harmonies = harmoniesOf([F]);
  expect(noteWords("piano", [120, 12, 69, 90], harmonies, [F], LINES)).toEqual(["A4", "Piano, 3.3", "In F"]);
  expect(noteWords("bass", [132, 12, 42, 90], harmonies, [F], LINES)).toEqual(["F♯2", "Bass, 3.4", "Outside F"]);
  expect(noteWords("bass", [0, 12, 42, 90], harmonies, [F], LINES)).toEqual(["F♯2", "Bass, 1.1"]);
  expect(noteWords("drums", [132, 1, 42, 90], harmonies, [F], LINES)).toEqual(["Closed hi-hat", "Drums, 3.4"]);
});

test("pitches and drums have names", () => {
  expect([21, 60, 108].map(pitchName)).toEqual(["A0", "C4", "C8"]);
  expect([drumName(38), drumName(20)]).toEqual(["Snare", "Drum 20"]);
  expect([20, 35, 40].map((pitch) => drumLabel(pitch, [20, 35, 40]))).toEqual(["20", "Kick", "Snare"]);
  expect([38, 40].map((pitch) => drumLabel(pitch, [38, 40]))).toEqual(["Snare", "Snare 2"]);
});

test("a chord's name is shortened by what matters least", () => {
  const short = (name: string) => [12, 7, 5, 3, 2, 1, 0].map((room) => shortName(chordAt(name, 0, 1), room));
  expect(short("F#m7-5/E")).toEqual(["F#m7-5/E", "F#m7-5/", "F#m…", "F#m", "F#", "", ""]);
  expect(short("CM7")).toEqual(["CM7", "CM7", "CM7", "CM7", "C…", "C", ""]);
  expect(shortName(chordAt("Cmaj7", 0, 1), 3)).toBe("C…"); // no minor chord
  expect(shortName(chordAt("C6(9)/G", 0, 1), 6)).toBe("C6(9)/");
  expect([4, 2, 1].map((room) => shortName(SILENCE, room))).toEqual(["N.C.", "–", ""]);
});

test("what isn't there yet is told with its number of bars", () => {
  expect(progressWords("composing", 3, 8)).toBe("Still composing: 3 of 8 bars are there");
  expect(progressWords("composing", 0, 8)).toBe("Composing the first bar…");
  expect(progressWords("waiting", 0, 8)).toBe("Waiting for its turn");
  expect(progressWords("stopped", 3, 8)).toBe("Stopped after 3 of 8 bars");
  expect(progressWords("failed", 3, 8)).toBe("Failed after 3 of 8 bars");
});

test("what is chosen is said whole, of several how many", () => {
  expect(chosenWords("piano", [], LINES)).toBe("No note chosen");
  expect(chosenWords("piano", [[66, 4, 61, 90]], LINES)).toBe(
    "Piano: C♯4, 0.33 beats long, bar 2 beat 2.5, velocity 90",
  );
  expect(chosenWords("drums", [[0, 1, 36, 5]], LINES)).toBe("Drums: Bass drum, bar 1 beat 1, velocity 5");
  const two = [
    [0, 1, 36, 5],
    [1, 1, 36, 5],
  ] as const;
  expect(chosenWords("bass", two, LINES)).toBe("2 notes of bass chosen");
});
