import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CHART, PIECE } from "../../tests/piece.fixture";
import { type Call, isKept } from "../api";
import { loadText } from "./history";
import { keepPieces } from "./offline";
import { closePiece, openPiece } from "./piece";

const CALM = 1_000;
const MADE = { own: CHART, moved: CHART, shift: 2, meters: ["4/4"], sections: [] };

let told: (readonly Call[])[] = [];
let stop = () => {};

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  closePiece();
  loadText("C | Am");
  stop = keepPieces((calls) => told.push(calls));
});

afterEach(() => {
  stop();
  isKept.value = false;
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("of a piece that is done all is kept that opening it asks for", () => {
  openPiece({ ...PIECE, state: "done" }, CHART, CHART, PIECE, [MADE, MADE]);
  vi.advanceTimersByTime(CALM);
  const asked = told.at(-1)?.map(({ method, path }) => `${method} ${path}`);
  expect(asked).toEqual([
    "GET /api/options",
    "GET /api/arrangements",
    `GET /api/arrangements/${PIECE.id}`,
    `GET /api/arrangements/${PIECE.id}/revisions`,
    `GET /api/arrangements/${PIECE.id}/events`,
    ...["POST /api/chords:parse", "POST /api/chords:parse"], // as composed, and in its key; once for both takes
    "POST /api/charts", // the text in the field, and the piece's own, are the same
  ]);
  const read = told.at(-1)?.find(({ path }) => path === "/api/charts");
  expect(read?.body).toBe('{"text":"C | Am","name":"","choices":{}}');
});

test("the texts that are kept are those that opening shows: the chart as it is written, or chords with title and key", () => {
  const chart = { text: "C | Am\nWords", name: "boat.txt", choices: { bars: "line" } };
  openPiece({ ...PIECE, title: "Blue Boat", key: "Gb major", chart }, CHART, CHART, PIECE, [MADE]);
  vi.advanceTimersByTime(CALM);
  const read = told.at(-1)?.filter(({ path }) => path === "/api/charts") ?? [];
  const plain = (text: string) => ({ text, name: "", choices: {} });
  expect(read.map(({ body }) => JSON.parse(String(body)))).toEqual([
    plain("C | Am"),
    chart,
    plain("Title: Blue Boat\nKey: Ab major\nC | Am"),
  ]);
});

test("a piece that is still composed is kept once it is there", () => {
  openPiece({ ...PIECE, state: "composing" }, CHART, CHART, PIECE, [MADE]);
  vi.advanceTimersByTime(CALM);
  expect(told.at(-1)?.some(({ path }) => path.endsWith("/events"))).toBe(false);
});

test("changes one after the other are kept at once, when they are over", () => {
  vi.advanceTimersByTime(CALM);
  told = [];
  for (const text of ["C", "C |", "C | F"]) {
    loadText(text);
    vi.advanceTimersByTime(CALM / 2);
  }
  vi.advanceTimersByTime(CALM);
  expect(told).toHaveLength(1);
});

test("without the server nothing is asked for but whether it is back", async () => {
  vi.advanceTimersByTime(CALM);
  told = [];
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (path: string) => {
    asked.push(path);
    return Response.json({ arrangements: [] });
  });
  isKept.value = true;
  loadText("F | G");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(told).toEqual([]);
  expect(asked).toEqual(["/api/arrangements"]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toHaveLength(1); // it is back: what is there is kept anew
  expect(told).toHaveLength(1);
});
