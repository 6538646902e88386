// @vitest-environment happy-dom

import { beforeEach, expect, it } from "vitest";
import { CHART, OFFER, PIECE } from "../../tests/piece.fixture";
import { mixer, offer, setStrip } from "../state/band";
import { openPiece, piece } from "../state/piece";
import { countIn } from "../state/playback";
import { midiFile } from "./MidiFile";

const query = (address = "") => [...new URL(address).searchParams].map((each) => each.join("="));

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
