import { beforeEach, describe, expect, it } from "vitest";
import { commonBars, playingAt } from "../../tests/piece.fixture";
import { FakeSynth } from "../../tests/synth.fixture";
import type { BarNotes, Note } from "../music/piece";
import { BarLines } from "../music/time";
import type { Loop } from "../state/playback";
import { LEAD, type Score, Transport } from "./transport";

const TICK = 0.025; // seconds
const HORIZON = 0.2;
const TEMPO = 120; // a beat is half a second, a bar two
const BAR = 2; // seconds
const BEAT = 12; // steps
const STEPS_PER_BAR = 4 * BEAT;

/** Four quarter notes on the piano, whose pitch says where they are: bar * 4 + beat. */
function quarters(bar: number, duration = BEAT): BarNotes {
  const piano = [0, 1, 2, 3].map((beat): Note => [bar * STEPS_PER_BAR + beat * BEAT, duration, bar * 4 + beat, 90]);
  return { piano };
}

class Stage {
  readonly synth = new FakeSynth();
  bars: readonly BarNotes[];
  playing = playingAt(TEMPO);
  lines: BarLines;
  loop: Loop | null = null;
  rounds = Number.POSITIVE_INFINITY;
  metronome = false;
  readonly transport: Transport;

  constructor(
    bars: readonly BarNotes[],
    readonly length = bars.length,
  ) {
    this.bars = bars;
    this.lines = commonBars(length);
    this.transport = new Transport(this.synth, (): Score => this);
  }

  /** Let the clock run until a time, ticking as a page does. */
  until(time: number, tick = TICK, horizon = HORIZON): this {
    while (this.synth.time < time - 1e-9) {
      this.synth.time = Math.min(this.synth.time + tick, time);
      this.transport.tick(horizon);
    }
    return this;
  }

  play(horizon = HORIZON, countsIn = false): this {
    this.transport.play(countsIn);
    this.transport.tick(horizon);
    return this;
  }

  get pitches(): number[] {
    return this.synth.onsets.map(([, pitch]) => pitch);
  }

  /** When each note begins, after the first start, in beats rounded to thousandths. */
  get beats(): number[] {
    return this.synth.onsets.map(([time]) => Math.round((time - LEAD) * 2 * 1000) / 1000);
  }
}

const piece = (bars: number, duration?: number) => Array.from({ length: bars }, (_, bar) => quarters(bar, duration));
const range = (length: number, from = 0) => Array.from({ length }, (_, index) => from + index);

describe("a piece that is there", () => {
  it("is played once, each note at its time, and ends", () => {
    const stage = new Stage(piece(2)).play().until(LEAD + 2 * BAR + 0.5);
    expect(stage.pitches).toEqual(range(8));
    expect(stage.beats).toEqual(range(8));
    expect(stage.transport.state).toBe("stopped");
    expect(stage.transport.position()).toBe(0);
    expect(stage.transport.late).toBe(0);
    expect(stage.transport.waits).toBe(0);
  });

  it("ends every note in its time", () => {
    const stage = new Stage(piece(1, 6)).play().until(3);
    const ends = stage.synth.told.filter(({ on }) => !on).map(({ time }) => time - LEAD);
    expect(ends).toHaveLength(4);
    for (const [index, end] of ends.entries()) expect(end).toBeCloseTo(index * 0.5 + 0.25, 9);
  });

  it("cuts notes at its end, so that nothing rings on", () => {
    const stage = new Stage([{ strings: [[0, 1000, 60, 80]] }]).play().until(BAR + 1);
    expect(stage.synth.told.at(-1)).toMatchObject({ on: false, time: BAR + LEAD });
    expect(stage.synth.sounding(10)).toEqual([]);
  });

  it("keeps to its time whatever the ticks", () => {
    for (const tick of [0.001, 0.013, 0.19]) {
      const stage = new Stage(piece(4)).play().until(9, tick);
      expect(stage.beats).toEqual(range(16));
      expect(stage.transport.late).toBe(0);
    }
  });

  it("sends no more than it was asked to, ahead", () => {
    const stage = new Stage(piece(4)).play().until(1);
    expect(Math.max(...stage.synth.onsets.map(([time]) => time))).toBeLessThan(1 + HORIZON);
  });

  it("plays with long horizons where ticks are rare", () => {
    const stage = new Stage(piece(4)).play(1.6).until(9, 1, 1.6);
    expect(stage.beats).toEqual(range(16));
    expect(stage.transport.late).toBe(0);
  });

  it("knows when its first note sounds", () => {
    const stage = new Stage([{ bass: [[24, 6, 40, 90]] }]);
    stage.play();
    expect(stage.transport.firstNote).toBeNull();
    stage.until(1);
    expect(stage.transport.firstNote).toBeCloseTo(LEAD + 1, 9);
  });
});

