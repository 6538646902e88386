import { expect, test } from "vitest";
import { commonBars } from "../../../tests/piece.fixture";
import type { BarNotes } from "../../music/piece";
import { BarLines } from "../../music/time";
import {
  barsBetween,
  boxOf,
  extentOf,
  numberEvery,
  rowsOf,
  scaleOf,
  WIDEST_BAR,
  yOfDrum,
  yOfPitch,
  zoomBy,
} from "./geometry";

const BARS: readonly BarNotes[] = [
  { bass: [[0, 48, 28, 90]], drums: [[0, 1, 42, 90]] },
  { piano: [[48, 96, 84, 90]], drums: [[48, 1, 36, 90]] },
];

const LONG = commonBars(100);

test("an extent holds all pitches with a margin, and the drums apart from them", () => {
  expect(extentOf(BARS)).toEqual({ low: 26, high: 86, drums: [36, 42], longest: 96 });
});

test("an extent is never so small that one note fills the height", () => {
  const { low, high } = extentOf([{ piano: [[0, 12, 60, 90]] }]);
  expect(high - low + 1).toBe(36);
  expect(low).toBeLessThan(60);
  expect(high).toBeGreaterThan(60);
  expect(extentOf([])).toMatchObject({ drums: [], longest: 0 });
});

test("rows share the height: pitches above, drums below, nothing outside", () => {
  const rows = rowsOf(extentOf(BARS), 300);
  expect(yOfPitch(rows, 86)).toBe(0);
  expect(yOfPitch(rows, 26) + rows.row).toBeLessThan(rows.lane);
  expect(yOfDrum(rows, 42)).toBeCloseTo(rows.lane);
  expect(yOfDrum(rows, 36) + rows.drumRow).toBeCloseTo(300);
});

test("without drums the pitches have the whole height", () => {
  const rows = rowsOf(extentOf([{ bass: [[0, 48, 28, 90]] }]), 300);
  expect(yOfPitch(rows, rows.extent.low) + rows.row).toBeCloseTo(300);
});

test("many drum sounds leave the pitches more than half of the height", () => {
  const bar: BarNotes = { drums: Array.from({ length: 30 }, (_, at) => [0, 1, 35 + at, 90] as const) };
  expect(rowsOf(extentOf([bar]), 216).lane).toBeGreaterThan(108);
});

test("a note's box begins at its onset and ends before the next one's", () => {
  const rows = rowsOf(extentOf(BARS), 300);
  const box = boxOf([12, 12, 60, 90], "piano", rows, 2);
  expect(box.x).toBe(24);
  expect(box.x + box.width).toBeLessThan(48);
  expect(boxOf([12, 12, 60, 90], "piano", rows, 0.01).width).toBeGreaterThanOrEqual(2);
  expect(boxOf([12, 48, 42, 90], "drums", rows, 20).width).toBeLessThan(10); // a hit has no length
});

test("the scale shows all of a short piece and readable bars of a long one", () => {
  expect(scaleOf("auto", commonBars(4), 960) * 48).toBeCloseTo(240);
  expect(scaleOf("auto", LONG, 960) * 48).toBeCloseTo(104);
  expect(scaleOf("fit", LONG, 960) * 48).toBeCloseTo(9.6);
  expect(scaleOf(200 / 48, LONG, 960) * 48).toBeCloseTo(200);
  expect(scaleOf("auto", new BarLines([0, 24, 72]), 10) * 24).toBeCloseTo(104); // the shortest bar can be read
});

test("zooming out ends at the whole piece, zooming in at the widest bar", () => {
  const scale = scaleOf("auto", LONG, 960);
  expect(zoomBy(0.001, scale, LONG, 960)).toBe("fit");
  expect(zoomBy(1000, scale, LONG, 960)).toBe(WIDEST_BAR / 48);
  expect(zoomBy(2, scale, LONG, 960)).toBeCloseTo(208 / 48);
});

test("numbers stand no closer than they have room", () => {
  expect(numberEvery(2, LONG, 34)).toBe(1);
  expect(numberEvery(10 / 48, LONG, 34)).toBe(4);
});

test("a drag over the ruler takes whole bars, in either direction and never outside the piece", () => {
  expect(barsBetween(110, 290, 100 / 48, commonBars(8))).toEqual({ from: 1, to: 3 });
  expect(barsBetween(290, 110, 100 / 48, commonBars(8))).toEqual({ from: 1, to: 3 });
  expect(barsBetween(80, 80, 1, new BarLines([0, 36, 72, 120]))).toEqual({ from: 2, to: 3 });
  expect(barsBetween(-50, 5000, 100 / 48, commonBars(8))).toEqual({ from: 0, to: 8 });
});
