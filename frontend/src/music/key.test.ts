import { expect, it } from "vitest";
import { chartOf, chordAt } from "../../tests/piece.fixture";
import { isKey, isSameKey, keyOf, movedKey, nearest, shiftBetween } from "./key";

const C = chartOf(chordAt("C", 0, 4, [0, 4, 7]), chordAt("Am", 4, 4, [9, 0, 4]));
const D = chartOf(chordAt("D", 0, 4, [2, 6, 9]), chordAt("Bm", 4, 4, [11, 2, 6]));

it("finds by how much chords are moved", () => {
  expect(shiftBetween(C, C)).toBe(0);
  expect(shiftBetween(C, D)).toBe(2);
  expect(shiftBetween(D, C)).toBe(10);
});

it("finds none between other chords, or the same at other times", () => {
  expect(shiftBetween(C, chartOf(chordAt("D", 0, 4, [2, 6, 9]), chordAt("Am", 4, 4, [9, 0, 4])))).toBeNull();
  expect(shiftBetween(C, chartOf(chordAt("C", 0, 2, [0, 4, 7]), chordAt("Am", 2, 6, [9, 0, 4])))).toBeNull();
  expect(shiftBetween(C, chartOf(chordAt("Cm", 0, 4, [0, 3, 7]), chordAt("Am", 4, 4, [9, 0, 4])))).toBeNull();
  expect(shiftBetween(C, chartOf(chordAt("C", 0, 8, [0, 4, 7])))).toBeNull();
});

it("passes over silence", () => {
  const rest = (name: string, pitch: number) => chartOf(chordAt("N.C.", 0, 4), chordAt(name, 4, 4, [pitch, pitch + 4]));
  expect(shiftBetween(rest("C", 0), rest("E", 4))).toBe(4);
  expect(shiftBetween(chartOf(chordAt("N.C.", 0, 4)), chartOf(chordAt("N.C.", 0, 4)))).toBe(0);
});

it("takes the direction that is nearer to what it was", () => {
  expect([nearest(7, 6), nearest(7, 0), nearest(0, 11), nearest(11, 0), nearest(11, 10), nearest(1, -11)]).toEqual([
    7, -5, 0, -1, 11, -11,
  ]);
});

it("moves a key by its name, and leaves one as it is spelled that isn't moved", () => {
  expect([movedKey("Gb major", 2), movedKey("B minor", 2), movedKey("D major", -1)]).toEqual([
    "Ab major",
    "C# minor",
    "Db major",
  ]);
  expect([movedKey("Gb major", 0), movedKey("Gb major", 12)]).toEqual(["Gb major", "Gb major"]);
});

it("knows a key by its name, and the same in another spelling", () => {
  expect(["Gb major", "C## minor", "H major", "Gb", "G dorian"].map(isKey)).toEqual([true, true, false, false, false]);
  expect(isSameKey("Gb major", "F# major")).toBe(true);
  expect(isSameKey("Gb major", "F# minor")).toBe(false);
});

it("spells the key of chords as the first chord on its tonic, with at most seven signs", () => {
  const inKey = (key: string, ...names: string[]) =>
    keyOf({ ...chartOf(...names.map((name, at) => chordAt(name, 4 * at, 4))), key });
  expect(inKey("F# major", "Db", "Gb", "F#")).toBe("Gb major");
  expect(inKey("F# major", "B")).toBe("F# major");
  expect(inKey("G# minor", "Abm")).toBe("Ab minor");
  expect(inKey("C# minor", "Dbm")).toBe("C# minor");
});