describe("one key", () => {
  it("is released before it is pressed again", () => {
    const stage = new Stage([
      {
        piano: [
          [0, 48, 60, 90],
          [12, 12, 60, 90],
        ],
      },
    ]).play();
    stage.until(2.5);
    expect(stage.synth.told.map(({ on }) => on)).toEqual([true, false, true, false]);
    expect(stage.synth.told[1]?.time).toBeCloseTo(0.5 + LEAD, 9);
    expect(stage.synth.told[3]?.time).toBeCloseTo(1 + LEAD, 9);
  });

  it("pressed twice at once sounds as long as the longer note", () => {
    const notes: Note[] = [
      [0, 6, 60, 90],
      [0, 24, 60, 90],
    ];
    const stage = new Stage([{ piano: notes }]).play().until(2);
    expect(stage.synth.told.map(({ on }) => on)).toEqual([true, false]);
    expect(stage.synth.told[1]?.time).toBeCloseTo(1 + LEAD, 9);
  });

  it("of two roles is two keys", () => {
    const stage = new Stage([{ piano: [[0, 12, 60, 90]], guitar: [[0, 12, 60, 90]] }]).play().until(2);
    expect(stage.synth.onsets).toHaveLength(2);
  });
});

describe("the position", () => {
  it("follows the clock, with fractions", () => {
    const stage = new Stage(piece(4)).play().until(LEAD + 1.234);
    expect(stage.transport.position()).toBeCloseTo(1.234 * 24, 6);
  });

  it("is what is heard, not what is sent", () => {
    const stage = new Stage(piece(4));
    stage.synth.latency = 0.1;
    stage.play().until(LEAD + 1);
    expect(stage.transport.position()).toBeCloseTo(0.9 * 24, 6);
  });

  it("doesn't run ahead of the first note", () => {
    const stage = new Stage(piece(4));
    stage.transport.seek(96);
    stage.play();
    expect(stage.transport.position()).toBe(96);
  });
});

describe("pause", () => {
  it("ends what sounds, takes back what is to come, and goes on from there", () => {
    const stage = new Stage(piece(2, 48)).play().until(LEAD + 1.1);
    stage.transport.pause();
    expect(stage.transport.position()).toBeCloseTo(1.1 * 24, 6);
    expect(stage.synth.sounding(stage.synth.time)).toEqual([]);
    stage.until(5);
    expect(stage.pitches).toEqual([0, 1, 2]);
    stage.play().until(10);
    expect(stage.pitches).toEqual(range(8));
    expect(stage.synth.onsets[3]?.[0]).toBeCloseTo(5 + LEAD + 0.4, 9);
  });
});

