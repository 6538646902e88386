import { expect, test } from "vitest";
import { headingsOf, partsOf, wholeBars } from "./form";
import type { BarNotes } from "./piece";

const bar = (section: number, passing: number, number: number) => ({ section, passing, bar: number, place: null });

test("a section has its name over its first bar, and which time it is", () => {
  const sections = [
    { name: "Verse", bars: 2 },
    { name: "", bars: 1 },
  ];
  const bars = [bar(0, 0, 0), bar(0, 0, 1), bar(0, 1, 0), bar(1, 0, 0), bar(1, 1, 0), bar(0, 2, 0)];
  expect([...headingsOf({ bars, sections })]).toEqual([
    [0, "Verse"],
    [2, "Verse, 2nd time"],
    [3, ""],
    [4, "2nd time"],
    [5, "Verse, 3rd time"],
  ]);
});

test("times are counted as people count them", () => {
  const sections = [{ name: "A", bars: 1 }];
  const bars = Array.from({ length: 22 }, (_, passing) => bar(0, passing, 0));
  const words = [...headingsOf({ bars, sections }).values()];
  expect([words[3], words[10], words[20], words[21]]).toEqual([
    "A, 4th time",
    "A, 11th time",
    "A, 21st time",
    "A, 22nd time",
  ]);
});

test("a bar of 5/4 is told in two parts, and is there once both are", () => {
  const lines = { bar_lines: [0, 60, 120], part_lines: [0, 36, 60, 96, 120] };
  const [one, two, three] = [0, 36, 60].map((onset) => ({ bass: [[onset, 12, 36, 90]] }) satisfies BarNotes);
  const told = [one, two, three].filter((part) => part !== undefined);
  expect(wholeBars(told, lines).map(({ bass }) => bass)).toEqual([[...(one?.bass ?? []), ...(two?.bass ?? [])]]);
  expect(partsOf([1], lines)).toEqual([2, 3]);
  const short = { bar_lines: [0, 48], part_lines: [0, 48] };
  expect(wholeBars(told, short)).toBe(told);
});
