import { expect, it } from "vitest";
import { pitchClassOf, printedNote, printedQuality, spelledOn } from "./notes";

it("knows notes by their sound", () => {
  expect(pitchClassOf("C#")).toBe(pitchClassOf("Db"));
  expect(pitchClassOf("Cb")).toBe(11);
  expect(pitchClassOf("B##")).toBe(1);
  expect(pitchClassOf("H")).toBeNull();
});

it("spells a note on a letter", () => {
  expect(spelledOn(0, 0)).toBe("C");
  expect(spelledOn(6 + 1, 11)).toBe("Cb");
  expect(spelledOn(3, 10)).toBeNull();
});

it("prints signs", () => {
  expect(["Bb", "F#", "Ebb", "b7", "4"].map(printedNote)).toEqual(["B♭", "F♯", "E♭♭", "♭7", "4"]);
  expect(["m7-5", "7b9#11", "-7", "M7"].map(printedQuality)).toEqual(["m7♭5", "7♭9♯11", "-7", "M7"]);
  expect(["^7", "h7", "sus4"].map(printedQuality)).toEqual(["△7", "ø7", "sus4"]);
});
