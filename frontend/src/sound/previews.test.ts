// @vitest-environment happy-dom

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { OFFER } from "../../tests/piece.fixture";
import { FakeLender } from "../../tests/player.fixture";
import type { Note } from "../music/piece";
import { offer, programOf } from "../state/band";
import { interlude, previewed } from "../state/interlude";
import { notice } from "../state/notice";
import { playState } from "../state/playback";
import { type Preview, playPreview, stopPreview } from "./previews";

const bars = [0, 1].map((bar) => ({ bass: [[48 * bar, 12, 36 + bar, 90] as Note] }));
const load = async (): Promise<Record<string, Preview>> => ({ jazz: { tempo: 120, bars }, rock: { tempo: 60, bars } });
const pitches = () => player.synth.onsets.map(([, pitch]) => pitch);
let player: FakeLender;

/** Let the page's and the synthesizer's clock run. */
async function pass(seconds: number): Promise<void> {
  for (let index = 0; index < Math.round(seconds / 0.025); index += 1) {
    player.synth.time += 0.025;
    await vi.advanceTimersByTimeAsync(25);
  }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  player = new FakeLender();
  offer.value = { ...OFFER, style_programs: { jazz: { bass: 32 } } };
  playState.value = "stopped";
  notice.value = null;
});

afterEach(() => {
  stopPreview();
  vi.useRealTimers();
});

test("the bars of a style are played by its players, at its tempo, once", async () => {
  await playPreview(player, "jazz", load);
  expect([previewed.value, player.isLent, programOf("bass")]).toEqual(["jazz", true, 32]);
  await pass(3);
  expect(pitches()).toEqual([36, 37]);
  await pass(2);
  expect(pitches()).toEqual([36, 37]);
  expect([previewed.value, interlude.value, player.isLent, programOf("bass")]).toEqual([null, null, false, 33]);
});

test("another style takes the place of the first", async () => {
  await playPreview(player, "jazz", load);
  await pass(0.5);
  await playPreview(player, "rock", load);
  expect([previewed.value, player.isLent]).toEqual(["rock", true]);
  await pass(3);
  expect(pitches()).toEqual([36, 36]); // a bar takes four seconds
});

test("of two that are asked for at once the second one plays", async () => {
  await Promise.all([playPreview(player, "jazz", load), playPreview(player, "rock", load)]);
  await pass(3);
  expect([previewed.value, player.isLent, pitches()]).toEqual(["rock", true, [36]]);
});

test("it ends where a piece is played, and where somebody else wants the sound", async () => {
  await playPreview(player, "jazz", load);
  playState.value = "waiting";
  await pass(0.1);
  expect([previewed.value, player.isLent]).toEqual([null, false]);
  playState.value = "stopped";
  await playPreview(player, "jazz", load);
  player.ended?.();
  expect([previewed.value, player.isLent]).toEqual([null, false]);
});

test("one that is stopped before it is there plays nothing", async () => {
  const begun = playPreview(player, "jazz", load);
  stopPreview();
  await begun;
  await pass(1);
  expect([previewed.value, interlude.value, pitches()]).toEqual([null, null, []]);
  expect(player.isLent).toBe(false);
});

test("styles that can't be loaded are told", async () => {
  await playPreview(player, "jazz", () => Promise.reject(new TypeError("no network")));
  expect(notice.value).toEqual({
    kind: "problem",
    text: "The styles couldn't be loaded from the server. Is it still running?",
  });
  expect([previewed.value, player.isLent]).toEqual([null, false]);
});
