// @vitest-environment happy-dom

import { beforeEach, expect, test } from "vitest";
import { OFFER } from "../../tests/piece.fixture";
import { AS_COMPOSED } from "../music/piece";
import { mixer, offer, options, setOptions, setStrip } from "./band";
import { valuesOf } from "./fields";
import { recallClicks, recallLocks, recallMixer, recallOptions, rememberLocks } from "./kept";
import { countIn, metronome } from "./playback";

function recallBoth(): void {
  recallMixer();
  recallOptions();
}

const DEFAULTS = valuesOf(OFFER.options, {}) as typeof options.value;

beforeEach(() => {
  offer.value = OFFER;
  localStorage.clear();
  options.value = DEFAULTS;
  setStrip("bass", { muted: false, volume: AS_COMPOSED, program: null });
});

test("options and mixer come back as they were left, mutes don't", () => {
  recallBoth();
  setOptions({ tempo: 77, style: "jazz", tracks: ["piano", "bass"], density: 0, takes: 3, seed: 5 });
  setStrip("bass", { volume: 30, program: 32, muted: true });
  const left = options.value;
  const kept = { ...localStorage };
  options.value = DEFAULTS;
  setStrip("bass", { volume: AS_COMPOSED, program: null, muted: false });
  for (const [key, value] of Object.entries(kept)) localStorage.setItem(key, value);
  recallBoth();
  expect(options.value).toEqual(left);
  expect(mixer.bass.value).toMatchObject({ volume: 30, program: 32, muted: false });
});

test.each(["no JSON", "null", "7", '{"tempo": "fast", "tracks": ["kazoo"], "takes": null}', '{"bass": 3}'])(
  "what is kept may be anything: %s",
  (kept) => {
    localStorage.setItem("sideman.options", kept);
    localStorage.setItem("sideman.mixer", kept);
    recallBoth();
    expect(options.value).toEqual(DEFAULTS);
    expect(mixer.bass.value.volume).toBe(AS_COMPOSED);
  },
);

test("metronome and count-in are off at first, and come back as they were left", () => {
  recallClicks();
  expect([metronome.value, countIn.value]).toEqual([false, false]);
  metronome.value = true;
  const kept = localStorage.getItem("sideman.clicks") ?? "";
  metronome.value = false;
  localStorage.setItem("sideman.clicks", kept);
  recallClicks();
  expect([metronome.value, countIn.value]).toEqual([true, false]);
  for (const damaged of ["no JSON", "null", '{"metronome": 1, "countIn": "yes"}']) {
    localStorage.setItem("sideman.clicks", damaged);
    recallClicks();
    expect([metronome.value, countIn.value]).toEqual([false, false]);
  }
});

test("locks are kept by piece, of the pieces that were locked last", () => {
  rememberLocks("first", ["0 bass 1"]);
  for (let number = 0; number < 49; number++) rememberLocks(`${number} more`, ["0 bass 0"]);
  expect(recallLocks("first")).toEqual(["0 bass 1"]);
  rememberLocks("last", ["0 bass 0"]);
  expect(recallLocks("first")).toEqual([]);
  rememberLocks("last", []);
  expect(recallLocks("last")).toEqual([]);
  localStorage.setItem("sideman.locks", '{"odd": [1, "0 bass 1"], "other": 3}');
  expect([recallLocks("odd"), recallLocks("other")]).toEqual([["0 bass 1"], []]);
});
