// @vitest-environment happy-dom

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Offer } from "../api";
import { ROLES } from "../music/piece";
import { type FontSynth, loadSpessa } from "./spessa";
import { SoundError } from "./synth";

type Message = readonly [kind: string, channel: number, value: number, more?: number, time?: number];

const SPARE = 15;
const OUTPUTS = 16; // of the library: channels share them
const VOLUME = 7;
let sent: Message[] = [];
let metered: (readonly [object, number])[] = [];
let damaged = false;
let banks: string[] = [];
let fetched: string[] = [];
const progress: (readonly [number, number])[] = [];
const failures: string[] = [];

vi.mock("spessasynth_lib/dist/spessasynth_processor.min.js?url", () => ({ default: "/processor.js" }));
vi.mock("spessasynth_lib", () => ({
  WorkletSynthesizer: class {
    isReady = Promise.resolve();
    midiChannels: { setDrums(isDrum: boolean): void }[] = [];
    constructor() {
      for (let channel = 0; channel < OUTPUTS; channel += 1) this.addNewChannel();
    }
    addNewChannel() {
      const channel = this.midiChannels.length;
      this.midiChannels.push({ setDrums: (isDrum) => sent.push(["drums", channel, Number(isDrum)]) });
    }
    eventHandler = {
      addEvent: (_event: string, _id: string, callback: (error: Error) => void) => {
        if (damaged) callback(new Error("damaged"));
      },
      removeEvent: () => {},
    };
    soundBankManager = {
      addSoundBank: (_font: ArrayBuffer, id: string) => {
        banks.push(id);
        return damaged ? new Promise(() => {}) : Promise.resolve();
      },
    };
    setSystemParameter() {}
    reset() {}
    connect() {}
    disconnectChannel() {}
    connectChannel(meter: object, channel: number) {
      metered.push([meter, channel % OUTPUTS]);
    }
    async getSnapshot() {}
    programChange(channel: number, program: number) {
      sent.push(["program", channel, program]);
    }
    controllerChange(channel: number, controller: number, value: number, { time = 0 } = {}) {
      sent.push(["control", channel, controller, value, time]);
    }
    noteOn(channel: number, pitch: number, _velocity: number, { time = 0 } = {}) {
      sent.push(["on", channel, pitch, 0, time]);
    }
    noteOff(channel: number, pitch: number, { time = 0 } = {}) {
      sent.push(["off", channel, pitch, 0, time]);
    }
  },
}));

const context = {
  currentTime: 10,
  state: "suspended",
  audioWorklet: { addModule: async () => {} },
  getOutputTimestamp: () => ({}),
  baseLatency: 0.01,
  outputLatency: 0.03,
  resume: async () => {},
};
const instrument = (program: number) => ({ program, name: "", font: `/font/${program}`, font_bytes: 8 });
const offer = {
  tracks: ROLES.map((role, number) => ({
    role,
    is_drum: role === "drums",
    program: number,
    instruments: [number, 70].map(instrument),
  })),
} as unknown as Offer;

const load = () =>
  loadSpessa(context as unknown as AudioContext, offer, {
    progress: (there, of) => progress.push([there, of]),
    failed: (error) => failures.push(error.message),
  });
/** Until what was begun in the background is over. */
const settled = () => vi.waitFor(() => expect(banks.length).toBeGreaterThanOrEqual(ROLES.length));
const volumes = (channel: number) =>
  sent.filter(([kind, on, controller]) => kind === "control" && on === channel && controller === VOLUME);

let synth: FontSynth;

beforeEach(async () => {
  Object.assign(context, { currentTime: 10, state: "suspended" });
  damaged = false;
  sent = [];
  metered = [];
  [banks, fetched] = [[], []];
  failures.length = progress.length = 0;
  vi.stubGlobal("fetch", async (address: string) => {
    fetched.push(address);
    return new Response(new ArrayBuffer(8));
  });
  vi.stubGlobal(
    "DynamicsCompressorNode",
    class {
      connect() {}
    },
  );
  vi.stubGlobal("AnalyserNode", class {});
  synth = await load();
  await settled();
  await vi.waitFor(() => expect(volumes(4).at(-1)?.[3]).toBe(100));
});
afterEach(() => vi.unstubAllGlobals());

