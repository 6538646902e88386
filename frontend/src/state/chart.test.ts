// @vitest-environment happy-dom

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { chartOf, chordAt, OFFER, songOf } from "../../tests/piece.fixture";
import { faultOf, problemOf } from "../../tests/reader.fixture";
import type { ChartRequest } from "../api";
import type { Chart, Song } from "../music/piece";

/** A request to the server that the test answers. */
interface Asked {
  readonly text: string;
  readonly choices: ChartRequest["choices"];
  readonly signal: AbortSignal | undefined;
  answer(rest?: Partial<Song>): Promise<void>;
  refuse(error: unknown): Promise<void>;
}

const asked: Asked[] = [];
const settled = () => vi.advanceTimersByTimeAsync(0).then(() => undefined);

/** A server that takes any text for a chord. */
function later<Answer>(request: Omit<Asked, "answer" | "refuse">, answerOf: (rest: Partial<Song>) => Answer) {
  return new Promise<Answer>((resolve, reject) => {
    const answer = (rest: Partial<Song> = {}) => {
      resolve(answerOf(rest));
      return settled();
    };
    const refuse = (error: unknown) => {
      reject(error);
      return settled();
    };
    asked.push({ ...request, answer, refuse });
  });
}

const chartAs = (text: string): Chart => ({ ...chartOf(chordAt("C", 0, 4)), progression: text });

vi.mock(import("../api"), async (original) => ({
  ...(await original()),
  readChart: ({ text, data, choices }: ChartRequest, signal?: AbortSignal) =>
    later({ text: text ?? data ?? "", choices, signal }, (rest) => songOf(chartAs(text ?? "C:4"), rest)),
}));

const START = "C | Am | F | G7";
const DELAY = 120;

let state: typeof import("./chart");
let band: typeof import("./band");
let history: typeof import("./history");
let Problem: typeof import("../api").Problem;
let stop: () => void;

beforeEach(async () => {
  vi.useFakeTimers();
  vi.resetModules();
  sessionStorage.clear();
  localStorage.clear();
  asked.length = 0;
  band = await import("./band");
  history = await import("./history");
  state = await import("./chart");
  ({ Problem } = await import("../api"));
  stop = state.watchChart();
});

afterEach(() => {
  stop();
  vi.useRealTimers();
});

const wrong = () => problemOf([faultOf("H", 1)]);
const last = (): Asked => {
  const request = asked.at(-1);
  if (!request) throw new Error("nothing was asked");
  return request;
};
const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("reading", () => {
  it("asks once for what was typed without a pause", async () => {
    await wait(0);
    expect(asked.map(({ text }) => text)).toEqual([START]);
    history.typeText("A", 0);
    await wait(DELAY - 1);
    history.typeText("Am", DELAY - 1);
    await wait(DELAY - 1);
    expect(asked).toHaveLength(1);
    await wait(1);
    expect(last().text).toBe("Am");
    expect(asked).toHaveLength(2);
  });

  it("asks at once for what was clicked", async () => {
    history.setText("F:4");
    await wait(0);
    expect(last().text).toBe("F:4");
  });

  it("drops the answer of an outdated request", async () => {
    history.setText("C");
    await wait(0);
    const first = last();
    history.setText("G");
    expect(first.signal?.aborted).toBe(true);
    await wait(0);
    await last().answer({ key: "G major" });
    await first.answer({ key: "C major" });
    expect(band.song.value?.key).toBe("G major");
    expect(state.isReadable.value).toBe(true);
  });

  it("drops the error of an outdated request", async () => {
    history.setText("H");
    await wait(0);
    const first = last();
    history.setText("G");
    await wait(0);
    await last().answer();
    await first.refuse(wrong());
    expect(band.chartProblem.value).toBeNull();
  });

  it("shows the last chart while the text has an error", async () => {
    await wait(0);
    await last().answer({ key: "A minor" });
    history.setText("H");
    await wait(0);
    await last().refuse(wrong());
    expect(band.chartProblem.value?.faults).toMatchObject([{ value: "H", position: 1 }]);
    expect(band.song.value?.key).toBe("A minor");
    expect([state.isRead.value, state.isReadable.value]).toEqual([true, false]);
  });

  it("has no chart and no error for an empty field, and asks nobody", async () => {
    history.setText(" \n");
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
    history.typeText("G", 0);
    const reading = state.readNow();
    await last().answer({ key: "G major" });
    expect((await reading)?.key).toBe("G major");
    await wait(1000);
    expect(asked).toHaveLength(1);
  });

  it("forgets a request when its text is undone", async () => {
    await wait(0);
    await last().answer();
    history.typeText("C", 0);
    history.undo();
    await wait(1000);
    expect(asked).toHaveLength(1);
    expect(state.isReadable.value).toBe(true);
  });
});

const BARS = { code: "bars", question: "A line of chords", places: [], text: "" };
const read = (answer: string, ...others: string[]) => ({
  ...BARS,
  read: { answer, text: answer },
  others: others.map((other) => ({ answer: other, text: other })),
});

