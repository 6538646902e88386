import { type BasicSoundBank, SoundBankLoader } from "spessasynth_core";
import { beforeAll, expect, it } from "vitest";
import { soundFont } from "../../tests/soundfont.fixture";
import { DownloadableSounds } from "./dls";

let whole: Blob;

/** As the synthesizer reads it. */
const parsed = (data: ArrayBuffer): BasicSoundBank => SoundBankLoader.fromArrayBuffer(data);
const samples = (bank: BasicSoundBank) => bank.samples.map((each) => [...each.getAudioData()].slice(0, 50));

beforeAll(async () => {
  whole = new Blob([await parsed(soundFont().buffer).writeDLS()]);
});

it("knows what is in it", async () => {
  const font = await DownloadableSounds.open(whole);
  expect(font.isEmpty).toBe(false);
  expect([font.has(0, false), font.has(0, true), font.has(1, false)]).toEqual([true, true, false]);
});

it.each([false, true])("takes an instrument out with its waves alone (kit: %s)", async (isDrum) => {
  const font = await DownloadableSounds.open(whole);
  const all = parsed(await whole.arrayBuffer());
  const one = parsed(await font.read(0, isDrum));
  expect(one.presets.map(({ program, isGMGSDrum }) => [program, isGMGSDrum])).toEqual([[0, isDrum]]);
  expect(one.samples.length).toBeLessThan(all.samples.length);
  for (const sample of samples(one)) expect(samples(all)).toContainEqual(sample);
  expect((await font.read(0, isDrum)).byteLength).toBeLessThan(whole.size);
});

it.each([
  ["nothing", () => new Blob([])],
  ["one that breaks off", () => whole.slice(0, 400)],
  ["one that ends before its waves", () => whole.slice(0, whole.size - 300)],
])("says what is wrong: %s", async (_, file) => {
  await expect(DownloadableSounds.open(file())).rejects.toThrow(/damaged/);
});

it("says so where an instrument is not there", async () => {
  await expect((await DownloadableSounds.open(whole)).read(5, false)).rejects.toThrow(/damaged/);
});