describe("seek", () => {
  it("goes elsewhere at once, and ends what rings", () => {
    const stage = new Stage(piece(4, 96)).play().until(LEAD + 1.1);
    stage.transport.seek(3 * STEPS_PER_BAR);
    expect(stage.transport.position()).toBe(3 * STEPS_PER_BAR);
    expect(stage.synth.sounding(stage.synth.time)).toEqual([]);
    stage.until(5);
    expect(stage.pitches).toEqual([0, 1, 2, 12, 13, 14, 15]);
    expect(stage.synth.onsets[3]?.[0]).toBeCloseTo(LEAD + 1.1 + LEAD, 9);
  });

  it("makes no note late, however often it comes", () => {
    const stage = new Stage(piece(4)).play();
    for (let index = 1; index <= 50; index += 1) {
      stage.until(index * 0.0377);
      stage.transport.seek((index % 3) * STEPS_PER_BAR);
      stage.transport.tick(HORIZON);
    }
    expect(stage.transport.late).toBe(0);
  });

  it("stays within the piece", () => {
    const stage = new Stage(piece(2));
    stage.transport.seek(-5);
    expect(stage.transport.position()).toBe(0);
    stage.transport.seek(1e6);
    expect(stage.transport.position()).toBe(96);
    stage.play(); // from the end: from the start
    expect(stage.pitches).toEqual([0]);
  });

  it("waits for a synthesizer that can't take notes yet", () => {
    const stage = new Stage(piece(2));
    stage.synth.recovery = 0.3;
    stage.play();
    stage.until(1);
    expect(stage.synth.onsets[0]?.[0]).toBeCloseTo(0.3, 9);
  });
});

describe("a loop that is another one each time", () => {
  it("has the tempo and the notes of each pass from its first beat on", () => {
    const stage = new Stage(piece(1));
    const paces = [playingAt(TEMPO), playingAt(2 * TEMPO)];
    const bars = [piece(1), [{ piano: [[0, 48, 100, 90]] }] as BarNotes[]];
    const score = (pass: number): Score => ({
      bars: bars[pass % 2] ?? [],
      playing: paces[pass % 2] ?? playingAt(TEMPO),
      length: 1,
      lines: stage.lines,
      loop: { from: 0, to: 1 },
      rounds: Number.POSITIVE_INFINITY,
      metronome: false,
    });
    const transport = new Transport(stage.synth, score);
    transport.play();
    const passes: number[] = [];
    while (stage.synth.time < LEAD + 8) {
      transport.tick(HORIZON);
      stage.synth.time += TICK;
      if (passes.at(-1) !== transport.heardPass()) passes.push(transport.heardPass());
    }
    const told = stage.synth.onsets.map(([time, pitch]) => [Math.round((time - LEAD) * 100) / 100, pitch]);
    expect(told.slice(0, 9)).toEqual([
      ...[0, 0.5, 1, 1.5].map((time, beat) => [time, beat]),
      [2, 100], // a bar of one second
      ...[3, 3.5, 4, 4.5].map((time, beat) => [time, beat]),
    ]);
    expect(passes).toEqual([0, 1, 2, 3, 4, 5]);
    transport.pause();
    expect(transport.heardPass()).toBe(0);
  });
});

describe("a loop", () => {
  it("goes round as often as is wished, and stands at its beginning then", () => {
    const stage = new Stage(piece(3));
    stage.loop = { from: 1, to: 2 };
    stage.rounds = 3;
    stage.transport.seek(STEPS_PER_BAR);
    stage.play().until(LEAD + 3 * BAR + 0.5);
    expect(stage.pitches).toEqual([...range(4, 4), ...range(4, 4), ...range(4, 4)]);
    expect(stage.transport.state).toBe("stopped");
    expect(stage.transport.position()).toBe(STEPS_PER_BAR);
    expect(stage.transport.waits).toBe(0);
    stage.play().until(stage.synth.time + 3 * BAR + 0.5);
    expect(stage.pitches).toHaveLength(24);
  });

  let stage: Stage;
  beforeEach(() => {
    stage = new Stage(piece(4, 30));
    stage.loop = { from: 1, to: 3 };
  });

  it("plays its bars again and again, in time", () => {
    stage.transport.seek(STEPS_PER_BAR);
    stage.play().until(LEAD + 5 * BAR - HORIZON);
    expect(stage.pitches).toEqual([...range(8, 4), ...range(8, 4), ...range(4, 4)]);
    expect(stage.beats).toEqual(range(20));
  });

  it("cuts what straddles its end", () => {
    stage.transport.seek(STEPS_PER_BAR);
    stage.play().until(LEAD + 2 * BAR + 0.1);
    expect(stage.synth.sounding(LEAD + 2 * BAR + 0.1)).toEqual([["piano", 4]]);
  });

  it("tells where it is, round and round", () => {
    stage.transport.seek(STEPS_PER_BAR);
    stage.play().until(LEAD + 2 * BAR - 0.1); // the first note of the next round is sent
    expect(stage.transport.position()).toBeCloseTo(3 * STEPS_PER_BAR - 2.4, 6);
    stage.until(LEAD + 4 * BAR + 0.25);
    expect(stage.transport.position()).toBeCloseTo(STEPS_PER_BAR + 6, 6);
  });

  it("is reached from before, and returned to from behind", () => {
    stage.play().until(LEAD + 4 * BAR - HORIZON);
    expect(stage.pitches).toEqual([...range(12), ...range(4, 4)]);
    stage.transport.seek(3 * STEPS_PER_BAR + 5);
    stage.transport.tick(HORIZON);
    expect(stage.transport.position()).toBe(STEPS_PER_BAR);
  });

  it("ends when it is taken away", () => {
    stage.transport.seek(2 * STEPS_PER_BAR);
    stage.play().until(LEAD + 1);
    stage.loop = null;
    stage.until(6);
    expect(stage.pitches).toEqual(range(8, 8));
    expect(stage.transport.state).toBe("stopped");
  });

  it("is played even where ticks are rarer than rounds", () => {
    stage.loop = { from: 1, to: 2 };
    stage.transport.seek(STEPS_PER_BAR);
    stage.play(5).until(LEAD + 10 * BAR, 4, 5);
    expect(stage.beats.slice(0, 40)).toEqual(range(40));
    expect(stage.transport.late).toBe(0);
  });
});

