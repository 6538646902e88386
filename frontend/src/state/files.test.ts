// @vitest-environment happy-dom

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { problemOf, readText } from "../../tests/reader.fixture";
import { type ChartRequest, Problem } from "../api";
import type { Song } from "../music/piece";
import { chartProblem, chartText, song } from "./band";
import { isReadable, watchChart } from "./chart";
import { MAX_BYTES, MAX_CHARACTERS, takeFile, takeShared } from "./files";
import { loadText, undo, version } from "./history";
import { notice } from "./notice";

const START = "C:4|Am:4";
const asked: ChartRequest[] = [];
let answer: (request: ChartRequest) => Song;

vi.mock(import("../api"), async (original) => ({
  ...(await original()),
  readChart: async (request) => {
    asked.push(request);
    return answer(request);
  },
}));

let stop: () => void;

beforeEach(() => {
  asked.length = 0;
  answer = ({ text }) => readText(text ?? "");
  notice.value = null;
  loadText(START);
  stop = watchChart();
});

afterEach(() => {
  stop();
  history.replaceState(null, "", "/");
});

const file = (content: string | Uint8Array<ArrayBuffer>, name: string) => new File([content], name);

test("a text goes into the field as it is, and undo takes it out", async () => {
  await takeFile(file("[Verse]\nC | Am", "song.txt"));
  expect(chartText.value).toBe("[Verse]\nC | Am");
  expect(isReadable.value).toBe(true);
  expect(asked).toEqual([{ text: "[Verse]\nC | Am", name: "song.txt" }]);
  expect(notice.value).toEqual({ kind: "status", text: "song.txt was read as a text." });
  undo();
  expect(chartText.value).toBe(START);
});

test.each<[string, Uint8Array<ArrayBuffer>]>([
  ["UTF-16", new Uint8Array([0xff, 0xfe, 0x43, 0, 0x6d, 0])],
  ["UTF-8 with its mark", new Uint8Array([0xef, 0xbb, 0xbf, 0x43, 0x6d])],
])("%s is a text", async (_, bytes) => {
  await takeFile(file(bytes, "song.txt"));
  expect(chartText.value).toBe("Cm");
});

test("a text of an old encoding is one too", async () => {
  await takeFile(file(new Uint8Array([0x5b, 0xfc, 0x5d, 0x0a, 0x43]), "song.txt"));
  expect(chartText.value).toBe("[ü]\nC");
});

test("any other file goes to the server, and its chords into the field", async () => {
  answer = ({ text }) => ({
    ...readText("F"),
    format: text === "F:4" ? "text" : "MusicXML",
    is_by_hand: text === "F:4",
  });
  const bytes = new Uint8Array([0x50, 0x4b, 0x03, 0x04, 0xff]);
  await takeFile(file(bytes, "tune.mxl"));
  expect(asked).toEqual([{ data: btoa("PK\x03\x04\xff"), name: "tune.mxl" }, { text: "F:4" }]);
  expect(song.value?.bars[0]?.place).toEqual([0, 1]);
  expect(chartText.value).toBe("F:4");
  expect(song.value?.format).toBe("MusicXML");
  expect(version.value.source).toEqual({ data: btoa("PK\x03\x04\xff") });
});

test("a text of a format for programs makes room for its chords", async () => {
  answer = ({ text }) => ({
    ...readText("F"),
    format: text === "F:4" ? "text" : "MusicXML",
    is_by_hand: text === "F:4",
  });
  await takeFile(file("<score-partwise/>", "tune.xml"));
  expect(chartText.value).toBe("F:4");
  expect(version.value.source).toEqual({ text: "<score-partwise/>" });
});

test("a text with faults goes into the field, where they can be mended", async () => {
  await takeFile(file("C | H7", "song.txt"));
  expect(chartText.value).toBe("C | H7");
  await vi.waitFor(() => expect(chartProblem.value?.faults).toHaveLength(1));
});

test("what is no chart is told, and the field stays as it is", async () => {
  answer = () => {
    throw new Problem(422, "unreadable", "this is a picture");
  };
  await takeFile(file(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0]), "photo.png"));
  expect(notice.value).toEqual({ kind: "problem", text: "photo.png can't be read: this is a picture" });
  expect(chartText.value).toBe(START);
});

test.each([
  ["bytes", new Uint8Array(MAX_BYTES + 1)],
  ["characters", "C ".repeat(MAX_CHARACTERS)],
])("too many %s are not sent", async (_, content) => {
  await takeFile(file(content, "large"));
  expect(notice.value?.text).toMatch(/^large is too large/);
  expect(asked).toEqual([]);
});

test.each([
  ["?text=C%20%7C%20Am&title=Song", "C | Am"],
  ["?title=&text=&url=irealb%3A%2F%2Fx", "irealb://x"],
])("what another program shares is in the field: %s", (address, text) => {
  answer = () => {
    throw problemOf([]);
  };
  history.replaceState(null, "", `/${address}#a`);
  expect(takeShared()).toBe(true);
  expect(chartText.value).toBe(text);
  expect(location.href).toMatch(/\/#a$/);
});

test("an address with nothing to share is left alone", () => {
  history.replaceState(null, "", "/?text=%20");
  expect(takeShared()).toBe(false);
  expect(chartText.value).toBe(START);
});
