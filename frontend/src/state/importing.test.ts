import { beforeEach, expect, test, vi } from "vitest";
import { OFFER, PIECE } from "../../tests/piece.fixture";
import { zipOf } from "../../tests/zip.fixture";
import { type Arrangement, Problem } from "../api";
import { offer } from "./band";
import { takePiece } from "./importing";
import { notice } from "./notice";

const DOCUMENT = '{"format": "sideman piece", "version": 1}';
let asked: string[];
let opened: Arrangement[];
let answer: () => Arrangement;

vi.mock(import("../api"), async (original) => ({
  ...(await original()),
  importArrangement: async ({ document }) => {
    asked.push(document);
    return answer();
  },
}));
vi.mock(import("./session"), async (original) => ({
  ...(await original()),
  open: async (piece) => void opened.push(piece),
  refreshPieces: async () => {},
}));

beforeEach(() => {
  [asked, opened] = [[], []];
  answer = () => ({ ...PIECE, name: "Bridge", model: OFFER.model });
  offer.value = OFFER;
  notice.value = null;
});

test.each([
  ["a document", new File([DOCUMENT], "piece.json")],
  ["a bundle", new File([await zipOf({ "Song.mid": "MThd", "piece.json": DOCUMENT }, true)], "Song.zip")],
])("%s is opened", async (_, file) => {
  expect(await takePiece(file)).toBe(true);
  expect(asked).toEqual([DOCUMENT]);
  expect(opened.map(({ id }) => id)).toEqual([PIECE.id]);
  expect(notice.value).toEqual({ kind: "status", text: "Bridge is open as it was." });
});

test("one of another model says so", async () => {
  answer = () => ({ ...PIECE, model: "another" });
  await takePiece(new File([DOCUMENT], "piece.json"));
  expect(notice.value?.text).toContain("Another model composed it");
});

test.each([
  ["a text", new File(["C | Am"], "song.txt")],
  ["another zip", new File([await zipOf({ "score.xml": "<score/>" }, true)], "tune.mxl")],
  ["another JSON file", new File(['{"a": 1}'], "song.json")],
])("%s is something else", async (_, file) => {
  expect(await takePiece(file)).toBe(false);
  expect([asked, notice.value]).toEqual([[], null]);
});

test("what can't be opened is told in the server's words", async () => {
  answer = () => {
    throw new Problem(422, "piece", "this piece can't be opened: damaged piece: no takes");
  };
  expect(await takePiece(new File([DOCUMENT], "piece.json"))).toBe(true);
  expect(notice.value).toEqual({ kind: "problem", text: "this piece can't be opened: damaged piece: no takes" });
  expect(opened).toEqual([]);
});

test("a document that is too large is not even read", async () => {
  expect(await takePiece(new File([DOCUMENT, " ".repeat(2_000_001)], "piece.json"))).toBe(true);
  expect(notice.value?.text).toBe("piece.json is too large for a piece: at most 2 MB are read.");
  expect(asked).toEqual([]);
});
