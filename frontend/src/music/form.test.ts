import { expect, test } from "vitest";
import { headingsOf } from "./form";

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
