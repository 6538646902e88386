import { expect, test } from "vitest";
import { chordAt } from "../../tests/piece.fixture";
import { chordToneRatio, fitsOf, harmoniesOf, isInside, lastBegun } from "./harmony";
import golden from "./harmony.golden.json";
import type { BarNotes, Chord } from "./piece";

const CHORDS = golden.chart.chords as unknown as readonly Chord[];
const BARS = golden.bars as unknown as readonly BarNotes[];
const HARMONIES = harmoniesOf(CHORDS);

test("the figures are those that the package computes", () => {
  const fits = fitsOf(CHORDS, BARS);
  const found = HARMONIES.map(({ chord, onset }) => [String(onset), fits[chord]] as const);
  expect(found.length).toBe(Object.keys(golden.fits).length);
  for (const [onset, fit] of found) {
    const { inside, bassOnRoot } = golden.fits[onset as keyof typeof golden.fits];
    expect(fit?.bassOnRoot, onset).toBe(bassOnRoot);
    if (inside === null) expect(fit?.inside, onset).toBeNull();
    else expect(fit?.inside, onset).toBeCloseTo(inside, 12);
  }
  expect(chordToneRatio(fits)).toBeCloseTo(golden.chord_tone_ratio, 12);
});

test("no chord has no figures, and a piece without notes only empty ones", () => {
  const silent = CHORDS.findIndex(({ bass }) => bass === null);
  expect(fitsOf(CHORDS, BARS)[silent]).toBeNull();
  expect(chordToneRatio(fitsOf(CHORDS, []))).toBeNull();
  expect(fitsOf(CHORDS, [])[0]).toEqual({ inside: null, sounding: 0, bassOnRoot: null });
});

test("a note is inside where it belongs to its chord for half of its time", () => {
  const chords = harmoniesOf([chordAt("C", 0, 1, [0, 4, 7]), chordAt("G", 1, 1, [7, 11, 2])]);
  expect(isInside([0, 12, 60, 90], chords)).toBe(true);
  expect(isInside([0, 24, 60, 90], chords)).toBe(true);
  expect(isInside([0, 25, 60, 90], chords)).toBe(true); // what sounds after the last chord doesn't count
  expect(isInside([6, 18, 60, 90], chords)).toBe(false);
  expect(isInside([9, 15, 62, 90], chords)).toBe(true); // an anticipation
  expect(isInside([30, 12, 60, 90], chords)).toBeNull();
});

test("the last that has begun is found", () => {
  const spans = [{ onset: 0 }, { onset: 4 }, { onset: 6 }];
  expect([-1, 0, 3.9, 4, 5, 6, 100].map((time) => lastBegun(spans, time))).toEqual([-1, 0, 0, 1, 1, 2, 2]);
});
