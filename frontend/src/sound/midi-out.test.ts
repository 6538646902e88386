import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ROLES } from "../music/piece";
import { hasMidi } from "./midi-access";
import { askForMidi, chooseMidi, MidiSynth, midiClock, midiPorts, midiSynth } from "./midi-out";
import { SoundError } from "./synth";

class Output {
  readonly sent: { data: number[]; at: number | undefined }[] = [];
  constructor(
    readonly id: string,
    readonly name: string | null,
    public state = "connected",
  ) {}
  send(data: number[], at?: number): void {
    if (this.state !== "connected") throw new DOMException("port is disconnected", "InvalidStateError");
    this.sent.push({ data, at });
  }
}

const device = (output: Output) => new MidiSynth(output as unknown as MIDIOutput);
let access: { outputs: Map<string, Output>; onstatechange: (() => void) | null };

beforeEach(() => {
  const outputs = [new Output("1", "Synth"), new Output("2", null), new Output("3", "Gone", "disconnected")];
  access = { outputs: new Map(outputs.map((output) => [output.id, output])), onstatechange: null };
  vi.stubGlobal("navigator", { requestMIDIAccess: async () => access });
});
afterEach(() => {
  chooseMidi(null);
  midiPorts.value = null;
  vi.unstubAllGlobals();
});

describe("access", () => {
  it("isn't there in every browser", () => {
    expect(hasMidi()).toBe(true);
    vi.stubGlobal("navigator", {});
    expect(hasMidi()).toBe(false);
  });

  it("lists what is plugged in", async () => {
    await askForMidi();
    expect(midiPorts.value).toEqual([
      { id: "1", name: "Synth" },
      { id: "2", name: "MIDI device" },
    ]);
  });

  it("says how to allow it where it is refused", async () => {
    vi.stubGlobal("navigator", { requestMIDIAccess: () => Promise.reject(new DOMException("no", "SecurityError")) });
    await expect(askForMidi()).rejects.toThrow(SoundError);
  });

  it("goes back to the browser when the chosen device is pulled out", async () => {
    await askForMidi();
    chooseMidi("1");
    expect(midiSynth.value?.id).toBe("1");
    (access.outputs.get("1") as Output).state = "disconnected";
    access.onstatechange?.();
    expect(midiSynth.value).toBeNull();
  });
});

describe("a device", () => {
  it("gets each role on its own channel, at the time of the page's clock", () => {
    const output = new Output("1", "Synth");
    const synth = device(output);
    for (const role of ROLES) synth.noteOn(role, 60, 90, 12.5);
    synth.noteOff("bass", 60, 13);
    expect(output.sent.map(({ data }) => data[0])).toEqual([0x99, 0x90, 0x91, 0x92, 0x93, 0x94, 0x82]);
    expect(output.sent[0]).toEqual({ data: [0x99, 60, 90], at: 12_500 });
  });

  it("gets instruments and volumes", () => {
    const output = new Output("1", "Synth");
    const synth = device(output);
    synth.program("guitar", 27);
    synth.volume("guitar", 80);
    synth.silence("guitar", true);
    synth.silence("guitar", false);
    synth.seat("guitar", { pan: 34, reverb: 40, chorus: 70 });
    expect(output.sent.map(({ data }) => data)).toEqual([
      [0xc1, 27],
      [0xb1, 7, 80],
      [0xb1, 7, 0],
      [0xb1, 7, 80],
      [0xb1, 10, 34],
      [0xb1, 91, 40],
      [0xb1, 93, 70],
    ]);
  });

  it("falls silent, and stays so until what was queued has passed", () => {
    const output = new Output("1", "Synth");
    const synth = device(output);
    const queued = synth.now() + 0.2;
    synth.noteOn("piano", 60, 90, queued);
    const ready = synth.stopAll();
    expect(ready).toBeGreaterThan(queued);
    const piano = output.sent.filter(({ data }) => data[0] === 0xb0);
    expect(piano[0]?.data).toEqual([0xb0, 7, 0]);
    expect(piano.filter(({ data }) => data[1] === 123)).toHaveLength(2);
    expect(piano.at(-1)).toEqual({ data: [0xb0, 7, 100], at: ready * 1000 });
  });

  it("says when it is gone", async () => {
    const output = new Output("1", "Synth");
    const synth = device(output);
    await synth.resume();
    output.state = "disconnected";
    await expect(synth.resume()).rejects.toThrow(/MIDI device/);
  });

  it("can be left when it is gone: nothing is sent, and nothing throws", () => {
    const output = new Output("1", "Synth", "disconnected");
    const synth = device(output);
    synth.noteOn("piano", 60, 90, synth.now());
    synth.noteOff("piano", 60, synth.now());
    synth.program("piano", 4);
    synth.volume("piano", 80);
    synth.seat("piano", { pan: 50, reverb: 44, chorus: 0 });
    synth.silence("piano", true);
    expect(synth.stopAll()).toBeGreaterThan(0);
    expect(output.sent).toEqual([]);
  });
});

it("tells the clock, where it runs from and that it stands, to those who want it", () => {
  const output = new Output("1", "Synth");
  const synth = device(output);
  const told = (): unknown => output.sent.splice(0).map(({ data, at }) => [data, at]);
  told();
  synth.startClock(0, 1);
  synth.clock(1);
  synth.stopClock();
  expect(told()).toEqual([]);
  midiClock.value = true;
  vi.spyOn(performance, "now").mockReturnValue(500);
  synth.startClock(0, 1);
  synth.clock(1.25);
  synth.startClock(300, 2);
  synth.startClock(1e9, 3);
  expect(told()).toEqual([
    [[0xfc], 500],
    [[0xf2, 0, 0], 500],
    [[0xfa], 1000],
    [[0xf8], 1250],
    [[0xfc], 500],
    [[0xf2, 300 & 127, 300 >> 7], 500],
    [[0xfb], 2000],
    [[0xfc], 500],
    [[0xf2, 127, 127], 500],
    [[0xfb], 3000],
  ]);
  midiClock.value = false;
  vi.restoreAllMocks();
});

it("clicks with the side stick of the drums, harder on one", () => {
  const output = new Output("1", "Synth");
  const synth = device(output);
  synth.click(true, 1);
  synth.click(false, 1.5);
  const struck = output.sent.filter(({ data }) => data[0] === 0x99);
  expect(struck.map(({ data, at }) => [data[1], at])).toEqual([
    [37, 1000],
    [37, 1500],
  ]);
  expect(struck[0]?.data[2]).toBeGreaterThan(struck[1]?.data[2] ?? 0);
  expect(output.sent.filter(({ data }) => data[0] === 0x89)).toHaveLength(2);
});
