import { expect, it } from "vitest";
import { noTaps, tap } from "./tap";

const tapped = (...times: number[]) => times.reduce(tap, noTaps).tempo;

it("needs two taps", () => {
  expect(tapped(1000)).toBeNull();
  expect(tapped(1000, 1500)).toBe(120);
});

it("averages uneven taps", () => {
  expect(tapped(0, 480, 1000, 1520, 2000)).toBe(120);
});

it("begins anew after a pause", () => {
  expect(tapped(0, 500, 1000, 9000, 10000)).toBe(60);
});

it("forgets early taps, so that a drifting beat is followed", () => {
  expect(tapped(0, 2000, ...Array.from({ length: 8 }, (_, beat) => 3000 + 500 * beat))).toBe(120);
});
