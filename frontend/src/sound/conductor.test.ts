// @vitest-environment happy-dom

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { commonLines, OFFER, PIECE } from "../../tests/piece.fixture";
import { FakeSynth } from "../../tests/synth.fixture";
import type { Arrangement } from "../api";
import { type BarNotes, ROLES } from "../music/piece";
import { mixer, offer, setOptions, setStrip } from "../state/band";
import { addBar, openPiece, piece, take } from "../state/piece";
import { countIn, loop, playState, soundProblem, speed } from "../state/playback";
import { createPlayer } from "./conductor";
import { SoundError, type Synth } from "./synth";

let synth: FakeSynth;
let source: () => Promise<Synth>;
const player = createPlayer(() => source());

const arrangement = (id: string, change: Partial<Arrangement> = {}): Arrangement => ({
  ...PIECE,
  id,
  progression: "C:4|F:4|G:4|C:4",
  takes: 2,
  state: "composing",
  bars: 4,
  beats: 16,
  seconds: 8,
  progress: { bars: 0, of: 8 },
  ...change,
});
const chart = {
  progression: "",
  key: "C",
  bars: 4,
  bar_lines: commonLines(4),

  beats: 16,
  chords: [],
};
const bar = (number: number, pitch = 40): BarNotes => ({
  bass: [0, 24].map((step) => [number * 48 + step, 12, pitch + number, 90] as const),
});

/** Let the page's and the synthesizer's clock run. */
async function pass(seconds: number): Promise<void> {
  for (let index = 0; index < Math.round(seconds / 0.025); index += 1) {
    synth.time += 0.025;
    await vi.advanceTimersByTimeAsync(25);
  }
}

let pieces = 0;
function open(bars: number, change: Partial<Arrangement> = {}): void {
  pieces += 1;
  openPiece(arrangement(`piece ${pieces}`, change), chart);
  for (let number = 0; number < bars; number += 1) addBar(0, number, bar(number));
}

/** What was counted since the test began, each time it grew. */
const marks = (name: string) =>
  performance.getEntriesByName(`sideman:${name}`, "mark").map((mark) => (mark as PerformanceMark).detail);
const pitches = () => synth.onsets.map(([, pitch]) => pitch);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "setTimeout", "clearTimeout"] });
  performance.clearMarks();
  synth = new FakeSynth();
  source = async () => synth;
  open(4);
});
afterEach(() => {
  player.pause();
  loop.value = null;
  speed.value = 1;
  for (const role of ROLES) setStrip(role, { muted: false, solo: false, volume: 100, program: null });
  performance.clearMarks();
  performance.clearMeasures();
  vi.useRealTimers();
});

describe("lending the synthesizer", () => {
  it("stops what plays, and keeps the clock running until it is given back", async () => {
    await player.play();
    const ended = () => {};
    expect(await player.lend(ended)).toBe(synth);
    expect(playState.value).toBe("stopped");
    await player.strike("piano", 60, 90);
    await pass(20);
    expect(synth.running).toBe(true);
    player.takeBack(ended);
    await pass(20);
    expect(synth.running).toBe(false);
  });

  it("takes it from one who has it for another", async () => {
    const [first, second] = [vi.fn(), vi.fn()];
    await player.lend(first);
    await player.lend(second);
    expect([first.mock.calls.length, second.mock.calls.length]).toEqual([1, 0]);
    player.takeBack(first); // has it no more
    await pass(20);
    expect(synth.running).toBe(true);
    player.takeBack(second);
    await pass(20);
    expect(synth.running).toBe(false);
  });

  it("lends none where there is no sound", async () => {
    source = () => Promise.reject(new SoundError("no sound"));
    expect(await player.lend(() => {})).toBeNull();
    expect(soundProblem.value).toBe("no sound");
  });
});

