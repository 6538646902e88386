import { expect, it } from "vitest";
import { voicingOf } from "./voicing";

it("strikes the bass low and the tones close together above it", () => {
  expect(voicingOf({ pitch_classes: [0, 4, 7], bass: 4 })).toEqual([52, 55, 60, 64]);
  expect(voicingOf({ pitch_classes: [7, 11, 2, 5], bass: 7 })).toEqual([43, 55, 59, 62, 65]);
});

it("strikes nothing where there is not a chord", () => {
  expect(voicingOf({ pitch_classes: [], bass: null })).toEqual([]);
});
