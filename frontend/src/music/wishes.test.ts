import { expect, test } from "vitest";
import { chartOf, chordAt, section } from "../../tests/piece.fixture";
import { COMPOSED } from "./piece";
import { textOf } from "./text";
import { isSameForm, isSameWish, labelOf, readWishes, writtenWishes } from "./wishes";

const ALL = { drums: 4, piano: 4, guitar: 4, bass: 4, strings: 4 };

test.each([
  "",
  "style=jazz",
  "density=4",
  "density=4,piano:1",
  "density=drums:4,bass:0",
  "tracks=all loudness=ff",
  "tracks=drums,bass",
  "style=rock density=2 tracks=piano loudness=f repeat=as",
])("%s is read and written the same", (written) => {
  const wishes = readWishes(written);
  expect(wishes && writtenWishes(wishes)).toBe(written);
});

test.each(["density", "density=x", "tracks=flute", "repeat=often", "swing=67"])("%s is no wish", (text) => {
  expect(readWishes(text)).toBeNull();
});

test("a density of all, and who plays, are told by role", () => {
  expect(readWishes("density=4 tracks=all")).toMatchObject({ density: ALL, tracks: COMPOSED });
});

test("sections are the same with the same wishes; an ending makes the last one longer", () => {
  const [verse, chorus] = [section("Verse", [0, 1]), section("Chorus", [0], { density: ALL })];
  expect(isSameForm([verse, chorus], [verse, chorus])).toBe(true);
  expect(isSameForm([verse, chorus], [verse, section("Chorus", [0])])).toBe(false);
  const longer = section("Chorus", [0, 1], { density: ALL });
  expect([false, true].map((isEnding) => isSameForm([verse, chorus], [verse, longer], isEnding))).toEqual([
    false,
    true,
  ]);
  expect(isSameForm([], [verse])).toBe(true);
  expect(isSameForm([], [chorus])).toBe(false);
});

test("of bars that came and went the wishes are compared by section", () => {
  const [verse, chorus] = [section("Verse", [0, 1]), section("Chorus", [0], { density: ALL })];
  expect(isSameWish([section("Verse", [0]), chorus, chorus], [verse, chorus])).toBe(true);
  expect(isSameWish([section("Verse", [0], { style: "jazz" })], [verse, chorus])).toBe(false);
  expect(isSameWish([], [verse, chorus])).toBe(false);
  expect(isSameWish([verse], [])).toBe(true);
});

test("a text has a label over each section, and a chord over its edge in both", () => {
  const chart = chartOf(chordAt("C", 0, 4), chordAt("G", 4, 8), chordAt("F", 12, 4));
  const sections = [section("Verse", [0, 1], { loudness: "p" }), section("2", [0]), section("Verse", [0])];
  expect(textOf({ chart, meters: ["4/4"], sections })).toBe(
    "[Verse loudness=p]\nC:4|G:4\n[Part 2]\nG:4\n[Verse repeat=like]\nF:4",
  );
  expect(textOf({ chart, meters: ["3/4"], sections: [section("A", [0, 1, 2, 3])] })).toBe("[A]\n3/4 C:4|G:8|F:4");
  expect(textOf({ chart, meters: ["4/4"], sections: [section("A", [0, 1, 2])] })).toBe("[A]\nC | G | / | F");
  expect(textOf({ chart, meters: ["4/4"], sections: [section("A", [0])] })).toBe("C | G | / | F");
  expect(labelOf(section("A [x]", [0]))).toBe("[A  x]");
});

test.each([
  ["Blue Boat", "Title: Blue Boat"],
  [" Blue\n Boat ", "Title: Blue Boat"],
  ["Don't | Stop (Live)", "Title: Don't | Stop (Live)"],
  ["Blues in G, 120 bpm", "{title: Blues in G, 120 bpm}"], // of which the server would read the tempo
  ["Waltz (key: D)", "{title: Waltz (key: D)}"],
])("a text has its title above it: %j", (title, line) => {
  const chart = chartOf(chordAt("C", 0, 4), chordAt("F", 4, 4));
  expect(textOf({ chart, meters: ["4/4"], title })).toBe(`${line}\nC | F`);
  expect(textOf({ chart, meters: ["4/4"], title, key: "D major" })).toBe(`${line}\nKey: D major\nC | F`);
});

test("a text has the key above it where that isn't the key of its chords", () => {
  const chart = { ...chartOf(chordAt("Gb", 0, 4), chordAt("Cb", 4, 4)), key: "F# major" };
  const told = (key: string | null, rest = {}) => textOf({ chart, meters: ["4/4"], key, ...rest });
  expect([null, "Gb major", "F# major"].map((key) => told(key))).toEqual(["Gb | Cb", "Gb | Cb", "Gb | Cb"]);
  expect(told("F# minor")).toBe("Key: F# minor\nGb | Cb");
  expect(told("Db major", { sections: [section("A", [0, 1])] })).toBe("Key: Db major\n[A]\nGb | Cb");
  const uneven = chartOf(chordAt("C", 0, 3), chordAt("F", 3, 5));
  expect(textOf({ chart: uneven, meters: ["4/4"], key: "F major" })).toBe("Key: F major\nC:3|F:5");
  const cut = chartOf(chordAt("C", 0, 4), chordAt("F", 4, 1)); // below a line it would be read as two bars
  expect(textOf({ chart: cut, meters: ["4/4"], key: "F major" })).toBe("C:4|F:1");
});