describe("other bars and other times", () => {
  it("are played bar by bar, however long each is", () => {
    const stage = new Stage([
      { piano: [[0, 12, 60, 90]] },
      { piano: [[36, 12, 62, 90]] },
      { piano: [[60, 24, 64, 90]] },
    ]);
    stage.lines = new BarLines([0, 36, 60, 84]);
    stage.loop = { from: 1, to: 3 };
    stage.transport.seek(36);
    stage.play().until(LEAD + 4.5);
    expect(stage.pitches).toEqual([62, 64, 62, 64, 62]);
    expect(stage.beats).toEqual([0, 2, 4, 6, 8]);
    expect(stage.transport.position()).toBeCloseTo(36 + 12, 6);
  });

  it("swing: what stands between beats comes later, what stands on them doesn't", () => {
    const stage = new Stage([{ piano: [0, 6, 12, 18].map((step): Note => [step, 3, 60 + step, 90]) }]);
    stage.playing = playingAt(TEMPO, { swing: 67 });
    stage.play().until(LEAD + 0.75);
    expect(stage.beats).toEqual([0, 0.667, 1, 1.667]);
    expect(stage.transport.position()).toBeCloseTo(16.5, 6); // 1.5 beats: three quarters of the second beat's first half
    expect(stage.transport.late).toBe(0);
  });
});

describe("hands", () => {
  const eighths: BarNotes = { piano: [0, 6, 12, 18].map((step): Note => [step, 6, 60, 90]) };
  const hands = { drift: 0, stroke: 8, finger: 8, lag: 20, touch: 5 };

  it("strike off the grid, and let go before they strike again", () => {
    const stage = new Stage([eighths]);
    stage.playing = playingAt(TEMPO, { humanize: 1 }, { piano: hands });
    stage.play().until(LEAD + BAR + 1);
    const wanted = [0, 6, 12, 18].map((step) => stage.playing.place("piano", 60, step) / 24 + LEAD);
    stage.synth.onsets.forEach(([time], index) => {
      expect(time).toBeCloseTo(wanted[index] ?? 0, 9);
    });
    let sounds = false;
    for (const { on } of stage.synth.told.toSorted(
      (one, other) => one.time - other.time || Number(one.on) - Number(other.on),
    )) {
      expect(on).toBe(!sounds);
      sounds = on;
    }
    expect(sounds).toBe(false);
    expect(stage.transport.late).toBe(0);
  });

  it("play straight where the others swing", () => {
    const stage = new Stage([{ piano: [[6, 3, 60, 90]], bass: [[6, 3, 40, 90]] }]);
    stage.playing = playingAt(TEMPO, { swing: 67, straight: ["bass"] });
    stage.play().until(LEAD + 1);
    expect(stage.synth.onsets.map(([time, pitch]) => [Math.round((time - LEAD) * 1000), pitch])).toEqual([
      [333, 60],
      [250, 40],
    ]);
  });

  it("swing as soon as that is wished", () => {
    const stage = new Stage(piece(2).map((bar) => ({ ...bar, guitar: [] })));
    stage.bars = [0, 1].map((bar) => ({
      piano: [0, 6, 12, 18, 24, 30, 36, 42].map((step): Note => [bar * 48 + step, 3, 60, 90]),
    }));
    stage.play().until(LEAD + 1 - HORIZON);
    stage.playing = playingAt(TEMPO, { swing: 67 });
    stage.until(LEAD + 2 * BAR);
    expect(stage.beats.slice(0, 8)).toEqual([0, 0.5, 1, 1.5, 2, 2.667, 3, 3.667]);
  });
});

