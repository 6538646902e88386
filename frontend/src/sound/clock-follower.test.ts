import { expect, it } from "vitest";
import type { PlayState } from "../state/playback";
import { ClockFollower, type Led, LOST } from "./clock-follower";

const CLOCK = 0xf8;
const START = 0xfa;
const CONTINUE = 0xfb;
const STOP = 0xfc;
const position = (sixteenth: number) => [0xf2, sixteenth & 127, sixteenth >> 7];
const SENT = 300; // ms that the page has sent ahead: another tempo is heard after that
const LATE = 45; // ms after which it sounds

/** The page: goes at the tempo that it was told a while ago. */
class Page implements Led {
  playState: PlayState = "stopped";
  place = 0; // quarters
  tempo = 100;
  isLoop = false;
  readonly seeks: number[] = [];
  readonly told: (readonly [time: number, tempo: number])[] = [];
  time = 0;
  private begun = 0;
  private readonly coming: (readonly [time: number, tempo: number])[] = [];

  state = () => this.playState;
  position = () => this.place;
  isLooping = () => this.isLoop;
  play(): void {
    this.playState = "playing";
    this.begun = this.time + LATE;
    for (const [, tempo] of this.coming.splice(0)) this.tempo = tempo;
  }
  pause(): void {
    this.playState = "stopped";
  }
  seek(quarters: number): void {
    this.place = quarters;
    this.seeks.push(quarters);
  }
  lead(tempo: number): void {
    this.told.push([this.time, tempo]);
    if (this.playState === "playing") this.coming.push([this.time + SENT, tempo]);
    else this.tempo = tempo;
  }
  /** Go on to a time. */
  run(to: number): void {
    for (; this.time < to; this.time += 1) {
      for (; (this.coming[0]?.[0] ?? Number.POSITIVE_INFINITY) <= this.time; )
        this.tempo = this.coming.shift()?.[1] ?? 0;
      if (this.playState === "playing" && this.time >= this.begun) this.place += this.tempo / 60_000;
      if (this.isLoop && this.place >= 8) this.place -= 8;
    }
  }
}

/** A studio: ticks that come early or late, as far as is told. */
class Studio {
  readonly page = new Page();
  readonly follower = new ClockFollower(this.page, () => this.page.time);
  place = 0; // quarters since the start
  private next = 1_000; // ms of the next tick, exactly
  private state = 7;

  constructor(private readonly jitter = 0) {}

  /** Even between 0 and 1, always the same. */
  private random(): number {
    this.state = (this.state * 1_103_515_245 + 12_345) % 2 ** 31;
    return this.state / 2 ** 31;
  }

  /** About normal, in milliseconds. */
  private stray(): number {
    return this.jitter * (this.random() + this.random() + this.random() + this.random() - 2) * Math.sqrt(3);
  }

  /** So many ticks at a tempo. `heard` is told how far the page is off, in milliseconds. */
  ticks(count: number, tempo: number, heard: (off: number) => void = () => {}): void {
    for (let tick = 0; tick < count; tick += 1) {
      const time = Math.max(this.next + this.stray(), this.page.time);
      this.page.run(Math.round(time));
      heard(((this.place + (this.page.time - this.next) * (tempo / 60_000) - this.page.place) * 60_000) / tempo);
      this.follower.receive([CLOCK], time);
      this.next += 60_000 / tempo / 24;
      this.place += 1 / 24;
    }
  }

  say(...message: readonly number[]): void {
    this.follower.receive([...message], this.page.time);
  }

  start(): void {
    this.say(START);
    this.place = 0;
  }
}

it("starts at the beginning, at the clock's tempo, and catches up with it", () => {
  const studio = new Studio();
  studio.ticks(48, 120);
  studio.page.place = 5;
  studio.start();
  expect(studio.page.playState).toBe("playing");
  expect(studio.page.seeks).toEqual([0]);
  expect(studio.page.tempo).toBeCloseTo(120, 1);
  studio.ticks(24 * 16, 120);
  const off: number[] = [];
  studio.ticks(24 * 4, 120, (each) => off.push(Math.abs(each)));
  expect(Math.max(...off)).toBeLessThan(8);
  expect(studio.page.seeks).toEqual([0]); // nothing was jumped over
});