describe("loading", () => {
  it("strikes every key of every instrument once, unheard", () => {
    const struck = sent.filter(([kind]) => kind === "on");
    expect(struck.every(([, channel]) => channel === SPARE)).toBe(true);
    expect(struck).toHaveLength(ROLES.length * 128);
  });

  it("begins without those that carry no piece, who are silent until theirs is there", async () => {
    let slow: ((response: Response) => void) | undefined;
    vi.stubGlobal("fetch", (address: string) => {
      const font = new Response(new ArrayBuffer(8));
      if (address !== "/font/4") return Promise.resolve(font);
      return new Promise<Response>((resolve) => {
        slow = resolve;
      });
    });
    [sent, banks] = [[], []];
    synth = await load();
    expect(new Set(banks).has("program 4")).toBe(false);
    expect(volumes(3).at(-1)?.[3]).toBe(0);
    expect(volumes(2).at(-1)?.[3]).toBe(100);
    slow?.(new Response(new ArrayBuffer(8)));
    await vi.waitFor(() => expect(volumes(3).at(-1)?.[3]).toBe(100));
    expect(sent).toContainEqual(["program", 3, 4]);
  });

  it("fetches each instrument once, and tells how far it is", async () => {
    expect(fetched.toSorted()).toEqual(ROLES.map((_, number) => `/font/${number}`));
    expect(progress.at(-1)).toEqual([8 * ROLES.length, 8 * ROLES.length]);
    synth.program("guitar", 70);
    synth.program("bass", 70);
    await vi.waitFor(() => expect(sent).toContainEqual(["program", 2, 70]));
    expect(fetched.filter((address) => address === "/font/70")).toHaveLength(1);
  });

  it("leaves an instrument as it is where another can't be had, tells so, and tries again when asked", async () => {
    vi.stubGlobal("fetch", async () => new Response(null, { status: 503 }));
    sent = [];
    synth.program("guitar", 70);
    await vi.waitFor(() => expect(failures).toHaveLength(1));
    expect(failures[0]).toContain("instruments couldn't be loaded");
    expect(sent).toEqual([]);
    vi.stubGlobal("fetch", async () => new Response(new ArrayBuffer(8)));
    synth.program("guitar", 70);
    await vi.waitFor(() => expect(sent).toContainEqual(["program", 1, 70]));
  });

  it("gives no two players the same output, so that each has a level of its own", () => {
    expect(new Set(metered.map(([, output]) => output)).has(SPARE)).toBe(false);
    const isShared = metered.some(([meter, output]) =>
      metered.some(([other, same]) => same === output && other !== meter),
    );
    expect(isShared).toBe(false);
    expect(new Set(metered.map(([meter]) => meter)).size).toBe(ROLES.length);
  });

  it("says so where the SoundFont isn't there", async () => {
    vi.stubGlobal("fetch", async () => new Response(null, { status: 404 }));
    await expect(load()).rejects.toThrow(/instruments couldn't be loaded/);
  });

  it("says so where the SoundFont is damaged", async () => {
    damaged = true;
    await expect(load()).rejects.toThrow(/instruments couldn't be loaded/);
  });
});

describe("a SoundFont of the person's", () => {
  const own = {
    name: "mine.sf2",
    has: (program: number) => program < 2,
    read: vi.fn(async () => new ArrayBuffer(4)),
  };

  it("plays what it has, the rest with the page's own, and goes back", async () => {
    [sent, banks, fetched] = [[], [], []];
    synth.use(own);
    await settled();
    expect(own.read).toHaveBeenCalledTimes(2);
    expect(fetched.toSorted()).toEqual(["/font/2", "/font/3", "/font/4", "/font/5"]);
    await vi.waitFor(() => expect(sent.filter(([kind, on]) => kind === "program" && on !== SPARE)).toHaveLength(18));
    fetched = [];
    synth.use(own); // the same again is nothing new
    expect(fetched).toEqual([]);
    synth.use(null);
    await vi.waitFor(() => expect(fetched.toSorted()).toEqual(ROLES.map((_, number) => `/font/${number}`)));
  });

  it("plays the page's own where one of it is damaged, and says so", async () => {
    [banks, fetched] = [[], []];
    synth.use({ ...own, read: () => Promise.reject(new SoundError("it is damaged")) });
    await settled();
    expect(fetched.toSorted()).toEqual(ROLES.map((_, number) => `/font/${number}`));
    expect(failures).toContain(
      "Program 2 of mine.sf2 can't be played: it is damaged. The page's own plays in its place.",
    );
  });
});

describe("stopping", () => {
  it("costs nothing where nothing was sent", () => {
    sent = [];
    expect(synth.stopAll()).toBe(10);
    expect(sent).toEqual([]);
  });

  it("turns down what plays at once, and goes on elsewhere at once", () => {
    synth.noteOn("bass", 40, 90, 10.2);
    sent = [];
    expect(synth.stopAll()).toBe(10);
    expect(volumes(2)[0]).toEqual(["control", 2, VOLUME, 0, 0]);
    synth.noteOn("bass", 41, 90, 10);
    const on = sent.at(-1);
    expect(on?.[1]).not.toBe(2);
    expect(volumes(on?.[1] as number).every(([, , , value]) => value === 100)).toBe(true);
  });

  it("gives a lane its volume back once what was queued for it has passed", () => {
    synth.noteOn("bass", 40, 90, 10.2);
    sent = [];
    synth.stopAll();
    const back = volumes(2).at(-1);
    expect(back?.[3]).toBe(100);
    expect(back?.[4]).toBeGreaterThan(10.2);
    synth.silence("bass", true); // meanwhile: holds when the lane comes back, too
    expect(volumes(2).at(-1)).toEqual(["control", 2, VOLUME, 0, back?.[4]]);
  });

  it("again and again waits for a lane to be free", () => {
    let ready = 0;
    for (let stop = 0; stop < 3; stop += 1) {
      synth.noteOn("bass", 40, 90, 10.2);
      ready = synth.stopAll();
    }
    expect(ready).toBeGreaterThan(10.2);
  });
});

describe("the mix", () => {
  it("mutes in all lanes at once, and lets be heard again", () => {
    sent = [];
    synth.silence("piano", true);
    synth.silence("piano", false);
    expect(sent.map(([, channel, , value]) => [channel, value])).toEqual([
      [0, 0],
      [16, 0],
      [5, 0],
      [0, 100],
      [16, 100],
      [5, 100],
    ]);
  });

  it("changes instruments once their samples are decoded", async () => {
    sent = [];
    synth.program("guitar", 70);
    await vi.waitFor(() => expect(sent).toContainEqual(["program", 6, 70]));
    expect(sent.filter(([kind]) => kind === "on")).toHaveLength(128);
    expect(sent.filter(([kind, channel]) => kind === "program" && channel !== SPARE)).toEqual([
      ["program", 1, 70],
      ["program", 17, 70],
      ["program", 6, 70],
    ]);
  });
});

it("hears what was sent a moment ago, and nothing while the clock stands", () => {
  expect(synth.heard()).toBeCloseTo(9.97, 9);
  expect(synth.level("bass")).toBe(0);
});

it("asks Firefox for nothing that may stop it", () => {
  const asked = vi.spyOn(context, "getOutputTimestamp");
  vi.spyOn(navigator, "userAgent", "get").mockReturnValue("Mozilla/5.0 (X11; rv:153.0) Gecko/20100101 Firefox/153.0");
  expect(synth.heard()).toBeCloseTo(9.99, 9);
  expect(asked).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});

it("says how to start the sound where the browser doesn't let it", async () => {
  vi.useFakeTimers();
  context.resume = () => new Promise(() => {});
  const blocked = expect(synth.resume()).rejects.toThrow(/Press play once more/);
  await vi.advanceTimersByTimeAsync(5_000);
  await blocked;
  vi.useRealTimers();
});
