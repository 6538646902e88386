import { describe, expect, it } from "vitest";
import { fittingChords, nameOf, partsOf, pitchClassOf } from "./diatonic";

const names = (key: string) => fittingChords(key).map(({ root, quality }) => root + quality);

describe("the chords of a key", () => {
  it("are spelled in it", () => {
    expect(names("C major")).toEqual(["C", "Dm", "Em", "F", "G", "Am", "Bdim"]);
    expect(names("Eb major")).toEqual(["Eb", "Fm", "Gm", "Ab", "Bb", "Cm", "Ddim"]);
    expect(names("F# major")).toEqual(["F#", "G#m", "A#m", "B", "C#", "D#m", "E#dim"]);
    expect(names("A minor")).toEqual(["Am", "Bdim", "C", "Dm", "Em", "E", "F", "G"]);
    expect(names("G# minor")).toEqual(["G#m", "A#dim", "B", "C#m", "D#m", "D#", "E", "F#"]);
  });

  it("are none of what is no key", () => {
    expect(fittingChords("H major")).toEqual([]);
    expect(fittingChords("C dorian")).toEqual([]);
    expect(fittingChords("")).toEqual([]);
  });
});

describe("a name", () => {
  const qualities = ["", "m", "7", "m7", "m7-5", "7-5", "7(9)", "6"];

  it("is taken apart and put together", () => {
    for (const name of ["C", "Bbm7-5", "F#7-5", "Abm", "C6/E", "Am/G", "Ebb7(9)/Db"]) {
      const parts = partsOf(name, qualities);
      expect(parts && nameOf(parts)).toBe(name);
    }
    expect(partsOf("Bbm7-5/Ab", qualities)).toEqual({ root: "Bb", quality: "m7-5", bass: "Ab" });
  });

  it("is left whole where the palette has no such quality", () => {
    expect(partsOf("C7b9", qualities)).toBeNull();
    expect(partsOf("N.C.", qualities)).toBeNull();
    expect(partsOf("", qualities)).toBeNull();
  });

  it("has no slash where the bass is the root", () => {
    expect(nameOf({ root: "C", quality: "m", bass: "C" })).toBe("Cm");
  });
});

it("knows notes by their sound", () => {
  expect(pitchClassOf("C#")).toBe(pitchClassOf("Db"));
  expect(pitchClassOf("Cb")).toBe(11);
  expect(pitchClassOf("B##")).toBe(1);
  expect(pitchClassOf("H")).toBeNull();
});
