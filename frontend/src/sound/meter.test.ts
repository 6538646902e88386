import { expect, it } from "vitest";
import { levelOf } from "./meter";

const tone = (amplitude: number) => Float32Array.from({ length: 1024 }, (_, index) => amplitude * Math.sin(index / 5));

it("is nothing in silence, and full at full scale", () => {
  expect(levelOf(new Float32Array(1024))).toBe(0);
  expect(levelOf(tone(0.0001))).toBe(0);
  expect(levelOf(tone(1))).toBe(1);
});

it("rises in decibels: ten times softer is 20 of the 45 that it shows", () => {
  expect(levelOf(tone(0.3)) - levelOf(tone(0.03))).toBeCloseTo(20 / 45, 3);
});