describe("another tempo", () => {
  it("holds from what isn't sent yet, without a gap", () => {
    const stage = new Stage(piece(4)).play().until(LEAD + 1 - HORIZON);
    stage.playing = playingAt(60);
    stage.until(10);
    expect(stage.beats.slice(0, 6)).toEqual([0, 1, 2, 4, 6, 8]);
    expect(stage.pitches).toEqual(range(stage.pitches.length));
  });

  it("moves the position on at the new rate", () => {
    const stage = new Stage(piece(4)).play().until(LEAD + 1 - HORIZON);
    stage.playing = playingAt(240);
    stage.until(LEAD + 1.5);
    expect(stage.transport.position()).toBeCloseTo(24 + 0.5 * 48, 6);
  });

  it("moves the end of notes that ring", () => {
    const stage = new Stage([{ piano: [[0, 48, 60, 90]] }]).play().until(LEAD + 1 - HORIZON);
    stage.playing = playingAt(60);
    stage.until(5);
    expect(stage.synth.told.at(-1)?.time).toBeCloseTo(LEAD + 1 + 2, 9);
  });
});

describe("bars that are still composed", () => {
  it("are waited for, once, and then played whole", () => {
    const stage = new Stage(piece(1), 3).play().until(LEAD + BAR - 0.05);
    expect(stage.transport.state).toBe("playing");
    stage.until(4);
    expect(stage.transport.state).toBe("waiting");
    expect(stage.transport.position()).toBe(STEPS_PER_BAR);
    stage.bars = piece(3);
    stage.until(10);
    expect(stage.pitches).toEqual(range(12));
    expect(stage.synth.onsets[4]?.[0]).toBeCloseTo(4 + TICK + LEAD, 9);
    expect(stage.transport.waits).toBe(1);
    expect(stage.transport.late).toBe(0);
  });

  it("aren't waited for where they come in time", () => {
    const stage = new Stage(piece(1), 4).play();
    for (const bars of [2, 3, 4]) {
      stage.until(LEAD + (bars - 1) * BAR - 0.03);
      stage.bars = piece(bars);
    }
    stage.until(10);
    expect(stage.beats).toEqual(range(16));
    expect(stage.transport.waits).toBe(0);
    expect(stage.transport.late).toBe(0);
  });

  it("that come a moment late are a wait, not late notes", () => {
    const stage = new Stage(piece(1), 2).play().until(LEAD + BAR - 0.001);
    stage.bars = piece(2);
    stage.until(5);
    expect(stage.pitches).toEqual(range(8));
    expect(stage.transport.waits).toBe(1);
    expect(stage.transport.late).toBe(0);
  });

  it("are waited for at the start without counting that", () => {
    const stage = new Stage([], 2).play();
    expect(stage.transport.state).toBe("waiting");
    stage.until(1);
    expect(stage.transport.state).toBe("waiting");
    stage.bars = piece(1);
    stage.until(2);
    expect(stage.transport.state).toBe("playing");
    expect(stage.pitches).toEqual([0, 1, 2]);
    expect(stage.transport.waits).toBe(0);
  });

  it("let what rings end in its time meanwhile", () => {
    const stage = new Stage([{ strings: [[36, 24, 60, 80]] }], 2).play().until(5);
    expect(stage.synth.told.at(-1)).toMatchObject({ on: false });
    expect(stage.synth.told.at(-1)?.time).toBeCloseTo(LEAD + 2.5, 9);
  });

  it("that will never come end the piece", () => {
    const stage = new Stage(piece(2), 2).play().until(6);
    expect(stage.transport.state).toBe("stopped");
  });

  it("are waited for after a seek", () => {
    const stage = new Stage(piece(1), 4).play().until(0.5);
    stage.transport.seek(3 * STEPS_PER_BAR);
    expect(stage.transport.state).toBe("waiting");
    stage.bars = piece(4);
    stage.until(4);
    expect(stage.pitches).toEqual([0, 12, 13, 14, 15]);
  });
});

