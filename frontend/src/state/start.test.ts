// @vitest-environment happy-dom

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CHART, OFFER, option, PIECE, revisionOf, SONG } from "../../tests/piece.fixture";
import type { Arrangement, Offer } from "../api";
import { chartProblem, chartText, DEFAULT_OPTIONS, options, setOptions, song } from "./band";
import { beginWith, version } from "./history";
import { fragmentOf } from "./link";
import { notice } from "./notice";
import { piece, pieceShift, pieceTempo } from "./piece";
import { compose, composeAnother, isCurrent, open, pieces } from "./session";
import { start } from "./start";

let served: Offer;
let kept: Arrangement[];
let refusal: Response | null; // of what is to be composed
let asked: Record<string, unknown>[]; // what is to be composed

beforeEach(() => {
  served = OFFER;
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
    if (path === "/api/options") return Response.json(served);
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
  song.value = null;
  chartProblem.value = null;
  options.value = DEFAULT_OPTIONS;
  localStorage.clear();
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
  expect(chartText.value).toBe("C | Am");
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

test("a chart that was shared with the page leaves tempo and style of the one before behind", async () => {
  beginWith({ text: "C Am", brought: { tempo: 92, style: "jazz" } });
  localStorage.setItem("sideman.options", JSON.stringify({ tempo: 92, style: "hip-hop" }));
  history.replaceState(null, "", "/?text=Dm%20G7");
  await start(false);
  expect(options.value).toMatchObject({ tempo: 120, style: "hip-hop" });
});

test("a chart that was shared with the page is in the field, whatever piece is open", async () => {
  history.replaceState(null, "", "/?text=Dm%20G7");
  await start(false);
  expect(chartText.value).toBe("Dm G7");
  expect(location.search).toBe("");
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
  location.hash = fragmentOf(PIECE, OFFER.options);
  await start(true);
  expect(piece.value?.id).toBe(PIECE.id);
  expect(asked).toEqual([]);
  expect(location.hash).toBe("");
});

test("a link to a piece that isn't here has it composed, with seed and model", async () => {
  const how = { seed: 99, tempo: 70, style: "rock", temperature: 1.2, top_p: 0.9 };
  const linked = { ...PIECE, progression: "F:4|G:4", ...how };
  location.hash = fragmentOf(linked, OFFER.options);
  await start(false);
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({ progression: "F:4|G:4", ...how, model: PIECE.model });
  expect(piece.value?.seed).toBe(99);
  expect(isCurrent.value).toBe(false); // until the field was read
});

test("a link is composed in the key that it names, or in none, whatever chart was there before", async () => {
  song.value = { ...SONG, key: "E major" };
  const linked = { ...PIECE, progression: "F:4|G:4", seed: 99 };
  location.hash = fragmentOf(linked, OFFER.options);
  await start(false);
  expect(chartText.value).toBe("C | Am");
  song.value = { ...SONG, key: "E major" };
  kept = [];
  location.hash = fragmentOf({ ...linked, key: "Gb major" }, OFFER.options, {}, "Gb major");
  await start(false);
  expect(asked.map(({ key }) => key)).toEqual([undefined, "Gb major"]);
  expect(chartText.value).toBe("Key: Gb major\nC | Am");
});

test("a link is composed with the title that it holds, or with none, whatever chart was there before", async () => {
  kept = [];
  for (const title of ["", "Blue Boat"]) {
    song.value = { ...SONG, title: "A Walk Outside" };
    location.hash = fragmentOf({ ...PIECE, title, seed: 99 }, OFFER.options);
    await start(false);
  }
  expect(asked.map(({ title, name }) => [title, name])).toEqual([
    ["", undefined],
    ["Blue Boat", undefined],
  ]);
  expect(chartText.value).toBe("Title: Blue Boat\nC | Am");
});

test("the chart of a link has its key moved as its chords are", async () => {
  kept = [];
  location.hash = fragmentOf({ ...PIECE, seed: 99 }, OFFER.options, { transpose: 2 }, "Gb major");
  await start(false);
  expect(asked).toMatchObject([{ key: "Gb major", transpose: 2 }]);
  expect(chartText.value).toBe("Key: Ab major\nC | Am");
});

const SO = { swing: 67, straight: null, humanize: 0, humanize_seed: 0, play_tempo: 90, transpose: 2 };

test("a link to a piece of the list plays it as the link says", async () => {
  location.hash = fragmentOf(PIECE, OFFER.options, SO);
  await start(false);
  expect(asked).toEqual([]);
  expect([pieceTempo.value, pieceShift.value]).toEqual([90, 2]);
  expect(options.value).toMatchObject({ swing: 67, tempo: 90, play_tempo: null, transpose: 0 });
  expect(piece.value).toMatchObject({ swing: 50, play_tempo: null }); // as the server has it
});

test("a link to a piece that isn't here has it composed for its own tempo, in its own key", async () => {
  location.hash = fragmentOf({ ...PIECE, seed: 99 }, OFFER.options, SO);
  await start(false);
  expect(asked).toMatchObject([{ progression: PIECE.progression, seed: 99, tempo: 120, ...SO }]);
  expect([pieceTempo.value, pieceShift.value]).toEqual([90, 2]);
  expect(options.value).toMatchObject({ swing: 67, tempo: 90, play_tempo: null, transpose: 0 });
});

test("a link to a revised piece has its revisions composed too; what play makes of the same chords has none", async () => {
  const revisions = [revisionOf()];
  location.hash = fragmentOf({ ...PIECE, revisions }, OFFER.options);
  await start(false); // the piece of the list has none
  expect(asked).toMatchObject([{ seed: PIECE.seed, model: PIECE.model, revisions }]);
  expect(piece.value?.revisions).toEqual(revisions);
  await composeAnother();
  expect(asked[1]).not.toHaveProperty("revisions");
});

test("a revised piece that was broken off is composed again with its revisions", async () => {
  const revisions = [revisionOf()];
  kept = [{ ...PIECE, revisions, state: "stopped" }];
  await start(false);
  song.value = SONG;
  await compose();
  expect(asked).toMatchObject([{ seed: PIECE.seed, revisions }]);
});

test("an option that the page has never heard of goes from the link into the piece, and is what play plays", async () => {
  const lilt = option("lilt", "number", 50, { minimum: 50, maximum: 75 });
  served = { ...OFFER, options: [...OFFER.options, lilt] };
  const swung = { ...PIECE, lilt: 62 };
  location.hash = fragmentOf(swung, served.options);
  await start(false); // the piece of the list has no lilt
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({ progression: PIECE.progression, lilt: 62, seed: PIECE.seed });
  expect(options.value.lilt).toBe(62);
  song.value = SONG;
  expect(isCurrent.value).toBe(true);
  setOptions({ lilt: 50 });
  expect(isCurrent.value).toBe(false);
  setOptions({ tempo: 99 });
  await open(swung);
  expect(options.value).toMatchObject({ tempo: 120, lilt: 62 });
  expect(isCurrent.value).toBe(true);
  expect(JSON.parse(localStorage.getItem("sideman.options") ?? "")).toMatchObject({ lilt: 62 });
});

test("a link with an option that this server doesn't know is another piece", async () => {
  location.hash = `${fragmentOf(PIECE, OFFER.options)}&lilt=62`;
  await start(false);
  expect(asked).toEqual([]);
  expect(notice.value?.text).toMatch(/doesn't know/);
});

test("what was told relative to another model is not taken over from its pieces", async () => {
  kept = [{ ...PIECE, model: "before", temperature: 0.9, top_p: 0.95, tempo: 90 }];
  await start(false);
  expect(options.value).toMatchObject({ tempo: 90, temperature: 1, top_p: null });
});

test("a link of before there were temperatures in it opens the piece that it was made of", async () => {
  const before = {
    ...PIECE,
    id: "before",
    model: "d86a993727ed99d0-kernel",
    tempo: 96.5,
    temperature: 0.9,
    top_p: 0.95,
  };
  kept = [PIECE, before];
  location.hash = "#chords=C%3A4%7CAm%3A4&tempo=96.5&seed=7&model=d86a993727ed99d0-kernel";
  await start(false);
  expect(piece.value?.id).toBe("before");
  expect(asked).toEqual([]);
  expect(notice.value).toBeNull();
});

test("a link of another model fills the page, and says why it is not the same piece", async () => {
  location.hash = fragmentOf({ ...PIECE, progression: "F:4|G:4", model: "another" }, OFFER.options);
  await start(false);
  expect(asked).toEqual([]);
  expect(version.value.text).toBe("C | Am"); // what is read in any chords here
  expect(notice.value?.text).toMatch(/another model/);
});

test("a link that can't be composed yet stays, and play asks for it again", async () => {
  const linked = { ...PIECE, progression: "F:4|G:4", seed: 99 };
  location.hash = fragmentOf(linked, OFFER.options);
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
