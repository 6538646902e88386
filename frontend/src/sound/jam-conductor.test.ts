import { expect, test } from "vitest";
import { FakeSynth } from "../../tests/synth.fixture";
import { Playing } from "../music/feel";
import { ROLES, type Role } from "../music/piece";
import { BarLines } from "../music/time";
import type { JamBarView, JamChord } from "../wire";
import { CYCLE, GRACE, JamConductor, LEAD, SAFE, TOO_LATE } from "./jam-conductor";
import { JamKeys } from "./jam-keys";

const BEAT = 0.5; // seconds, at 120 beats a minute
const BAR = 4 * BEAT;
const HORIZON = 0.1;
const TICK = 0.01;
const EXACT = { drift: 0, stroke: 0, finger: 0, lag: 0, touch: 0 };
const FEEL = { swing: 50, straight: [], humanize: 0, seed: 0, ritardando: false };
const HANDS = Object.fromEntries(ROLES.map((role) => [role, EXACT])) as Record<Role, typeof EXACT>;
const TONES: Record<string, readonly number[]> = { C: [0, 4, 7], F: [5, 9, 0], G: [7, 11, 2] };
const ROOTS: Record<string, number> = { C: 48, F: 53, G: 55 };
const DRUM = 36;

interface Asked {
  readonly what: string; // "bar C", "bar" or "turn F 2"
  readonly at: number;
}

/** A band whose bass plays the root of the chord on each beat, whose piano holds it, and whose drums tick on each beat. */
class Stage {
  readonly synth = new FakeSynth();
  readonly keys = new JamKeys();
  readonly asked: Asked[] = [];
  readonly settled: string[] = [];
  failure: unknown = null;
  latency = 0.02;
  private coming: { at: number; answer: () => void }[] = [];
  private bar: JamBarView | null = null;
  readonly conductor: JamConductor;

  constructor() {
    const lines = new BarLines([0, 48], 48, ["4/4"]);
    this.conductor = new JamConductor({
      synth: this.synth,
      band: {
        bar: (chord) => this.answer(chord ? `bar ${nameOf(chord)}` : "bar", () => this.next(chord)),
        turn: (chord, beat) =>
          this.answer(`turn ${nameOf(chord)} ${beat}`, () => this.turned(nameOf(chord), beat)) as Promise<JamBarView>,
      },
      leader: this.keys,
      playing: new Playing(FEEL, HANDS, 120, lines, (CYCLE + 1) * 48),
      steps: 48,
      beats: 4,
      settled: ({ chords }) => this.settled.push(chords.map(({ step, name }) => `${name}@${step}`).join(" ")),
      failed: (error) => {
        this.failure = error;
      },
    });
  }

  private next(chord: JamChord | null): JamBarView {
    const name = chord ? nameOf(chord) : (this.bar?.chords.at(-1)?.name ?? "C");
    this.bar = barOf((this.bar?.number ?? -1) + 1, [[0, name]]);
    return this.bar;
  }

  private turned(name: string, beat: number): JamBarView {
    if (this.bar === null) throw new Error("no bar");
    const kept = this.bar.chords.filter(({ step }) => step < beat * 12).map((each) => [each.step, each.name] as const);
    this.bar = barOf(this.bar.number, [...kept, [beat * 12, name]]);
    return this.bar;
  }

  private answer(what: string, make: () => JamBarView): Promise<JamBarView> {
    this.asked.push({ what, at: this.synth.time });
    return new Promise((resolve, reject) => {
      const answer = () => {
        try {
          resolve(make());
        } catch (error) {
          reject(error);
        }
      };
      this.coming.push({ at: this.synth.time + this.latency, answer });
    });
  }

  /** Let time pass. */
  async go(until: number): Promise<void> {
    while (this.synth.time < until - TICK / 2) {
      this.synth.time = Math.round((this.synth.time + TICK) / TICK) * TICK;
      const here = this.coming.filter(({ at }) => at <= this.synth.time + 1e-9);
      this.coming = this.coming.filter((each) => !here.includes(each));
      for (const { answer } of here) answer();
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
      this.conductor.tick(HORIZON);
    }
  }

  /** Strike a chord at a time. */
  async strike(name: keyof typeof ROOTS, at: number): Promise<void> {
    await this.go(at);
    this.keys.tap(String(name), at);
  }

  /** When the first note began. */
  get begin(): number {
    return Math.min(...this.synth.onsets.map(([time]) => time));
  }

