import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { OFFER } from "../../tests/piece.fixture";
import { move, readText } from "../../tests/reader.fixture";
import { Problem } from "../api";
import type { Song } from "../music/piece";
import { chartText, offer, song } from "./band";
import { accept, isReadable, readingProblem, watchChart } from "./chart";
import { loadText, setText, typeText, undo, version } from "./history";
import { notice } from "./notice";
import { semitones, transpose } from "./transposing";

const START = "C:4|Am:4|F:4|G7:4";
const moved: [string, number][] = [];
let away: Problem | null;
let format: string;
let heads: Partial<Song>;
let named: string | null; // the key of a text that has no line for it
let release: (() => void) | null; // of what is moved, where that waits

vi.mock(import("../api"), async (original) => ({
  ...(await original()),
  readChart: async ({ text, name }) => {
    const key = /^Key: (.*)$/m.exec(text ?? "")?.[1];
    const body = (text ?? "").replace(/^Key.*$/m, (line) => " ".repeat(line.length)); // each keeps its place
    if (name?.endsWith(".musicxml")) throw new Problem(422, "chart", "no score"); // as the server reads by the name
    return readText(body, { format, ...heads, ...((key ?? named) && { key: key ?? named }), text: text ?? "" });
  },
  parseChords: async (progression, _, by = 0) => {
    moved.push([progression, by]);
    if (away) throw away;
    if (release) await new Promise<void>((resolve) => (release = resolve));
    return move(progression, by);
  },
}));

let stop: () => void;

beforeEach(() => {
  moved.length = 0;
  away = null;
  format = "text";
  named = null;
  heads = {};
  release = null;
  offer.value = OFFER;
  notice.value = null;
  loadText("");
  loadText(START);
  stop = watchChart();
});

afterEach(() => stop());

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

it("always starts from the chords as they were", async () => {
  await transpose(1);
  expect([chartText.value, semitones.value]).toEqual(["C+1:4|Am+1:4|F+1:4|G7+1:4", 1]);
  await transpose(1);
  expect(moved.at(-1)).toEqual([START, 2]);
  expect(chartText.value).toBe("C+2:4|Am+2:4|F+2:4|G7+2:4");
  expect(isReadable.value).toBe(true);
  expect(song.value?.chart.chords[0]?.name).toBe("C+2");
});

it("changes the chords of a text and nothing else", async () => {
  const sheet = "[Verse]\nC Am | F\n\n[A]\n% |  G7";
  loadText(sheet);
  await transpose(3);
  expect(chartText.value).toBe("[Verse]\nC+3 Am+3 | F+3\n\n[A]\n% |  G7+3");
  expect(notice.value).toBeNull();
  await transpose(-3);
  expect(chartText.value).toBe(sheet);
});

it("writes chords alone where the text holds more that would have to move, and says so", async () => {
  format = "ABC";
  loadText("[Verse]\nC | %\n[A]\nF");
  await transpose(2);
  expect(chartText.value).toBe("C+2:4|C+2:4|F+2:4");
  expect(notice.value?.text).toMatch(/written anew/);
  undo();
  expect(chartText.value).toContain("[Verse]");
});

it("comes back to the very text, there and after an octave", async () => {
  await transpose(1);
  await transpose(-1);
  expect([chartText.value, semitones.value]).toEqual([START, 0]);
  await transpose(-11);
  await transpose(-1);
  expect([chartText.value, semitones.value]).toEqual([START, 0]);
});

it("does one after the other when clicked fast", async () => {
  await Promise.all([transpose(1), transpose(1)]);
  expect([chartText.value, semitones.value]).toEqual(["C+2:4|Am+2:4|F+2:4|G7+2:4", 2]);
});

it("keeps the count when the chords are edited, and forgets it with another chart", async () => {
  await transpose(2);
  setText("D:4");
  expect(semitones.value).toBe(2);
  await transpose(1);
  expect(moved.at(-1)).toEqual(["D:4", 1]);
  expect([chartText.value, semitones.value]).toEqual(["D+1:4", 3]);
  loadText("C:4");
  expect(semitones.value).toBe(0);
  undo();
  expect(semitones.value).toBe(3);
});

it("gives way to what is typed meanwhile", async () => {
  await settled();
  release = () => {};
  const done = transpose(1);
  await settled();
  typeText("G", 0);
  release();
  await done;
  expect(chartText.value).toBe("G");
});

it("says what is wrong and goes on after it", async () => {
  await settled();
  away = new Problem(0, "network", "away");
  await transpose(1);
  expect(readingProblem.value?.message).toBe("away");
  away = null;
  await transpose(1);
  expect(semitones.value).toBe(1);
});

it("leaves a chart alone that can't be read", async () => {
  loadText("C | H");
  await transpose(1);
  expect([chartText.value, semitones.value]).toEqual(["C | H", 0]);
});

it("moves the key that the text names", async () => {
  loadText("Key: C major\nC | F");
  await transpose(2);
  expect(chartText.value).toBe("Key: D major\nC+2 | F+2");
  expect(notice.value).toBeNull();
});

it("writes chords alone where the key stayed what it was, and where the text isn't one, with the key above", async () => {
  named = "E major"; // wherever it was read
  loadText("[A]\nC | F");
  await transpose(2);
  expect(chartText.value).toBe("Key: F# major\nC+2:4|F+2:4");
  expect(notice.value?.text).toMatch(/written anew/);
  format = "ABC";
  named = "E major";
  loadText("[A]\nC | F");
  await transpose(1);
  expect(chartText.value).toBe("Key: F major\nC+1:4|F+1:4");
});

it("changes the text that stands for a score or another file, whose name is not that of its text", async () => {
  const sheet = "Key: C major\n[Verse]\nC | F";
  format = "MusicXML";
  heads = { title: "Blue Boat", tempo: 96 };
  loadText(sheet, { name: "boat.musicxml", source: { text: "<score-partwise/>" }, choices: { part: "1" } });
  const places = readText(sheet.replace(/^Key.*$/m, (line) => " ".repeat(line.length)));
  accept(version.value, { ...places, ...heads, key: "C major", format, is_by_hand: false, text: sheet });
  await transpose(2);
  expect(chartText.value).toBe("Key: D major\n[Verse]\nC+2 | F+2");
  expect(version.value).toMatchObject({ source: null, name: "", choices: {} });
  expect(notice.value).toBeNull();
  await transpose(-2);
  expect(chartText.value).toBe(sheet);
  expect(version.value).toMatchObject({ source: { text: "<score-partwise/>" }, name: "boat.musicxml" });
});

it("keeps the head of a chart that is written anew", async () => {
  format = "ABC";
  heads = { title: "Blue Boat", composer: "Trad., arr: Nobody", style: "Waltz", tempo: 96 };
  loadText("C | F");
  await transpose(2);
  expect(chartText.value).toBe(
    "Title: Blue Boat\n{composer: Trad., arr: Nobody}\nStyle: Waltz\nTempo: 96\nC+2:4|F+2:4",
  );
});
