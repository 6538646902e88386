import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CHART, OFFER, PIECE } from "../../tests/piece.fixture";
import type { Arrangement } from "../api";
import { chart, chartProblem, chartText, DEFAULT_OPTIONS, options, setOptions } from "./band";
import { fragmentOf } from "./link";
import { piece } from "./piece";
import { isCurrent, notice, pieces } from "./session";
import { start } from "./start";

let kept: Arrangement[];
let refusal: Response | null; // of what is to be composed
let asked: Record<string, unknown>[]; // what is to be composed

beforeEach(() => {
  kept = [PIECE];
  asked = [];
  refusal = null;
  vi.stubGlobal(
    "EventSource",
    class extends EventTarget {
      close(): void {}
    },
  );
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    const body = init.body ? (JSON.parse(String(init.body)) as Record<string, unknown>) : {};
    if (path === "/api/options") return Response.json(OFFER);
    if (path === "/api/chords:parse") {
      const progression = body.progression === "C Am" ? CHART.progression : body.progression;
      return Response.json({ ...CHART, progression });
    }
    if (init.method === "GET") return Response.json({ arrangements: kept });
    if (refusal) return refusal;
    asked.push(body);
    return Response.json({ ...PIECE, ...body, state: "waiting" }, { status: 202 });
  });
  history.replaceState(null, "", "/");
  chartText.value = "F:4";
  chart.value = null;
  chartProblem.value = null;
  options.value = DEFAULT_OPTIONS;
  piece.value = null;
  pieces.value = [];
  notice.value = null;
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("the latest piece is open, with its chords and options", async () => {
  kept = [{ ...PIECE, tempo: 90 }];
  await start(false);
  expect(piece.value?.id).toBe(PIECE.id);
  expect(chartText.value).toBe(PIECE.progression);
  expect(options.value.tempo).toBe(90);
  expect(asked).toEqual([]);
});

test("chords that were left in the field stay as they were written, and so do the options", async () => {
  chartText.value = "C Am";
  setOptions({ tempo: 90 });
  await start(true);
  expect(chartText.value).toBe("C Am");
  expect(options.value.tempo).toBe(90);
  expect(piece.value?.id).toBe(PIECE.id);
});

test("where there is nothing yet, nothing is opened", async () => {
  kept = [];
  await start(false);
  expect(piece.value).toBeNull();
  expect(notice.value).toBeNull();
});

test("a link to a piece of the list opens that, and composes nothing", async () => {
  kept = [{ ...PIECE, id: "other", seed: 1 }, PIECE];
  location.hash = fragmentOf(PIECE);
  await start(true);
  expect(piece.value?.id).toBe(PIECE.id);
  expect(asked).toEqual([]);
  expect(location.hash).toBe("");
});

test("a link to a piece that isn't here has it composed, with seed and model", async () => {
  const how = { seed: 99, tempo: 70, style: "rock", temperature: 1.2, top_p: 0.9 };
  const linked = { ...PIECE, progression: "F:4|G:4", ...how };
  location.hash = fragmentOf(linked);
  await start(false);
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({ progression: "F:4|G:4", ...how, model: PIECE.model });
  expect(piece.value?.seed).toBe(99);
  expect(isCurrent.value).toBe(false); // until the field was read
});

test("a link of another model fills the page, and says why it is not the same piece", async () => {
  location.hash = fragmentOf({ ...PIECE, progression: "F:4|G:4", model: "another" });
  await start(false);
  expect(asked).toEqual([]);
  expect(chartText.value).toBe("F:4|G:4");
  expect(notice.value?.text).toMatch(/another model/);
});

test("a link that can't be composed yet stays, and play asks for it again", async () => {
  const linked = { ...PIECE, progression: "F:4|G:4", seed: 99 };
  location.hash = fragmentOf(linked);
  refusal = Response.json({ type: "urn:sideman:busy", detail: "too many" }, { status: 429 });
  await start(false);
  expect(options.value.seed).toBe(99);
  expect(location.hash).not.toBe("");
});

test("a server that doesn't answer is told of, and asked until it does", async () => {
  vi.useFakeTimers();
  const answering = fetch;
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  const started = start(false);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(notice.value?.text).toMatch(/can't be reached/);
  vi.stubGlobal("fetch", answering);
  await vi.advanceTimersByTimeAsync(10_000);
  await started;
  expect(notice.value).toBeNull();
  expect(piece.value?.id).toBe(PIECE.id);
});