describe("a note by itself", () => {
  it("sounds for a moment, and the clock rests again", async () => {
    await player.strike("bass", 41, 100);
    expect(synth.running).toBe(true);
    expect(synth.told.map(({ on, pitch, time }) => [on, pitch, time])).toEqual([
      [true, 41, 0],
      [false, 41, 0.3],
    ]);
    await pass(6);
    expect(synth.running).toBe(false);
    expect(playState.value).toBe("stopped");
  });

  it("is not heard late", async () => {
    const now = vi.spyOn(performance, "now").mockReturnValueOnce(0).mockReturnValue(1000);
    await player.strike("bass", 41, 100);
    now.mockRestore();
    expect(synth.told).toEqual([]);
  });
});

describe("play and pause", () => {
  it("play what is open, and end", async () => {
    await player.play();
    expect(playState.value).toBe("playing");
    expect(synth.running).toBe(true);
    await pass(4);
    expect(player.position()).toBeGreaterThan(90);
    await pass(5);
    expect(pitches()).toEqual([40, 40, 41, 41, 42, 42, 43, 43]);
    expect(playState.value).toBe("stopped");
    expect([marks("late"), marks("wait")]).toEqual([[], []]);
  });

  it("let the sound sleep some time after the end", async () => {
    await player.play();
    await pass(1);
    player.pause();
    expect(synth.running).toBe(true);
    await pass(6);
    expect(synth.running).toBe(false);
    await player.play();
    await pass(6);
    expect(synth.running).toBe(true);
  });

  it("hold a place", async () => {
    await player.play();
    await pass(1);
    player.pause();
    expect(playState.value).toBe("stopped");
    const place = player.position();
    await pass(1);
    expect(player.position()).toBe(place);
  });

  it("wait while the sound is loaded; a pause meanwhile holds", async () => {
    let loaded: (synth: Synth) => void = () => {};
    source = () => new Promise((resolve) => (loaded = resolve));
    const playing = player.play();
    expect(playState.value).toBe("waiting");
    player.pause();
    loaded(synth);
    await playing;
    await pass(1);
    expect(playState.value).toBe("stopped");
    expect(pitches()).toEqual([]);
  });

  it("say what is wrong instead of throwing, and try again", async () => {
    source = () => Promise.reject(new SoundError("No sound here. Go elsewhere."));
    await player.play();
    expect(soundProblem.value).toBe("No sound here. Go elsewhere.");
    expect(playState.value).toBe("stopped");
    source = async () => synth;
    await player.play();
    expect(soundProblem.value).toBeNull();
    expect(playState.value).toBe("playing");
  });

  it("have a sentence for what nobody foresaw", async () => {
    const error = vi.spyOn(console, "error").mockImplementation(() => {});
    source = () => Promise.reject(new TypeError("x is undefined"));
    await player.play();
    expect(soundProblem.value).toMatch(/Reload/);
    expect(error).toHaveBeenCalledOnce();
    error.mockRestore();
  });
});

describe("a piece that is still composed", () => {
  it("is waited for, and goes on by itself", async () => {
    open(1);
    await player.play();
    await pass(3);
    expect(playState.value).toBe("waiting");
    expect(marks("wait")).toEqual([1]);
    addBar(0, 1, bar(1));
    expect(playState.value).toBe("playing");
    await pass(1);
    expect(pitches()).toEqual([40, 40, 41, 41]);
  });

  it("ends where it was given up", async () => {
    open(2);
    await player.play();
    await pass(1);
    if (piece.value) piece.value = { ...piece.value, state: "failed" };
    await pass(4);
    expect(playState.value).toBe("stopped");
  });

  it("isn't over before its bars have come, where it was composed long ago", async () => {
    open(0, { state: "done" });
    await player.play();
    await pass(1);
    expect(playState.value).toBe("waiting");
    addBar(0, 0, bar(0));
    expect(pitches()).toEqual([40]);
  });
});

