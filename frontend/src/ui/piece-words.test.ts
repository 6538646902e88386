import { expect, test } from "vitest";
import { PIECE } from "../../tests/piece.fixture";
import { chordsBeside, pieceWords, whenWords } from "./piece-words";

test("the chords stand below a name of the person's own, not below themselves", () => {
  expect(chordsBeside({ name: "C Am", progression: "C:4|C:4|Am:4" })).toBeNull();
  expect(chordsBeside({ name: "C Am…", progression: "C:4|Am:4|F:4" })).toBeNull();
  expect(chordsBeside({ name: "Bridge", progression: "C:4|Am:4|F#m7-5/C:2" })).toBe("C Am F#m7-5/C");
});

test("length comes first, then key and tempo, then what is not as usual", () => {
  expect(pieceWords(PIECE)).toBe("2 bars · 0:04 · C major · 120 bpm");
  expect(pieceWords({ ...PIECE, bars: 1, style: "jazz", takes: 3, state: "failed" })).toBe(
    "1 bar · 0:04 · C major · 120 bpm · jazz · 3 takes · failed",
  );
});

test("of today the time is told, of before the day, of other years the year too", () => {
  const now = new Date(2026, 10, 22, 18, 0);
  const at = (...date: [number, number, number]) => new Date(...date, 9, 5).toISOString();
  expect(whenWords(at(2026, 10, 22), now)).toBe("09:05");
  expect(whenWords(at(2026, 10, 21), now)).toBe("21 Nov, 09:05");
  expect(whenWords(at(2025, 0, 3), now)).toBe("3 Jan 2025, 09:05");
});
