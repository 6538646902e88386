import { expect, test } from "vitest";
import { PIECE } from "../../tests/piece.fixture";
import { fragmentOf, matches, readFragment } from "./link";

const RICH = {
  ...PIECE,
  progression: "F#m7-5:3/2|C/E:96t",
  tempo: 92.5,
  style: "hip-hop",
  density: 0,
  takes: 3,
  tracks: ["piano", "drums"] as const,
  temperature: 1.25,
  top_p: 0.015,
};

test.each([PIECE, RICH])("a link brings back what the piece was made with", (piece) => {
  const linked = readFragment(`#${fragmentOf(piece)}`);
  expect(linked).not.toBeNull();
  const { progression, tempo, style, density, takes, temperature, top_p, seed, model } = piece;
  expect(linked).toMatchObject({ progression, tempo, style, density, takes, temperature, top_p, seed, model });
  expect([...(linked?.tracks ?? [])].sort()).toEqual([...piece.tracks].sort());
  expect(linked && matches(linked, piece)).toBe(true);
});

test("a link of before there were temperatures leaves them to the model", () => {
  expect(readFragment("#chords=C%3A4&tempo=120&seed=7&model=m")).toMatchObject({ temperature: 1, top_p: null });
});

test.each([
  { seed: 8 },
  { tempo: 121 },
  { temperature: 1.1 },
  { temperature: 0 },
  { top_p: 0.97 },
  { model: "other" },
  { progression: "C:4" },
  { tracks: ["bass"] as const },
])("another piece is not the one of the link: %o", (other) => {
  const linked = readFragment(fragmentOf(PIECE));
  expect(linked && matches(linked, { ...PIECE, ...other })).toBe(false);
});

test("a piece that was not finished is not the one of the link", () => {
  const linked = readFragment(fragmentOf(PIECE));
  expect(linked && matches(linked, { ...PIECE, state: "stopped" })).toBe(false);
});

test.each([
  "",
  "#",
  "#pieces",
  "#chords=C:4",
  "#chords=C:4&seed=x&model=m",
  "#chords=C:4&seed=-1&model=m",
  "#seed=1&model=m",
])("%j is no link to a piece", (fragment) => {
  expect(readFragment(fragment)).toBeNull();
});