describe("the controls", () => {
  it("reach a synthesizer that comes later, and hold at once", async () => {
    setStrip("bass", { volume: 50, program: 38 });
    setStrip("drums", { muted: true });
    await player.play();
    expect(synth.volumes.get("bass")).toBe(50);
    expect(synth.programs.get("bass")).toBe(38);
    expect([...synth.silent]).toEqual(["drums"]);
    setStrip("piano", { solo: true });
    expect([...synth.silent].sort()).toEqual(["bass", "drums", "guitar", "melody", "strings"]);
    expect(mixer.piano.value.solo).toBe(true);
  });

  it("seat the players as the mix that is set has it, also for a synthesizer that comes later", async () => {
    offer.value = OFFER;
    setStrip("bass", { volume: 30 });
    await player.play();
    expect(synth.seats.get("bass")).toEqual([64, 40, 0]);
    const usual = synth.volumes.get("bass") ?? 0;
    setOptions({ mix: "rhythm" });
    expect(synth.seats.get("bass")).toEqual([30, 36, 70]);
    expect((synth.volumes.get("bass") ?? 0) / usual).toBeCloseTo(10 ** (-3 / 40), 1);
    setOptions({ mix: "studio" });
    offer.value = null;
  });

  it("change speed and take on the way", async () => {
    for (const number of [0, 1, 2, 3]) addBar(1, number, bar(number, 60));
    await player.play();
    await pass(1.5);
    take.value = 1;
    speed.value = 0.5;
    await pass(4);
    expect(pitches()).toEqual([40, 40, 61, 61]);
    expect(player.position()).toBeLessThan(48 * 2.2);
  });

  it("loop over bars, within the piece", async () => {
    loop.value = { from: 1, to: 99 };
    player.seek(3 * 48);
    await player.play();
    await pass(3);
    expect(pitches()).toEqual([43, 43, 41, 41]);
  });

  it("seek", async () => {
    player.seek(96);
    expect(player.position()).toBe(96);
    await player.play();
    await pass(0.7);
    expect(pitches()).toEqual([42]);
    player.seek(0);
    await pass(0.5);
    expect(pitches()).toEqual([42, 40]);
  });
});

describe("another piece", () => {
  it("stops what plays and begins at the start", async () => {
    await player.play();
    await pass(3);
    open(4);
    expect(playState.value).toBe("stopped");
    expect(player.position()).toBe(0);
  });

  it("keeps a loop over everything, and one over some bars of the same chords", () => {
    loop.value = { from: 0, to: 4 };
    open(4, { bars: 8 });
    expect(loop.value).toEqual({ from: 0, to: 8 });
    loop.value = { from: 2, to: 3 };
    open(4);
    expect(loop.value).toEqual({ from: 2, to: 3 });
    open(4, { progression: "D:16" });
    expect(loop.value).toBeNull();
  });
});

describe("what is measured", () => {
  const measures = () => performance.getEntriesByType("measure").map(({ name }) => name);

  it("is the time to the bar and to the sound, once a start", async () => {
    open(0);
    await player.play();
    await pass(0.5);
    expect(measures()).toEqual([]);
    addBar(0, 0, bar(0));
    expect(measures()).toEqual(["sideman:play-to-bar"]);
    await pass(2);
    expect(measures()).toEqual(["sideman:play-to-bar", "sideman:play-to-sound"]);
  });

  it("begins with the mark of the press, where there is a new one", async () => {
    performance.mark("sideman:pressed");
    const pressed = performance.getEntriesByName("sideman:pressed")[0]?.startTime;
    await player.play();
    expect(performance.getEntriesByName("sideman:play-to-bar")[0]?.startTime).toBe(pressed);
    player.pause();
    await player.play(); // the mark was of the press before
    expect(performance.getEntriesByName("sideman:play-to-bar")[1]?.startTime).toBeGreaterThan(pressed ?? 0);
  });
});

describe("another source", () => {
  it("takes over while it plays, and the first one rests", async () => {
    await player.play();
    await pass(1);
    const other = new FakeSynth();
    source = async () => other;
    await player.switchSource();
    expect(synth.running).toBe(false);
    expect(other.running).toBe(true);
    expect(playState.value).toBe("playing");
    expect(other.volumes.size).toBe(ROLES.length);
  });
});

it("counts a bar in where that is on, but not where a studio has started it", async () => {
  open(4, { state: "done" });
  countIn.value = true;
  await player.play();
  await pass(0.1);
  expect(synth.clicks.length).toBe(4);
  player.pause();
  player.seek(0);
  synth.clicks = [];
  await player.play(false);
  await pass(0.1);
  expect(synth.clicks).toEqual([]);
  player.pause();
  countIn.value = false;
});
