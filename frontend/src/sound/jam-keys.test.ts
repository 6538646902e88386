import { describe, expect, test } from "vitest";
import { JamKeys, SETTLED, TOGETHER } from "./jam-keys";

/** Keys that were struck, each at its time. */
function struck(...strokes: readonly (readonly [pitch: number, time: number])[]): JamKeys {
  const keys = new JamKeys();
  for (const [pitch, time] of strokes) keys.press(pitch, time);
  return keys;
}

describe("chords of keys", () => {
  test("nothing leads before the first key", () => {
    expect(new JamKeys().led(1)).toBeNull();
  });

  test("what is struck within a moment is one chord, whole a moment after its last key", () => {
    const keys = struck([64, 1], [60, 1.01], [67, 1.02]);
    expect(keys.led(1.03)).toEqual({ chord: { pitches: [60, 64, 67] }, time: 1.02 });
    expect(keys.wholeAt()).toBeCloseTo(1.02 + SETTLED);
  });

  test("one need not hold it", () => {
    const keys = struck([60, 1], [64, 1], [67, 1]);
    for (const pitch of [60, 64, 67]) keys.release(pitch, 1.05);
    expect(keys.touched).toBe(1.05);
    expect(keys.led(9)?.chord).toEqual({ pitches: [60, 64, 67] });
  });

  test("the next chord forgets what was let go, and keeps what is held", () => {
    const keys = struck([60, 1], [64, 1], [67, 1]);
    keys.release(64, 1.5);
    keys.press(63, 1.6);
    expect(keys.led(2)).toEqual({ chord: { pitches: [60, 63, 67] }, time: 1.6 });
  });

  test("what stays held leads where it has three tones or more", () => {
    const keys = struck([60, 1], [64, 1], [67, 1], [70, 1]);
    keys.release(70, 2);
    expect(keys.led(2 + TOGETHER / 2)?.chord).toEqual({ pitches: [60, 64, 67, 70] });
    expect(keys.led(2 + TOGETHER)).toEqual({ chord: { pitches: [60, 64, 67] }, time: 2 + TOGETHER });
    keys.release(67, 3);
    expect(keys.led(4)?.chord).toEqual({ pitches: [60, 64, 67] });
  });

  test("a key that was not struck here is let go unnoticed", () => {
    const keys = struck([60, 1]);
    keys.release(70, 1.01);
    expect(keys.wholeAt()).toBeCloseTo(1 + SETTLED);
  });

  test("a chord that is tapped is whole at once, until keys are struck", () => {
    const keys = struck([60, 1]);
    keys.tap("Dm7", 2);
    expect(keys.led(2)).toEqual({ chord: { chord: "Dm7" }, time: 2 });
    expect(keys.wholeAt()).toBeLessThan(2);
    expect(keys.touched).toBe(2);
    keys.press(62, 3);
    expect(keys.led(3)?.chord).toEqual({ pitches: [60, 62] });
  });
});
