import { createHash } from "node:crypto";
import { openAsBlob } from "node:fs";
import { expect, it } from "vitest";
import { soundFont } from "../../tests/soundfont.fixture";
import { SoundFont } from "./soundfont";
import golden from "./soundfont.golden.json";

const BUNDLED = "../src/sideman/render/data/sideman.sf3";
const PAUSE = 46; // frames after a sample
const whole = new Blob([soundFont()]);

it.each(golden)("takes the program $program (kit: $isDrum) out as the server does", async (known) => {
  const font = await SoundFont.open(await openAsBlob(BUNDLED));
  const data = await font.read(known.program, known.isDrum);
  expect(createHash("sha256").update(new Uint8Array(data)).digest("hex")).toBe(known.sha256);
});

it("knows what is in it", async () => {
  const font = await SoundFont.open(whole);
  expect(font.isEmpty).toBe(false);
  expect([font.has(0, false), font.has(0, true), font.has(1, false)]).toEqual([true, true, false]);
});

it("takes an instrument out with its samples alone, both halves of stereo ones, each with its loop", async () => {
  const data = await (await SoundFont.open(whole)).read(0, false);
  const again = await SoundFont.open(new Blob([data]));
  expect([again.has(0, false), again.has(0, true)]).toEqual([true, false]);
  const text = new TextDecoder("latin1").decode(data);
  const [sound, headers] = [text.indexOf("smpl") + 8, text.indexOf("shdr") + 8];
  const view = new DataView(data);
  const frames = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, frame) => view.getInt16(sound + 2 * (from + frame), true));
  const told = [0, 1].map((row) => [20, 24, 28, 32].map((field) => view.getUint32(headers + 46 * row + field, true)));
  expect(text.slice(headers, headers + 4)).toBe("left");
  expect(told).toEqual([
    [0, 50, 10, 40],
    [50 + PAUSE, 110 + PAUSE, 60 + PAUSE, 90 + PAUSE],
  ]);
  expect(frames(0, 50)).toEqual(Array.from({ length: 50 }, (_, frame) => 100 + frame));
  expect(frames(50, 50 + PAUSE).every((frame) => frame === 0)).toBe(true);
  expect(frames(50 + PAUSE, 110 + PAUSE)).toEqual(Array.from({ length: 60 }, (_, frame) => 200 + frame));
  expect([0, 1].map((row) => view.getUint16(headers + 46 * row + 42, true))).toEqual([1, 0]); // the links
  expect(data.byteLength).toBeLessThan(whole.size);
});

it.each([
  ["another file", new Blob(["RIFF\0\0\0\0WAVEfmt and so on"]), /no SoundFont/],
  ["nothing", new Blob([]), /no SoundFont/],
  ["one that breaks off", whole.slice(0, 500), /its end is missing/],
  ["one that ends before its tables", whole.slice(0, 640), /its end is missing/],
])("says what is wrong: %s", async (_, file, words) => {
  await expect(SoundFont.open(file)).rejects.toThrow(words);
});

it("says so where an instrument points at what isn't there", async () => {
  const font = await SoundFont.open(new Blob([soundFont(77)]));
  await expect(font.read(0, true)).rejects.toThrow(/damaged/);
  await expect(font.read(0, false)).resolves.toBeInstanceOf(ArrayBuffer);
});
