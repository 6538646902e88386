import { expect, test } from "vitest";
import { commonBars } from "../../../tests/piece.fixture";
import type { BarNotes } from "../../music/piece";
import { inkOf, spanOf } from "./layout";
import { type CellBrush, CellPainter, type CellScene } from "./paint-cells";

const LINES = commonBars(4);

/** A context that remembers the boxes it filled. */
class Recorder {
  fillStyle = "";
  readonly boxes: number[][] = [];
  readonly cleared: number[][] = [];
  setTransform = (): void => {};
  clearRect = (...box: number[]): void => void this.cleared.push(box);
  fillRect = (...box: number[]): void => void this.boxes.push(box);
}

function scene(bars: readonly BarNotes[], change: Partial<CellScene> = {}): CellScene {
  const frame = { lines: LINES, first: 0, last: 4, scale: 1, height: 32, ratio: 1, colour: "blue" };
  return { ink: inkOf(bars, "piano", LINES), span: spanOf(bars, "piano"), ...frame, ...change };
}

function paint(painter: CellPainter, what: CellScene): { readonly bars: readonly number[]; readonly brush: Recorder } {
  const brush = new Recorder();
  return { bars: painter.paint(brush as unknown as CellBrush, what), brush };
}

const BARS: readonly BarNotes[] = [{ piano: [[0, 12, 60, 90]] }, { piano: [[60, 6, 62, 90]] }];

test("the first time all bars are drawn, each note where it sounds", () => {
  const { bars, brush } = paint(new CellPainter(), scene(BARS));
  expect(bars).toEqual([0, 1, 2, 3]);
  expect(brush.boxes.map(([x, , width]) => [x, width])).toEqual([
    [0, 11.5],
    [60, 5.5],
  ]);
  expect(brush.boxes[0]?.[1]).toBeGreaterThan(brush.boxes[1]?.[1] ?? 0); // the lower pitch stands lower
});

test("then only bars whose notes have changed", () => {
  const painter = new CellPainter();
  paint(painter, scene(BARS));
  expect(paint(painter, scene(BARS.map((bar) => ({ ...bar })))).bars).toEqual([]);
  const more = paint(painter, scene([...BARS, { piano: [[96, 12, 64, 90]] }]));
  expect(more.bars).toEqual([2]);
  expect(more.brush.cleared).toEqual([[96, 0, 48, 32]]);
  expect(
    paint(painter, scene([{ piano: [[0, 60, 60, 90]] }, ...BARS.slice(1), { piano: [[96, 12, 64, 90]] }])).bars,
  ).toEqual([0, 1]);
});

test.each([
  ["the width", { scale: 2 }],
  ["the height", { height: 40 }],
  ["the colours", { colour: "light blue" }],
  ["the screen", { ratio: 2 }],
])("%s changes all bars", (_, change) => {
  const painter = new CellPainter();
  paint(painter, scene(BARS));
  expect(paint(painter, scene(BARS, change)).bars).toEqual([0, 1, 2, 3]);
});

test("a canvas in the middle of the piece begins with its own first bar", () => {
  const { brush, bars } = paint(new CellPainter(), scene(BARS, { first: 1, last: 3 }));
  expect(bars).toEqual([1, 2]);
  expect(brush.boxes.map(([x]) => x)).toEqual([12]);
});
