// @vitest-environment happy-dom

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { CHART, PIECE } from "../../tests/piece.fixture";
import { FakePlayer } from "../../tests/player.fixture";
import { notice } from "../state/notice";
import { closePiece, openPiece } from "../state/piece";
import { ledTempo, playState } from "../state/playback";
import { playing } from "../state/playing";
import { LOST } from "./clock-follower";
import { askForClocks, clockPort, clockPorts, clockWords, followClock } from "./clock-in";

const TICK = 20; // ms: 125 quarters a minute

class Input extends EventTarget {
  id = "in";
  name = "Studio";
  state = "connected";
}

const input = new Input();
const access = Object.assign(new EventTarget(), { inputs: new Map([[input.id, input]]) });
const player = new FakePlayer();
const begun: (boolean | undefined)[] = [];

function say(...bytes: readonly number[]): void {
  const message = Object.assign(new Event("midimessage"), { data: new Uint8Array(bytes) });
  Object.defineProperty(message, "timeStamp", { value: performance.now() });
  input.dispatchEvent(message);
}

function ticks(count: number): void {
  for (let tick = 0; tick < count; tick += 1) {
    vi.advanceTimersByTime(TICK);
    say(0xf8);
  }
}

beforeEach(async () => {
  vi.useFakeTimers();
  vi.stubGlobal("navigator", { requestMIDIAccess: async () => access });
  player.play = async (countsIn) => {
    begun.push(countsIn);
    playState.value = "playing";
  };
  player.pause = () => {
    playState.value = "stopped";
  };
  begun.length = player.step = 0;
  input.state = "connected";
  notice.value = null;
  openPiece({ ...PIECE, state: "done" }, CHART);
  await askForClocks();
  followClock("in", player);
});

afterEach(() => {
  followClock(null, player);
  closePiece();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("starts, leads and stops the player, without a bar that is counted", () => {
  ticks(24);
  vi.advanceTimersByTime(300);
  ticks(24);
  expect(clockWords.value).toBe("The clock is at 125 bpm.");
  player.step = 30;
  say(0xfa);
  expect([player.step, begun]).toEqual([0, [false]]);
  expect(ledTempo.value).toBeCloseTo(125, 0);
  expect(playing.value.time.seconds(12)).toBeCloseTo(60 / (ledTempo.value ?? 0), 6);
  say(0xfc);
  expect(playState.value).toBe("stopped");
  say(0xf2, 4, 0);
  expect(player.step).toBe(12);
  followClock(null, player);
  expect([ledTempo.value, clockPort.value, clockWords.value]).toEqual([null, null, ""]);
  say(0xfa);
  expect(begun).toEqual([false]);
});

it("says so where the clock is gone, and where there is nothing to play", () => {
  ticks(24);
  say(0xfa);
  vi.advanceTimersByTime(LOST + 300);
  expect(notice.value?.text).toBe("The clock of Studio has stopped: so does the page.");
  expect(playState.value).toBe("stopped");
  closePiece();
  ticks(24);
  say(0xfa);
  expect(notice.value?.text).toContain("nothing is open here");
});

it("follows nobody once the device is pulled out", () => {
  expect(clockPorts.value).toEqual([{ id: "in", name: "Studio" }]);
  input.state = "disconnected";
  access.dispatchEvent(new Event("statechange"));
  expect([clockPorts.value, clockPort.value]).toEqual([[], null]);
});