describe("what was assumed", () => {
  it("is read otherwise where that is chosen, which can be undone", async () => {
    history.setText("C Am");
    await wait(0);
    await last().answer({ assumptions: [read("chord", "line")] });
    history.choose("bars", "line");
    expect(state.isReadable.value).toBe(false);
    await wait(0);
    expect(last()).toMatchObject({ text: "C Am", choices: { bars: "line" } });
    await last().answer({ assumptions: [read("line", "chord")] });
    expect(band.song.value?.assumptions[0]?.read.answer).toBe("line");
    history.undo();
    await wait(0);
    expect(last()).toMatchObject({ text: "C Am", choices: {} });
  });

  it("is forgotten when the text no longer leaves it open, and not before", async () => {
    history.setText("C Am");
    history.choose("bars", "line");
    history.typeText("C Am F", 0);
    await wait(DELAY);
    expect(last().choices).toEqual({ bars: "line" });
    await last().answer({ assumptions: [read("line", "chord")] });
    expect(history.version.value.choices).toEqual({ bars: "line" });
    history.typeText("C | Am | F", 2000);
    await wait(DELAY);
    await last().answer();
    expect(history.version.value.choices).toEqual({});
    expect(state.isReadable.value).toBe(true);
  });
});

describe("the tempo of a chart", () => {
  beforeEach(async () => {
    band.offer.value = OFFER;
    history.setText("Tempo: 92");
    await wait(0);
    await last().answer({ tempo: 92 });
  });

  it("is taken over, and goes with the chart when that is undone", () => {
    expect(band.options.value.tempo).toBe(92);
    history.undo();
    expect(band.options.value.tempo).toBe(120);
    history.redo();
    expect(band.options.value.tempo).toBe(92);
  });

  it("gives way to what the person sets, until the chart names another", async () => {
    band.setOptions({ tempo: 80 });
    history.typeText("Tempo: 92 C", 0);
    await wait(DELAY);
    await last().answer({ tempo: 92 });
    expect(band.options.value.tempo).toBe(80);
    history.typeText("Tempo: 93 C", 2000);
    await wait(DELAY);
    await last().answer({ tempo: 93 });
    expect(band.options.value.tempo).toBe(93);
  });

  it("comes with its style, which is taken over alike", async () => {
    history.typeText("Tempo: 92 Rap", 0);
    await wait(DELAY);
    await last().answer({ tempo: 92, band_style: "hip-hop" });
    expect(band.options.value).toMatchObject({ tempo: 92, style: "hip-hop" });
    band.setOptions({ style: "jazz" });
    history.typeText("Tempo: 92 Rap C", 2000);
    await wait(DELAY);
    await last().answer({ tempo: 92, band_style: "hip-hop" });
    expect(band.options.value.style).toBe("jazz");
    history.typeText("Tempo: 92 Rap CG", 4000);
    await wait(DELAY);
    await last().answer({ tempo: 92, band_style: "none of ours" });
    expect(band.options.value.style).toBe("jazz");
  });

  it("is left alone where the band can't play it", async () => {
    history.typeText("Tempo: 9", 0);
    await wait(DELAY);
    await last().answer({ tempo: 9 });
    expect(band.options.value.tempo).toBe(92);
  });
});

describe("a link", () => {
  it("makes room for the chords that stand in it, and undo leads to what was there before", async () => {
    history.typeText("irealb://two", 0, true);
    await wait(0);
    await last().answer({
      format: "iReal Pro",
      is_by_hand: false,
      text: "C:4",
      assumptions: [{ ...read("One", "Two"), code: "song" }],
    });
    expect(last().text).toBe("C:4"); // where its bars stand in what the field shows
    await last().answer();
    expect(band.chartText.value).toBe("C:4");
    expect([state.isReadable.value, state.hasPlaces.value]).toEqual([true, false]);
    const before = asked.length;
    await wait(1000);
    expect(asked).toHaveLength(before);
    history.undo();
    expect(band.chartText.value).toBe(START);
  });

  it("is read again for another of its songs", async () => {
    history.typeText("irealb://two", 0, true);
    await wait(0);
    await last().answer({
      format: "iReal Pro",
      is_by_hand: false,
      text: "C:4",
      assumptions: [{ ...read("One", "Two"), code: "song" }],
    });
    expect(last().text).toBe("C:4"); // where its bars stand in what the field shows
    await last().answer();
    history.choose("song", "Two");
    await wait(0);
    expect(last()).toMatchObject({ text: "irealb://two", choices: { song: "Two" } });
    const chart = chartOf(chordAt("F", 0, 4));
    await last().answer({
      format: "iReal Pro",
      is_by_hand: false,
      chart,
      text: "F",
      assumptions: [{ ...read("Two", "One"), code: "song" }],
    });
    await last().answer();
    expect(band.chartText.value).toBe("F");
    history.undo();
    expect(band.chartText.value).toBe("C:4");
    history.typeText("C:4|G", 0);
    await wait(DELAY);
    expect(last().text).toBe("C:4|G");
  });
});
