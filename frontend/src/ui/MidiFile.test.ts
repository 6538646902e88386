// @vitest-environment happy-dom

import type { Signal } from "@preact/signals";
import { h, render } from "preact";
import { afterEach, beforeEach, expect, it } from "vitest";
import { CHART, OFFER, PIECE } from "../../tests/piece.fixture";
import { mixer, offer, setStrip } from "../state/band";
import { openPiece, piece } from "../state/piece";
import { countIn } from "../state/playback";
import { MidiFile, midiFile } from "./MidiFile";
import { hasFinePointer } from "./media";
import { TakeAway } from "./TakeAway";

const query = (address = "") => [...new URL(address).searchParams].map((each) => each.join("="));

const page = document.createElement("div");
const pointsFinely = hasFinePointer as Signal<boolean>;
const wasFine = pointsFinely.peek();
afterEach(() => {
  pointsFinely.value = wasFine;
  render(null, page);
});

beforeEach(() => {
  offer.value = OFFER;
  openPiece({ ...PIECE, name: "Bridge", file_name: "Bridge", tracks: ["piano", "bass"], state: "done" }, CHART);
  for (const role of ["piano", "bass"] as const) setStrip(role, { muted: false, solo: false, volume: 100 });
  countIn.value = false;
});

it("is of a player alone, muted or not", () => {
  setStrip("bass", { muted: true });
  const file = midiFile(["bass"]);
  expect(file?.name).toBe("Bridge - bass.mid");
  expect(query(file?.address)).toEqual(["take=0", expect.stringMatching(/^track=piano:\d+:0$/)]);
});

it("is of the bars that are selected, from the beginning of the file", () => {
  countIn.value = true;
  const file = midiFile(["piano", "bass"], { from: 1, to: 2 });
  expect(file?.name).toBe("Bridge - bar 2.mid");
  expect(query(file?.address)).toEqual(["take=0", "first=1", "bars=1"]);
  expect(midiFile(["piano"], { from: 0, to: 2 })?.name).toBe("Bridge - piano.mid"); // that is all of it
  expect(query(midiFile()?.address)).toEqual(["take=0", "count_in=true"]);
});

it("is not there where nobody would be heard, or nothing is done", () => {
  setStrip("bass", { volume: 0 });
  expect(midiFile(["bass"])).toBeNull();
  expect(mixer.bass.value.volume).toBe(0);
  piece.value = null;
  expect(midiFile()).toBeNull();
});

it.each([true, false])("can be dragged with a mouse, and is downloaded with a finger", (isFine) => {
  pointsFinely.value = isFine;
  render(h(MidiFile, { words: "MIDI", about: "The MIDI of bar 2", look: "" }), page);
  const link = page.querySelector("a");
  expect(link?.getAttribute("draggable") === "true").toBe(isFine);
  expect(link?.download).toBe("Bridge.mid");
  expect(link?.title.includes("drag it")).toBe(isFine);
  render(h(TakeAway, {}), page);
  expect(page.textContent?.includes("Drag MIDI")).toBe(isFine);
});
