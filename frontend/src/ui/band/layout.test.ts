import { expect, test } from "vitest";
import { commonBars, section } from "../../../tests/piece.fixture";
import type { BarNotes } from "../../music/piece";
import { BarLines } from "../../music/time";
import { arrangementOf, headingsOf, inkOf, rowOf, scaleOf, spanOf } from "./layout";

test("heads stand beside their cells where there is room, above them on a phone", () => {
  expect([850, 720, 366, 296].map(arrangementOf)).toEqual(["line", "two", "stacked", "stacked"]);
});

test("bars share the width, unless the shortest became too narrow", () => {
  expect(scaleOf(commonBars(4), 480, 30) * 48).toBe(120);
  expect(scaleOf(commonBars(64), 480, 30) * 48).toBe(30);
  expect(scaleOf(new BarLines([0, 48, 60]), 30, 30) * 12).toBe(30);
  expect(scaleOf(new BarLines([]), 480, 30)).toBe(0);
});

test("sections stand over the bars that they are played in; those without a name take their time", () => {
  const sections = [
    section("", [0]),
    section("Verse", [0, 1]),
    section("Chorus", [2, 3, 2, 3]),
    section("Verse", [0, 1]),
  ];
  expect(headingsOf(sections)).toEqual([
    { name: "Verse", from: 1, to: 3 },
    { name: "Chorus", from: 3, to: 7 },
    { name: "Verse", from: 7, to: 9 },
  ]);
});

test("a note that lasts over a bar line lies in both bars, as far as they are there", () => {
  const bars: BarNotes[] = [{ strings: [[36, 72, 60, 90]] }, { strings: [[60, 12, 62, 90]] }];
  const ink = inkOf(bars, "strings", commonBars(4));
  expect(ink).toEqual([
    [[36, 48, 60]],
    [
      [0, 48, 60],
      [12, 24, 62],
    ],
  ]);
  expect(inkOf(bars, "piano", commonBars(4))).toEqual([[], []]);
});

test("a row spans whole octaves, two at least, so that most bars that come leave it as it is", () => {
  const span = (...pitches: number[]) =>
    spanOf([{ piano: pitches.map((pitch) => [0, 12, pitch, 90] as const) }], "piano");
  expect(span(50, 58)).toEqual({ high: 71, rows: 24, sounds: null });
  expect(span(50, 59)).toEqual(span(50, 58));
  expect(span(36, 71)).toEqual({ high: 71, rows: 36, sounds: null });
  expect(rowOf(span(36, 71), 71)).toBe(0);
  expect(rowOf(span(36, 71), 36)).toBe(35);
  expect(spanOf([], "piano").rows).toBe(24);
});

test("drums have a row for each sound, the lowest below", () => {
  const span = spanOf(
    [
      {
        drums: [
          [0, 1, 36, 90],
          [0, 1, 42, 90],
        ],
      },
      { drums: [[48, 1, 38, 90]] },
    ],
    "drums",
  );
  expect([42, 38, 36].map((pitch) => rowOf(span, pitch))).toEqual([0, 1, 2]);
  expect(spanOf([], "drums").rows).toBe(1);
});
