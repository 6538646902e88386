// @vitest-environment happy-dom

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { OFFER } from "../../tests/piece.fixture";
import { FakeLender } from "../../tests/player.fixture";
import { Problem } from "../api";
import { offer, programOf, setOptions } from "../state/band";
import { interlude } from "../state/interlude";
import { jamChord, jamKept, jamState, noKeyboard } from "../state/jam";
import { notice } from "../state/notice";
import { playState } from "../state/playback";
import type { JamBarView, JamChord, JamRequest } from "../wire";
import { beginJamming, jamPlace, stopJamming, tapChord } from "./jam";

const server = vi.hoisted(() => ({
  bars: 0,
  asked: [] as unknown[],
  ended: [] as string[],
  no: null as Error | null,
}));

vi.mock("../jams", () => ({
  beginJam: async (body: JamRequest) => {
    server.asked.push(body);
    return { id: "jam", steps: 48, beats: 4, tempo: body.tempo ?? 120 };
  },
  playBar: async (_: string, { chord }: JamChord): Promise<JamBarView> => {
    if (server.no) throw server.no;
    server.bars += 1;
    const notes = { bass: [[0, 12, 36, 90] as const] };
    return { number: server.bars - 1, chords: [{ step: 0, name: chord ?? "C/E", tones: [0, 4, 7] }], notes };
  },
  fetchJam: async (_: string, until: number) => ({ chart: `${until} bars`, midi: new Blob() }),
  endJam: async (id: string) => void server.ended.push(id),
}));

const BAR = 2; // seconds
let player: FakeLender;
const keyboard = Object.assign(new EventTarget(), { state: "connected" });

/** Let the page's and the synthesizer's clock run. */
async function pass(seconds: number): Promise<void> {
  for (let index = 0; index < Math.round(seconds / 0.025); index += 1) {
    player.synth.time += 0.025;
    await vi.advanceTimersByTimeAsync(25);
  }
}

function press(pitch: number): void {
  const data = new Uint8Array([0x90, pitch, 90]);
  keyboard.dispatchEvent(Object.assign(new Event("midimessage"), { data }));
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  Object.assign(server, { bars: 0, asked: [], ended: [], no: null });
  player = new FakeLender();
  player.synth.time = 10;
  offer.value = OFFER;
  playState.value = "stopped";
  vi.stubGlobal("navigator", {
    requestMIDIAccess: async () => Object.assign(new EventTarget(), { inputs: new Map([["1", keyboard]]) }),
  });
});
afterEach(async () => {
  await stopJamming();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("it asks for a band with what is set, as far as a jam has it, and waits for a chord", async () => {
  setOptions({ style: "jazz", tempo: 120, density: 3 });
  await beginJamming(player);
  expect(jamState.value).toBe("waiting");
  const [asked] = server.asked as [JamRequest & Record<string, unknown>];
  expect(asked).toMatchObject({ style: "jazz", tempo: 120, density: 3, metre: "4/4", swing: 50 });
  for (const name of ["takes", "ending", "ritardando", "play_tempo", "transpose"]) expect(name in asked).toBe(false);
  await pass(3);
  expect(server.bars).toBe(0);
  expect(jamPlace()).toBeNull();
});

test("a key begins it, and the band is heard and balanced; stopping keeps what was heard", async () => {
  await beginJamming(player);
  press(52);
  await pass(2.2 * BAR);
  expect(jamState.value).toBe("playing");
  expect(jamChord.value).toBe("C/E");
  expect(player.synth.onsets.filter(([, pitch]) => pitch === 36)).toHaveLength(3);
  expect(interlude.value?.bars.at(-1)?.bass).toEqual([[(server.bars - 1) * 48, 12, 36, 90]]);
  await pass(0.78 * BAR); // the bar after it has been asked for
  expect(server.bars).toBe(4);
  await stopJamming();
  expect(jamState.value).toBe("over");
  expect(jamKept.value).toMatchObject({ bars: 3, chart: "3 bars" });
  expect([player.isLent, interlude.value, server.ended]).toEqual([false, null, ["jam"]]);
  expect(player.synth.sounding(99)).toEqual([]);
});

test("the style of the jam brings its instruments while it lasts", async () => {
  const before = programOf("bass");
  offer.value = { ...OFFER, style_programs: { jazz: { bass: 32 } } };
  setOptions({ style: "jazz" });
  await beginJamming(player);
  expect(programOf("bass")).toBe(32);
  expect(before).toBe(33);
});

test("one that others end while it is made ready can begin again", async () => {
  const begun = beginJamming(player);
  player.ended?.();
  await begun;
  expect([jamState.value, player.isLent]).toEqual(["off", false]);
  await beginJamming(player);
  expect(jamState.value).toBe("waiting");
});

test("without a keyboard chords are tapped", async () => {
  vi.stubGlobal("navigator", {});
  await beginJamming(player);
  expect(noKeyboard.value).toBe("This browser has no MIDI: tap the chords.");
  tapChord("Dm7", performance.now());
  await pass(0.1);
  expect(jamChord.value).toBe("Dm7");
});

test("a connection that breaks ends it with a word", async () => {
  await beginJamming(player);
  press(60);
  await pass(1);
  server.no = new Problem(0, "network", "no answer");
  await pass(2 * BAR);
  expect(jamState.value).toBe("over");
  expect(notice.value).toEqual({
    kind: "problem",
    text: "The connection to the server broke, so the band stopped.",
  });
  expect(player.isLent).toBe(false);
});

test("it ends where nobody plays any more, and where a piece is played", async () => {
  await beginJamming(player);
  tapChord("C", performance.now());
  await pass(15.5 * BAR);
  expect(jamState.value).toBe("playing");
  await pass(1.5 * BAR);
  expect(jamState.value).toBe("over");
  expect(notice.value?.text).toContain("for 16 bars");

  server.bars = 0;
  await beginJamming(player);
  tapChord("C", performance.now());
  await pass(BAR);
  playState.value = "waiting";
  await pass(0.1);
  expect(jamState.value).toBe("over");
});