describe("a page that hangs", () => {
  it("plays on from where it was, skips nothing, and says so", () => {
    const stage = new Stage(piece(3)).play().until(LEAD + 0.9);
    stage.synth.time = LEAD + 2.1; // nothing happened for longer than the horizon
    stage.transport.tick(HORIZON);
    stage.until(9);
    expect(stage.pitches).toEqual(range(12));
    expect(stage.transport.late).toBe(2); // those due at 1.5 and 2.0
    expect(stage.transport.waits).toBe(0);
    const times = stage.synth.onsets.map(([time]) => time);
    for (let index = 3; index < times.length; index += 1) {
      expect((times[index] as number) - (times[index - 1] as number)).toBeGreaterThanOrEqual(0.5 - 1e-9);
    }
  });
});

describe("another take", () => {
  it("goes on at the same place, without the notes of the first", () => {
    const stage = new Stage(piece(4, 96)).play().until(LEAD + 1.1);
    const sent = stage.pitches;
    stage.bars = piece(4).map(({ piano = [] }) => ({
      piano: piano.map(([onset, duration, pitch]): Note => [onset, duration, pitch + 50, 90]),
    }));
    stage.transport.changeBars();
    stage.until(LEAD + 2.2);
    expect(stage.pitches).toEqual([...sent, 53, 54]);
    expect(stage.beats).toEqual(range(5));
    expect(stage.synth.sounding(stage.synth.time)).toEqual([["piano", 54]]);
  });
});

describe("another synthesizer", () => {
  it("takes over where the first one is", () => {
    const stage = new Stage(piece(4)).play().until(LEAD + 1.1);
    const next = new FakeSynth();
    next.time = 100;
    stage.transport.connect(next);
    stage.transport.tick(HORIZON);
    expect(stage.synth.sounding(stage.synth.time)).toEqual([]);
    expect(stage.transport.position()).toBeCloseTo(1.1 * 24, 6);
    for (next.time of [100.15, 100.3]) stage.transport.tick(HORIZON);
    expect(next.onsets[0]?.[0]).toBeCloseTo(100 + LEAD + 0.4, 9);
    expect(next.onsets[0]?.[1]).toBe(3);
  });

  it("may come while nothing plays", () => {
    const stage = new Stage(piece(4));
    stage.transport.seek(48);
    const next = new FakeSynth();
    stage.transport.connect(next);
    expect(stage.transport.position()).toBe(48);
    stage.play();
    expect(next.onsets).toHaveLength(1);
  });
});