it.each([60, 93.7, 174])("plays a jittering clock of %d evenly, and is never off by much in five minutes", (tempo) => {
  const studio = new Studio(3);
  studio.ticks(48, tempo);
  studio.start();
  studio.ticks(24 * 20, tempo);
  const before = studio.page.told.length;
  const off: number[] = [];
  studio.ticks(24 * tempo * 5, tempo, (each) => off.push(each));
  const tempi = studio.page.told.slice(before).map(([, told]) => told / tempo);
  expect(Math.max(...tempi.map((told) => Math.abs(told - 1)))).toBeLessThan(0.012);
  expect(Math.max(...off.map(Math.abs))).toBeLessThan(25); // what a tick strays is in it
  const late = off.slice(-24 * 16);
  expect(Math.abs(late.reduce((sum, each) => sum + each, 0) / late.length)).toBeLessThan(5);
});

it.each([
  [120, 132],
  [120, 126],
  [140, 90],
  [100, 101],
])("follows the clock from %d to %d", (from, to) => {
  const studio = new Studio(2);
  studio.ticks(48, from);
  studio.start();
  studio.ticks(24 * 8, from);
  studio.ticks(24 * 16, to);
  const told = studio.page.told.at(-1)?.[1] ?? 0;
  expect(Math.abs(told / to - 1)).toBeLessThan(0.015);
  const off: number[] = [];
  studio.ticks(24 * 8, to, (each) => off.push(Math.abs(each)));
  expect(Math.max(...off)).toBeLessThan(25);
});

it("goes where the studio goes, also while it plays, and on from where it stopped", () => {
  const studio = new Studio();
  studio.ticks(48, 120);
  studio.say(...position(130));
  expect(studio.page.seeks).toEqual([32.5]);
  studio.say(CONTINUE);
  expect(studio.page.playState).toBe("playing");
  expect(studio.page.place).toBe(32.5);
  studio.ticks(36, 120);
  studio.say(STOP);
  expect(studio.page.playState).toBe("stopped");
  studio.ticks(24, 120); // many send it while they stand, too
  studio.say(CONTINUE);
  expect(studio.page.place).toBeCloseTo(34, 6);
  studio.ticks(24, 120);
  studio.say(...position(0));
  expect(studio.page.place).toBe(0);
});

it("begins with the first tick of a clock that stands still before", () => {
  const studio = new Studio();
  studio.start();
  expect(studio.page.playState).toBe("stopped");
  studio.ticks(1, 120);
  expect(studio.page.playState).toBe("playing");
  studio.ticks(24 * 12, 120);
  const off: number[] = [];
  studio.ticks(24, 120, (each) => off.push(Math.abs(each)));
  expect(Math.max(...off)).toBeLessThan(25);
});

it("jumps where it is far off, as after a wait", () => {
  const studio = new Studio();
  studio.ticks(48, 120);
  studio.start();
  studio.ticks(48, 120);
  studio.page.place -= 1.5;
  studio.ticks(24, 120);
  expect(studio.page.seeks).toHaveLength(2);
  expect(studio.page.seeks[1]).toBeCloseTo(2, 0);
});

it("lets the page go round its loop, in time", () => {
  const studio = new Studio(1);
  studio.page.isLoop = true;
  studio.ticks(48, 120);
  studio.start();
  studio.ticks(24 * 40, 120);
  expect(studio.page.seeks).toEqual([0]);
  const fraction = (place: number) => place - Math.round(place);
  studio.ticks(1, 120, () => expect(Math.abs(fraction(studio.page.place))).toBeLessThan(0.05));
});

it("stops once where the clock is gone, and leaves alone who plays without it", () => {
  const studio = new Studio();
  studio.ticks(48, 120);
  studio.page.play();
  studio.page.run(5_000);
  expect(studio.follower.isLost()).toBe(false);
  studio.start();
  studio.ticks(24, 120);
  expect(studio.follower.isLost()).toBe(false);
  studio.page.run(studio.page.time + LOST + 1);
  expect([studio.follower.tempo, studio.follower.isLost(), studio.follower.isLost()]).toEqual([null, true, false]);
  expect(studio.page.playState).toBe("stopped");
});

it("keeps within what the band can play", () => {
  const studio = new Studio();
  studio.ticks(48, 500);
  studio.start();
  expect(studio.page.tempo).toBe(400);
});
