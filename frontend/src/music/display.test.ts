import { describe, expect, it } from "vitest";
import { cellOf } from "../../tests/piece.fixture";
import { CONCERT, DISPLAYS, lifted, paperOf, printedKey, shownChord, shownKey, wordOf } from "./display";
import golden from "./display.golden.json";

function read(id: string, key: string, names: string): string {
  const display = DISPLAYS.find((each) => each.id === id);
  if (!display) throw new Error(id);
  return names
    .split(" ")
    .map((name) => wordOf(shownChord(cellOf(name, 4).parts, key, display)))
    .join(" ");
}

const way = (id: string) => DISPLAYS.find((each) => each.id === id) ?? CONCERT;

it.each(golden.rows)("shows $reader in $key what paper does", ({ key, reader, shown }) => {
  expect(read(reader, key, golden.chords)).toBe(shown);
});

it("takes the paper of the person's country", () => {
  expect(["en-US", "en-GB", "de", "fr-CA"].map(paperOf)).toEqual(["letter", "a4", "a4", "letter"]);
});

describe("chords for instruments that transpose", () => {
  it.each([
    ["Bb", "C major", "C Am F G7", "D Bm G A7"],
    ["Bb", "Bb major", "Bb Eb F7 Dbdim", "C F G7 E♭dim"],
    ["Bb", "E major", "E A B7 G#m", "F♯ B C♯7 A♯m"],
    ["Eb", "F major", "F/A Bb C7", "D/F♯ G A7"],
    ["Eb", "Ab major", "Ab Db Eb7", "F B♭ C7"],
    ["F", "Eb major", "Eb Ab Bb7", "B♭ E♭ F7"],
    ["Eb", "A major", "A D E7", "F♯ B C♯7"],
    ["Eb", "C# minor", "C#m G#7", "B♭m F7"],
  ])("%s of %s", (id, key, sounding, shown) => {
    expect(read(id, key, sounding)).toBe(shown);
  });

  it("names the key that is read", () => {
    expect(printedKey(shownKey("Ab major", way("Bb")))).toBe("B♭ major");
    expect(shownKey("B minor", way("Eb"))).toBe("G# minor");
    expect(shownKey("E major", way("Bb"))).toBe("F# major");
    expect(shownKey("Eb major", way("capo1"))).toBe("D major");
  });
});

it("goes along with a loop that goes to another key each time", () => {
  const up = (id: string, by: number) => shownChord(cellOf("Bb7/D", 4).parts, "Bb major", lifted(way(id), by));
  expect([0, 5, -2].map((by) => wordOf(up("concert", by)))).toEqual(["B♭7/D", "E♭7/G", "A♭7/C"]);
  expect(wordOf(up("Bb", 2))).toBe("D7/F♯");
  expect(wordOf(up("numbers", 2))).toBe("17/3");
  expect(lifted(CONCERT, 0)).toBe(CONCERT);
});

it("writes what is fingered behind a capo", () => {
  expect(read("capo3", "Bb major", "Bb Gm Eb F7")).toBe("G Em C D7");
  expect(read("capo1", "F major", "F Dm Bb C")).toBe("E C♯m A B");
});

describe("Nashville numbers", () => {
  it("count in the key", () => {
    expect(read("numbers", "C major", "C Am7 F/A G7 Bb Dm7-5 Ebdim N.C.")).toBe("1 6-7 4/6 57 ♭7 2-7♭5 ♭3° N.C.");
    expect(read("numbers", "G major", "G D/F# Cmaj7 F# C#m")).toBe("1 5/7 4maj7 7 ♯4-");
  });

  it("count in a minor key's own scale", () => {
    expect(read("numbers", "A minor", "Am C G F E7 F#m7-5")).toBe("1- 3 7 6 57 ♯6-7♭5");
  });
});

it("prints chords as they sound otherwise, whatever the key", () => {
  expect(read("concert", "C major", "Bbmaj7 F#m7b5/C Csus4 Caug7")).toBe("B♭maj7 F♯m7♭5/C Csus4 Caug7");
  expect(read("Bb", "nothing", "C")).toBe("D");
});

it("sets the third on the line and the rest raised", () => {
  expect(shownChord(cellOf("Am7", 4).parts, "C major", way("concert"))).toEqual({
    root: "A",
    third: "m",
    more: "7",
    bass: null,
  });
  expect(shownChord(cellOf("Cmaj7", 4).parts, "C major", way("concert"))).toMatchObject({ third: "", more: "maj7" });
});
