import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Chart } from "../music/piece";

/** A request to the server's parser that the test answers. */
interface Asked {
  readonly text: string;
  readonly by: number;
  readonly signal: AbortSignal | undefined;
  answer(key?: string): Promise<void>;
  refuse(error: unknown): Promise<void>;
}

const asked: Asked[] = [];

vi.mock(import("../api"), async (original) => ({
  ...(await original()),
  parseChords: (text: string, by = 0, signal?: AbortSignal) =>
    new Promise<Chart>((resolve, reject) => {
      const settled = () => vi.advanceTimersByTimeAsync(0).then(() => undefined);
      asked.push({
        text,
        by,
        signal,
        answer: (key = "C major") => {
          const progression = by === 0 ? text : `${text}${by > 0 ? "+" : ""}${by}`;
          resolve({ progression, key, bars: 1, bar_lines: [0, 48], beats: 4, chords: [] });
          return settled();
        },
        refuse: (error) => {
          reject(error);
          return settled();
        },
      });
    }),
}));

const START = "C:4|Am:4|F:4|G7:4";
const DELAY = 120;

let state: typeof import("./chart");
let band: typeof import("./band");
let Problem: typeof import("../api").Problem;
let stop: () => void;

beforeEach(async () => {
  vi.useFakeTimers();
  vi.resetModules();
  sessionStorage.clear();
  localStorage.clear();
  asked.length = 0;
  band = await import("./band");
  state = await import("./chart");
  ({ Problem } = await import("../api"));
  stop = state.watchChart();
});

afterEach(() => {
  stop();
  vi.useRealTimers();
});

const wrong = () => new Problem(422, "chords", "unknown chord 'H' at character 1: roots", { value: "H", position: 1 });
const last = (): Asked => {
  const request = asked.at(-1);
  if (!request) throw new Error("nothing was asked");
  return request;
};
const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const lastTransposing = () => asked.findLast(({ by }) => by !== 0);
const transposed = async (by: number): Promise<void> => {
  const done = state.transpose(by);
  await wait(0);
  await lastTransposing()?.answer();
  await done;
};

describe("reading", () => {
  it("asks once for what was typed without a pause", async () => {
    await wait(0);
    expect(asked.map(({ text }) => text)).toEqual([START]);
    state.typeText("A", 0);
    await wait(DELAY - 1);
    state.typeText("Am", DELAY - 1);
    await wait(DELAY - 1);
    expect(asked).toHaveLength(1);
    await wait(1);
    expect(last().text).toBe("Am");
    expect(asked).toHaveLength(2);
  });

  it("asks at once for what was clicked", async () => {
    state.setText("F:4");
    await wait(0);
    expect(last().text).toBe("F:4");
  });

  it("drops the answer of an outdated request", async () => {
    state.setText("C");
    await wait(0);
    const first = last();
    state.setText("G");
    expect(first.signal?.aborted).toBe(true);
    await wait(0);
    await last().answer("G major");
    await first.answer("C major");
    expect(band.chart.value?.key).toBe("G major");
    expect(state.isReadable.value).toBe(true);
  });

  it("drops the error of an outdated request", async () => {
    state.setText("H");
    await wait(0);
    const first = last();
    state.setText("G");
    await wait(0);
    await last().answer();
    await first.refuse(wrong());
    expect(band.chartProblem.value).toBeNull();
  });

  it("shows the last chart while the text has an error", async () => {
    await wait(0);
    await last().answer("A minor");
    state.setText("H");
    await wait(0);
    await last().refuse(wrong());
    expect(band.chartProblem.value?.value).toBe("H");
    expect(band.chart.value?.key).toBe("A minor");
    expect([state.isRead.value, state.isReadable.value]).toEqual([true, false]);
  });

  it("has no chart and no error for an empty field, and asks nobody", async () => {
    state.setText(" \n");
    await wait(0);
    expect(asked).toHaveLength(0);
    expect([band.chart.value, band.chartProblem.value, state.isReadable.value]).toEqual([null, null, true]);
  });

  it("tells a server that is away from an error in the chords, and asks again", async () => {
    await wait(0);
    await last().refuse(new Problem(0, "network", "The server can't be reached."));
    expect(band.chartProblem.value).toBeNull();
    expect(state.readingProblem.value?.kind).toBe("network");
    await wait(3000);
    expect(asked).toHaveLength(2);
    await last().answer();
    expect(state.readingProblem.value).toBeNull();
    expect(state.isReadable.value).toBe(true);
  });

  it("comes again when the server says so", async () => {
    await wait(0);
    await last().refuse(new Problem(429, "rate", "Too much.", { retryAfter: 7 }));
    await wait(6999);
    expect(asked).toHaveLength(1);
    await wait(1);
    expect(asked).toHaveLength(2);
  });

  it("does not wait where the chart is needed now", async () => {
    state.typeText("G", 0);
    const reading = state.readNow();
    await last().answer("G major");
    expect((await reading)?.key).toBe("G major");
    await wait(1000);
    expect(asked).toHaveLength(1);
  });

  it("forgets a request when its text is undone", async () => {
    await wait(0);
    await last().answer();
    state.typeText("C", 0);
    state.undo();
    await wait(1000);
    expect(asked).toHaveLength(1);
    expect(state.isReadable.value).toBe(true);
  });
});

