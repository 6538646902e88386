import { describe, expect, it } from "vitest";
import { commonBars } from "../../tests/piece.fixture";
import { BarLines } from "../music/time";
import { barAndBeat, barLine, clock, spokenBar } from "./places";

const FOUR = commonBars(4);
const ODD = new BarLines([0, 36, 72, 102]); // 3/4, 3/4 and 5/8

describe("places", () => {
  it("count the beats of each bar", () => {
    expect([35, 36, 84, 96, 101].map((step) => barAndBeat(step, ODD))).toEqual(["1.3", "2.1", "3.2", "3.3", "3.3"]);
    expect([barLine(40, 1, ODD), barLine(44, -1, ODD), barLine(46, -1, ODD)]).toEqual([72, 0, 36]);
  });

  it.each([
    [0, "1.1"],
    [11.9, "1.1"],
    [12, "1.2"],
    [47, "1.4"],
    [48, "2.1"],
  ])("calls step %d %s", (step, said) => expect(barAndBeat(step, FOUR)).toBe(said));

  it("speaks of bars, and of the end as in the last one", () => {
    expect(spokenBar(100, commonBars(16))).toBe("bar 3 of 16");
    expect(spokenBar(16 * 48, commonBars(16))).toBe("bar 16 of 16");
  });

  it.each([
    [0, "0:00"],
    [9.99, "0:09"],
    [64, "1:04"],
    [11 * (60 / 22), "0:30"], // a quotient, short of 30 by its rounding
    [3600, "60:00"],
  ])("writes %d seconds as %s", (seconds, written) => expect(clock(seconds)).toBe(written));

  it.each([
    [0, -1, 0],
    [2, -1, 0], // barely begun: the bar before, where there is one
    [50, -1, 0],
    [90, -1, 48],
    [96, -1, 48],
    [0, 1, 48],
    [47, 1, 48],
    [150, 1, 150], // in the last bar there is no next one
  ] as const)("leads from step %d by %d to %d, of four bars", (from, direction, to) =>
    expect(barLine(from, direction, FOUR)).toBe(to),
  );
});
