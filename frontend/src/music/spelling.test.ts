import { expect, test } from "vitest";
import { readText } from "../../tests/reader.fixture";
import { respell } from "./spelling";

const up = (text: string, isEach = false) => {
  const song = readText(text);
  return respell(
    text,
    song,
    song.chart.chords.map(({ name }) => `${name}!`),
    isEach,
  );
};

test("names are put in where they stand, and nothing else changes", () => {
  expect(up("[Intro]\nC  Am|F\n G7 ")).toBe("[Intro]\nC!  Am!|F!\n G7! ");
  expect(up("C:4|Am:4")).toBe("C!:4|Am!:4");
});

test("a name is not found within another one", () => {
  expect(up("Cm C | Am7 A")).toBe("Cm! C! | Am7! A!");
});

test("a bar that comes again stays a sign, but not where each chord must stand", () => {
  expect(up("C | % | F")).toBe("C! | % | F!");
  expect(up("C | % | F", true)).toBeNull();
});

test("characters are counted as the server counts them", () => {
  const text = "[𝄞]\nC | F";
  const song = readText(text);
  const bars = song.bars.map((bar) => ({
    ...bar,
    place: [(bar.place?.[0] ?? 0) - 1, (bar.place?.[1] ?? 0) - 1] as const,
  }));
  expect(respell(text, { ...song, bars }, ["D", "G"])).toBe("[𝄞]\nD | G");
});

test("one place can't have two names", () => {
  const song = readText("C | F");
  const place = song.bars[0]?.place ?? null;
  const chords = song.chart.chords.map((chord) => ({ ...chord, name: "C" }));
  const twice = { ...song, chart: { ...song.chart, chords }, bars: song.bars.map((bar) => ({ ...bar, place })) };
  expect(respell("C | F", twice, ["D", "E"])).toBeNull();
  expect(respell("C | F", twice, ["D", "D"])).toBe("D | F");
});

test("nothing is put where places aren't known", () => {
  const song = readText("C");
  expect(respell("C", { ...song, bars: song.bars.map((bar) => ({ ...bar, place: null })) }, ["D"])).toBeNull();
});
