import { describe, expect, it } from "vitest";
import bars from "./bars.golden.json";
import { BarLines, STEPS_PER_BEAT, TimeMap } from "./time";
import maps from "./time.golden.json";

it("counts steps as the package does", () => {
  expect(STEPS_PER_BEAT).toBe(bars.stepsPerBeat);
});

describe("bar lines", () => {
  it.each(Object.entries(bars.bars))("are those of the package: %s", (_, { lines, bars: found, onsets }) => {
    const known = new BarLines(lines);
    expect(known.count).toBe(lines.length - 1);
    expect(known.end).toBe(lines.at(-1));
    expect(onsets.map((_, bar) => known.onset(bar))).toEqual(onsets);
    expect(bars.steps.map((step) => known.barAt(step))).toEqual(found);
  });

  it("have beats, the last of which may be short", () => {
    const lines = new BarLines([0, 48, 90]);
    expect([lines.beats(0), lines.beats(1)]).toEqual([
      [0, 12, 24, 36],
      [48, 60, 72, 84],
    ]);
    expect([lines.length(0), lines.length(1), lines.length(2), lines.shortest]).toEqual([48, 42, 42, 42]);
  });

  it("go on where there are none yet", () => {
    const none = new BarLines([], 36);
    expect([none.count, none.end, none.onset(2), none.barAt(35.5), none.barAt(36)]).toEqual([0, 0, 72, 0, 1]);
  });
});

describe("a time map", () => {
  it.each(maps)("is that of the package: $tempo, $swing, $changes.length changes", (given) => {
    const map = new TimeMap(given.tempo, given.swing, given.changes);
    for (const [step = 0, second = 0] of given.seconds) {
      expect(map.seconds(step), `${step}`).toBeCloseTo(second, 9);
      expect(map.step(second), `${step}`).toBeCloseTo(step, 6);
    }
  });

  it("is straight unless told otherwise", () => {
    expect(new TimeMap(120).seconds(18)).toBe(0.75);
  });
});

describe("swing", () => {
  it("counts beats from bar lines, and leaves metres alone that count eighths", () => {
    const lines = new BarLines([0, 42, 90], 48, ["7/8", "4/4"]);
    const time = new TimeMap(60, 2 / 3, [], lines);
    expect([6, 42, 48, 54].map((step) => Math.round(time.seconds(step) * 12e6) / 1e6)).toEqual([6, 42, 50, 54]);
    expect(time.step(50 / 12)).toBeCloseTo(48);
  });
});
