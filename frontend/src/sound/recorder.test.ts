// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CHART, PIECE } from "../../tests/piece.fixture";
import { notice } from "../state/notice";
import { ownParts } from "../state/own";
import { closePiece, openPiece } from "../state/piece";
import { type Player, playState } from "../state/playback";
import { endRecording, record, recording } from "./recorder";

let step = 0;
const struck: (number | string)[][] = [];
const player = {
  play: async () => {
    playState.value = "playing";
  },
  position: () => step,
  press: (...note: [string, number, number]) => struck.push(note),
  release: (...note: [string, number]) => struck.push(note),
} as unknown as Player;

class Keyboard extends EventTarget {
  constructor(readonly state = "connected") {
    super();
  }
  send(...data: number[]): void {
    this.dispatchEvent(Object.assign(new Event("midimessage"), { data: new Uint8Array(data) }));
  }
}

let keyboards: Map<string, Keyboard>;
let access: EventTarget & { inputs: Map<string, Keyboard> };

beforeEach(() => {
  keyboards = new Map([["1", new Keyboard()]]);
  access = Object.assign(new EventTarget(), { inputs: keyboards });
  vi.stubGlobal("navigator", { requestMIDIAccess: async () => access });
  openPiece(PIECE, CHART);
  ownParts.value = new Map();
  notice.value = null;
  struck.length = 0;
  step = 0;
});
afterEach(() => {
  playState.value = "stopped";
  endRecording();
  closePiece();
  vi.unstubAllGlobals();
});

/** The note messages of what was recorded. */
function taken(role: "melody" | "piano"): readonly number[] {
  const bytes = Uint8Array.from(atob(ownParts.value.get(role)?.data ?? ""), (letter) => letter.charCodeAt(0));
  return [...bytes.subarray(37)];
}

test("what is played along becomes a part when the music stops", async () => {
  await record("melody", player);
  expect([recording.value, playState.value]).toEqual(["melody", "playing"]);
  const keys = keyboards.get("1") as Keyboard;
  step = 12;
  keys.send(0x93, 60, 100);
  step = 18;
  keys.send(0x93, 60, 0); // a note of no velocity ends it
  keys.send(0xb3, 64, 127);
  step = 24;
  keys.send(0x90, 62, 90);
  step = 36;
  playState.value = "stopped"; // what is held ends here
  await Promise.resolve();
  expect(recording.value).toBeNull();
  expect(ownParts.value.get("melody")?.name).toBe("Recorded");
  expect(taken("melody")).toEqual([
    ...[0x83, 0x60, 0x90, 60, 100, 0x81, 0x70, 0x80, 60, 64],
    ...[0x81, 0x70, 0x90, 62, 90, 0x83, 0x60, 0x80, 62, 64],
    ...[0, 0xff, 0x2f, 0],
  ]);
  expect(struck).toEqual([
    ["melody", 60, 100],
    ["melody", 60],
    ["melody", 62, 90],
    ["melody", 62],
  ]);
  expect(notice.value?.text).toBe("2 notes recorded: compose anew to have the band play with it.");
  keys.send(0x90, 70, 90);
  expect(struck).toHaveLength(4);
});

test("a keyboard that is plugged in later is heard, and what is held through a loop is short", async () => {
  await record("piano", player);
  const other = new Keyboard();
  keyboards.set("2", other);
  access.dispatchEvent(new Event("statechange"));
  step = 40;
  other.send(0x90, 60, 80);
  step = 2;
  other.send(0x80, 60, 0);
  endRecording();
  expect(taken("piano").slice(-8)).toEqual([0x28, 0x80, 60, 64, 0, 0xff, 0x2f, 0]);
  expect(playState.value).toBe("playing"); // that goes on
});

test("nothing played is no part, and without a keyboard or leave that is told", async () => {
  await record("piano", player);
  endRecording();
  expect([notice.value?.kind, ownParts.value.size]).toEqual(["problem", 0]);
  expect(notice.value?.text).toContain("Nothing was played");
  keyboards.clear();
  await record("piano", player);
  expect(notice.value?.text).toContain("No MIDI keyboard was found");
  vi.stubGlobal("navigator", { requestMIDIAccess: () => Promise.reject(new DOMException("no", "SecurityError")) });
  await record("piano", player);
  expect(notice.value?.text).toContain("Allow MIDI");
  expect(recording.value).toBeNull();
});
