import { expect, it } from "vitest";
import { quartersAt, stepAt } from "./quarters";
import { BarLines } from "./time";

const LINES = new BarLines([0, 48, 72, 96, 144], undefined, ["4/4", "6/8", "6/8", "4/4"]);

it.each([
  [0, 0],
  [12, 1],
  [48, 4],
  [56, 5], // a quarter of 6/8 has eight steps
  [72, 7],
  [96, 10],
  [102, 10.5],
  [144, 14],
  [150, 14.5], // past the end
])("step %d lies behind %d quarters", (step, quarters) => {
  expect(quartersAt(LINES, step)).toBeCloseTo(quarters, 9);
  expect(stepAt(LINES, quarters)).toBeCloseTo(step, 9);
});