describe("clicks", () => {
  /** A bar of 3/4, one of 5/4 and one of 7/8, played by nobody. */
  const lines = new BarLines([0, 36, 96, 138], undefined, ["3/4", "5/4", "7/8"]);
  const silent = () => {
    const stage = new Stage([{}, {}, {}]);
    stage.lines = lines;
    return stage;
  };
  const inBeats = ([time, isStrong]: [number, boolean]) => [Math.round((time - LEAD) * 2000) / 1000, isStrong];

  it("are off unless they are asked for", () => {
    expect(silent().play().until(8).synth.clicks).toEqual([]);
  });

  it("tell the beats of each metre, and where its bars begin", () => {
    const stage = silent();
    stage.metronome = true;
    stage.play().until(8);
    const strong = [0, 3, 8];
    expect(stage.synth.clicks.map(inBeats)).toEqual(range(12).map((beat) => [beat, strong.includes(beat)]));
  });

  it.each([0.001, 0.013, 0.19])("come once each, whatever the ticks: %d", (tick) => {
    const stage = silent();
    stage.metronome = true;
    stage.play().until(8, tick);
    expect(stage.synth.clicks).toHaveLength(12);
  });

  it("go on through a loop", () => {
    const stage = silent();
    stage.metronome = true;
    stage.loop = { from: 0, to: 1 };
    stage.play().until(LEAD + 4.4);
    const beats = stage.synth.clicks.map(inBeats).filter(([beat]) => Number(beat) < 9);
    expect(beats).toEqual(range(9).map((beat) => [beat, beat % 3 === 0]));
  });

  it("count a bar of the metre in, before the first note", () => {
    const stage = new Stage(piece(2));
    stage.lines = new BarLines([0, 36, 72], undefined, ["3/4"]);
    stage.play(HORIZON, true);
    expect(stage.synth.clicks.map(inBeats)).toEqual([
      [0, true],
      [1, false],
      [2, false],
    ]);
    stage.until(LEAD + 1.4);
    expect(stage.transport.position()).toBe(0);
    stage.until(LEAD + 1.75);
    expect(stage.beats[0]).toBe(3);
    expect(stage.transport.position()).toBeCloseTo(6, 5);
    expect(stage.transport.late).toBe(0);
  });

  it("lead to the place within a bar from which it is played", () => {
    const stage = silent();
    stage.transport.seek(12);
    stage.play(HORIZON, true);
    const beats = stage.synth.clicks.map(inBeats).sort(([one], [other]) => Number(one) - Number(other));
    expect(beats).toEqual([
      [0, false],
      [1, false],
      [2, true],
    ]);
  });

  it("are taken back by a pause", () => {
    const stage = silent();
    stage.play(HORIZON, true).until(0.1);
    stage.transport.pause();
    expect(stage.synth.clicks).toHaveLength(1);
    expect(stage.transport.position()).toBe(0);
  });
});

describe("the clock of who plays along", () => {
  const steps = (clocks: readonly number[]): number[] =>
    clocks.slice(1).map((clock, number) => clock - (clocks[number] ?? 0));

  it.each([playingAt(TEMPO), playingAt(TEMPO, { swing: 67 })])(
    "beats evenly 24 times a quarter, also where it swings",
    (playing) => {
      const stage = new Stage([0, 1].map((bar) => quarters(bar)));
      stage.playing = playing;
      stage.play().until(5);
      expect(stage.synth.runs).toEqual([[0, LEAD], null]);
      expect(stage.synth.clocks).toHaveLength(2 * 4 * 24);
      expect(stage.synth.clocks[0]).toBeCloseTo(LEAD, 9);
      for (const step of steps(stage.synth.clocks)) expect(step).toBeCloseTo(0.5 / 24, 9);
    },
  );

  it("goes to where the music goes, and stands where it stands", () => {
    const stage = new Stage([0, 1, 2].map((bar) => quarters(bar)));
    stage.play().until(0.5);
    stage.transport.seek(2 * STEPS_PER_BAR + BEAT);
    stage.transport.pause();
    expect(stage.synth.runs.map((run) => run?.[0] ?? null)).toEqual([0, 36, null]);
  });

  it("counts quarters where a beat is one and a half", () => {
    const stage = new Stage([{ piano: [] }, { piano: [] }]);
    stage.lines = new BarLines([0, 24, 48], 24, ["6/8"]);
    stage.play().until(3);
    expect(stage.synth.clocks).toHaveLength(2 * 3 * 24); // a bar of 6/8 has three quarters
    for (const step of steps(stage.synth.clocks)) expect(step).toBeCloseTo(0.5 / 36, 9);
    stage.transport.seek(24);
    stage.play();
    expect(stage.synth.runs.at(-1)?.[0]).toBe(12);
  });
});