  /** What a player strikes, as [beat from the beginning, pitch]; what ends as it begins is not heard. */
  struck(role: Role, begin: number): [number, number][] {
    const all = this.synth.told;
    const isHeard = ({ pitch, time }: (typeof all)[number], place: number): boolean =>
      !all.slice(place).some((each) => !each.on && each.role === role && each.pitch === pitch && each.time <= time);
    const told = all.filter((each, place) => each.on && each.role === role && isHeard(each, place));
    return told.map(({ time, pitch }) => [Math.round(((time - begin) / BEAT) * 100) / 100, pitch]);
  }
}

const nameOf = ({ chord }: JamChord): string => chord ?? "";

function barOf(number: number, chords: readonly (readonly [number, string])[]): JamBarView {
  const at = (step: number): string => chords.findLast(([onset]) => onset <= step)?.[1] ?? "C";
  return {
    number,
    chords: chords.map(([step, name]) => ({ step, name, tones: [...(TONES[name] ?? [])] })),
    notes: {
      drums: [0, 12, 24, 36].map((step) => [step, 1, DRUM, 90] as const),
      bass: [0, 12, 24, 36].map((step) => [step, 12, ROOTS[at(step)] ?? 0, 90] as const),
      piano: chords.map(([step, name]) => [step, 96, 12 + (ROOTS[name] ?? 0), 90] as const),
    },
  };
}

const roots = (...names: readonly string[]): number[] => names.map((name) => ROOTS[name] ?? 0);
const pitches = (struck: readonly [number, number][]): number[] => struck.map(([, pitch]) => pitch);
const whole = (struck: readonly [number, number][]): number[] => struck.map(([beat]) => beat);

test("it waits for a chord, begins with it, and goes on with it, each beat in time", async () => {
  const stage = new Stage();
  await stage.go(1);
  expect(stage.asked).toEqual([]);
  expect(stage.conductor.place()).toBeNull();
  await stage.strike("F", 1);
  await stage.go(1 + 3 * BAR);
  expect(stage.begin).toBeCloseTo(1 + TICK + stage.latency + LEAD, 5);
  const bass = stage.struck("bass", stage.begin);
  expect(whole(bass)).toEqual(Array.from(bass, (_, beat) => beat));
  expect(new Set(pitches(bass))).toEqual(new Set(roots("F")));
  expect(stage.settled.slice(0, 3)).toEqual(["F@0", "F@0", "F@0"]);
  expect(stage.conductor.place()).toEqual({ bar: 2, beat: 3 });
});

test("the next bar is asked for as late as the answers of before allow", async () => {
  for (const latency of [0.02, 0.3]) {
    const stage = new Stage();
    stage.latency = latency;
    await stage.strike("C", 1);
    await stage.go(1 + 3 * BAR);
    const due = stage.begin + 2 * BAR - HORIZON - SAFE - (stage.conductor.slowest ?? 0);
    const asked = stage.asked[2]?.at ?? 0;
    expect(stage.conductor.slowest).toBeCloseTo(latency, 2);
    expect(asked).toBeGreaterThanOrEqual(due - 1e-6);
    expect(asked).toBeLessThan(due + 2 * TICK);
    expect(whole(stage.struck("drums", stage.begin))).toEqual(Array.from(stage.struck("drums", 0), (_, beat) => beat));
  }
});

