import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Clicks } from "./clicks";

class Tone {
  onended: () => void = () => {};
  started: number | null = null;
  stopped: number | null = null;
  readonly connect = vi.fn();
  constructor(
    readonly context: unknown,
    readonly options: { frequency: number },
  ) {
    tones.push(this);
  }
  start(time: number): void {
    this.started = time;
  }
  stop(time = 0): void {
    this.stopped = time;
  }
}

class Gain {
  readonly gain = { setValueAtTime: vi.fn(), exponentialRampToValueAtTime: vi.fn() };
  readonly connect = vi.fn();
  readonly disconnect = vi.fn();
}

let tones: Tone[] = [];

beforeEach(() => {
  tones = [];
  vi.stubGlobal("OscillatorNode", Tone);
  vi.stubGlobal("GainNode", Gain);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it("sound at their time, on one higher, and end by themselves", () => {
  const clicks = new Clicks({} as AudioContext);
  clicks.click(true, 2);
  clicks.click(false, 2.5);
  expect(tones.map(({ started }) => started)).toEqual([2, 2.5]);
  const [strong, weak] = tones.map(({ options }) => options.frequency);
  expect(strong).toBeGreaterThan(weak ?? 0);
  for (const { started, stopped } of tones) expect(stopped).toBeGreaterThan(started ?? 0);
});

it("are taken back, but for those that have ended", () => {
  const clicks = new Clicks({} as AudioContext);
  clicks.click(true, 2);
  clicks.click(false, 2.5);
  tones[0]?.onended();
  clicks.stop();
  expect(tones.map(({ stopped }) => stopped === 0)).toEqual([false, true]);
});
