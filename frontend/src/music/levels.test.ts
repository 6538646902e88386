import { expect, it } from "vitest";
import { level, loudness } from "./levels";
import golden from "./levels.golden.json";
import type { Note } from "./piece";

it.each(golden)("hears $role with program $program as the package does", (known) => {
  const notes = known.notes as unknown as Note[];
  expect(loudness(known, notes, known.secondsPerStep)).toBeCloseTo(known.lufs, 6);
  expect(level(known, notes, known.secondsPerStep, known.target)).toBeCloseTo(known.level, 6);
});

it("leaves who doesn't play, or can't be heard, as they are", () => {
  const instrument = { loudness: [-300], growth: [0] };
  expect(level(instrument, [], 0.04, -30)).toBe(100);
  expect(level({ loudness: [-1200], growth: [0] }, [[0, 12, 60, 1]], 0.04, -30)).toBe(100);
});
