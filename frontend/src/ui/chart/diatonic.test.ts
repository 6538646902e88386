import { describe, expect, it } from "vitest";
import { fittingChords } from "./diatonic";

const names = (key: string) => fittingChords(key).map(({ root, quality }) => root + quality);

describe("the chords of a key", () => {
  it("are spelled in it", () => {
    expect(names("C major")).toEqual(["C", "Dm", "Em", "F", "G", "Am", "Bdim"]);
    expect(names("Eb major")).toEqual(["Eb", "Fm", "Gm", "Ab", "Bb", "Cm", "Ddim"]);
    expect(names("F# major")).toEqual(["F#", "G#m", "A#m", "B", "C#", "D#m", "E#dim"]);
    expect(names("A minor")).toEqual(["Am", "Bdim", "C", "Dm", "Em", "E", "F", "G"]);
    expect(names("G# minor")).toEqual(["G#m", "A#dim", "B", "C#m", "D#m", "D#", "E", "F#"]);
  });

  it("are none where there is not a key", () => {
    expect(fittingChords("H major")).toEqual([]);
    expect(fittingChords("C dorian")).toEqual([]);
    expect(fittingChords("")).toEqual([]);
  });
});