describe("undo and redo", () => {
  it("take back words and clicks", () => {
    state.loadText("");
    state.typeText("A", 0);
    state.typeText("Am", 100);
    state.setText("Am:4|F:4");
    state.setText("F:4|Am:4");
    const seen = [];
    while (state.canUndo.value) {
      state.undo();
      seen.push(band.chartText.value);
    }
    expect(seen).toEqual(["Am:4|F:4", "Am", "", START]);
    state.redo();
    state.redo();
    expect(band.chartText.value).toBe("Am");
    expect(state.canRedo.value).toBe(true);
  });

  it("begin a step for what is typed after a click", () => {
    state.typeText(`${START}A`, 0);
    state.setText("C");
    state.typeText("C7", 50);
    state.undo();
    expect(band.chartText.value).toBe("C");
  });

  it("know a text that was set elsewhere", () => {
    band.chartText.value = "Dm";
    state.undo();
    expect(band.chartText.value).toBe(START);
  });

  it("leave no step where nothing changes", () => {
    state.setText(START);
    state.loadText(START);
    state.typeText(START, 0);
    expect(state.canUndo.value).toBe(false);
  });
});

describe("transposing", () => {
  it("always starts from the chords as they were", async () => {
    await transposed(1);
    expect([band.chartText.value, state.semitones.value]).toEqual([`${START}+1`, 1]);
    await transposed(1);
    expect(lastTransposing()).toMatchObject({ text: START, by: 2 });
    expect(band.chartText.value).toBe(`${START}+2`);
  });

  it("needs no second request for its chart", async () => {
    await transposed(1);
    const before = asked.length;
    await wait(1000);
    expect(asked).toHaveLength(before);
    expect([band.chart.value?.progression, state.isReadable.value]).toEqual([`${START}+1`, true]);
  });

  it("comes back to the very text, there and after an octave", async () => {
    await transposed(1);
    await state.transpose(-1);
    expect([band.chartText.value, state.semitones.value]).toEqual([START, 0]);
    await transposed(-11);
    await state.transpose(-1);
    expect([band.chartText.value, state.semitones.value]).toEqual([START, 0]);
  });

  it("does one after the other when clicked fast", async () => {
    const both = Promise.all([state.transpose(1), state.transpose(1)]);
    await wait(0);
    await asked.find(({ by }) => by === 1)?.answer();
    await asked.find(({ by }) => by === 2)?.answer();
    await both;
    expect(band.chartText.value).toBe(`${START}+2`);
  });

  it("keeps the count when the chords are edited, and forgets it with another chart", async () => {
    await transposed(2);
    state.setText("D:4");
    expect(state.semitones.value).toBe(2);
    await transposed(1);
    expect(lastTransposing()).toMatchObject({ text: "D:4", by: 1 });
    expect(state.semitones.value).toBe(3);
    state.loadText("C:4");
    expect(state.semitones.value).toBe(0);
    state.undo();
    expect(state.semitones.value).toBe(3);
  });

  it("gives way to what is typed meanwhile", async () => {
    const done = state.transpose(1);
    await wait(0);
    const request = asked.find(({ by }) => by === 1);
    state.typeText("G", 0);
    await request?.answer();
    await done;
    expect(band.chartText.value).toBe("G");
  });

  it("says what is wrong and goes on after it", async () => {
    const done = state.transpose(1);
    await wait(0);
    await asked.find(({ by }) => by === 1)?.refuse(new Problem(0, "network", "away"));
    await done;
    expect(state.readingProblem.value?.message).toBe("away");
    await transposed(1);
    expect(state.semitones.value).toBe(1);
  });
});

describe("a reload", () => {
  it("brings the text back", async () => {
    state.typeText("Dm | G7", 0);
    stop();
    vi.resetModules();
    const again = await import("./chart");
    const { chartText } = await import("./band");
    expect(again.recallText()).toBe(true);
    expect(chartText.value).toBe("Dm | G7");
    expect(again.canUndo.value).toBe(false);
  });

  it("has nothing to bring to a new visitor, or where the browser keeps nothing", () => {
    sessionStorage.clear();
    localStorage.clear();
    expect(state.recallText()).toBe(false);
    const denied = vi.spyOn(Storage.prototype, "getItem").mockImplementation(() => {
      throw new DOMException("denied", "SecurityError");
    });
    expect(state.recallText()).toBe(false);
    denied.mockRestore();
    expect(band.chartText.value).toBe(START);
  });
});