test.each([
  ["before the bar line", BAR - 0.3, "bar F", ["C", "C", "C", "C", "F", "F", "F", "F"]],
  ["after the next bar was asked for", BAR - 0.05, "turn F 0", ["C", "C", "C", "C", "F", "F", "F", "F"]],
  ["within a bar", 1.5 * BEAT, "turn F 2", ["C", "C", "F", "F", "F", "F", "F", "F"]],
  ["too late for a beat", BEAT + GRACE + 0.03, "turn F 2", ["C", "C", "F", "F"]],
])("a chord that is struck %s leads from then on", async (_, after, what, led) => {
  const stage = new Stage();
  await stage.strike("C", 1);
  await stage.go(1.3);
  const { begin } = stage;
  await stage.strike("F", Math.round((begin + after) / TICK) * TICK);
  await stage.go(begin + 2.5 * BAR);
  expect(stage.asked.map((each) => each.what)).toContain(what);
  expect(pitches(stage.struck("bass", begin)).slice(0, led.length)).toEqual(roots(...led));
  expect(whole(stage.struck("drums", begin)).slice(0, 8)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test("a chord a moment after the beat counts for it: what began on other tones ends, and the right notes follow", async () => {
  const stage = new Stage();
  await stage.strike("C", 1);
  await stage.go(1.3);
  const { begin } = stage;
  await stage.strike("F", Math.round((begin + BEAT + 0.05) / TICK) * TICK);
  await stage.go(begin + BAR);
  expect(stage.asked.at(1)?.what).toBe("turn F 1");
  const now = begin + BEAT + 0.05 + stage.latency + 3 * TICK;
  const bass = stage.synth.told.filter(({ role }) => role === "bass");
  const [struck, after] = [bass.filter(({ on }) => on), bass.filter(({ on, pitch }) => !on && pitch === ROOTS.C)];
  expect(struck.slice(0, 3).map(({ pitch }) => pitch)).toEqual(roots("C", "C", "F"));
  expect(struck[2]?.time).toBeLessThan(now);
  expect(after[1]?.time).toBeLessThan(now);
  const sounding = stage.synth.sounding(begin + 1.5 * BEAT);
  expect(sounding).toContainEqual(["piano", 12 + (ROOTS.F ?? 0)]);
  expect(sounding).toContainEqual(["piano", 12 + (ROOTS.C ?? 0)]); // C is a tone of F: it rings on
});

test("what rings and does not belong to the next chord ends with it", async () => {
  const stage = new Stage();
  await stage.strike("C", 1);
  await stage.go(1.3);
  const { begin } = stage;
  await stage.strike("G", begin + BAR - 0.4);
  await stage.go(begin + BAR + 0.5);
  const held = 12 + (ROOTS.C ?? 0); // for two bars
  expect(stage.synth.sounding(begin + BAR - 0.05)).toContainEqual(["piano", held]);
  expect(stage.synth.sounding(begin + BAR + 0.01)).not.toContainEqual(["piano", held]);
});

test("a chord that is taken back before the beat leaves no trace", async () => {
  const stage = new Stage();
  await stage.strike("C", 1);
  await stage.go(1.3);
  const { begin } = stage;
  await stage.strike("F", begin + 1.3 * BEAT);
  await stage.strike("C", begin + 1.5 * BEAT);
  await stage.go(begin + BAR - 0.15);
  expect(pitches(stage.struck("bass", begin))).toEqual(roots("C", "C", "C", "C"));
});

test("where a bar is late the drums go on in time, and of the bar what is not too old is played", async () => {
  const stage = new Stage();
  await stage.strike("C", 1);
  await stage.go(1.3);
  const { begin } = stage;
  stage.latency = 0.9; // from the second bar on: it comes after its second beat
  await stage.go(begin + 2 * BAR);
  const drums = whole(stage.struck("drums", begin));
  expect(drums.slice(0, 8)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  const bass = whole(stage.struck("bass", begin));
  const [asked] = stage.asked.slice(1);
  const came = ((asked?.at ?? 0) + 0.9 - begin) / BEAT;
  const late = [4, 5, 6, 7].filter((beat) => beat >= came - TOO_LATE / BEAT);
  expect(bass.filter((beat) => beat >= 4 && beat < 8).map(Math.floor)).toEqual(late);
  expect(late.length).toBeLessThan(4);
  await stage.go(begin + 5 * BAR); // from now on they are asked for sooner
  expect(whole(stage.struck("bass", begin)).filter((beat) => beat >= 12 && beat < 20)).toHaveLength(8);
});

test("where whole bars are missed the next one begins with a bar of the drums", async () => {
  const stage = new Stage();
  await stage.strike("C", 1);
  await stage.go(1.3);
  const { begin } = stage;
  stage.latency = BAR + 0.5;
  await stage.go(begin + 3 * BAR);
  expect(whole(stage.struck("drums", begin)).slice(0, 12)).toEqual(Array.from({ length: 12 }, (_, beat) => beat));
  const later = whole(stage.struck("bass", begin)).filter((beat) => beat >= 4);
  expect(Math.min(...later)).toBeGreaterThanOrEqual(8);
});

test("every note ends, and stopping says how many bars began", async () => {
  const stage = new Stage();
  await stage.strike("C", 1);
  await stage.strike("F", 3.6);
  await stage.go(1.03 + 2.97 * BAR); // the fourth bar is there
  expect(stage.conductor.stop()).toBe(2);
  expect(stage.synth.sounding(99)).toEqual([]);
  const asked = stage.asked.length;
  await stage.go(12);
  expect(stage.asked).toHaveLength(asked);
});

test("a no ends it", async () => {
  const stage = new Stage();
  await stage.strike("C", 1);
  await stage.go(1.5);
  Object.assign(stage, {
    next: () => {
      throw new Error("gone");
    },
  });
  await stage.go(4);
  expect(stage.failure).toEqual(new Error("gone"));
});
