/** The band on a MIDI device of the person: asks for access, lists devices, sends notes. Knows no transport. */

import { signal } from "@preact/signals";
import { AS_COMPOSED, ROLES, type Role } from "../music/piece";
import { askForAccess } from "./midi-access";
import { type Seat, SoundError, type Synth } from "./synth";

// As people count them, from 1: piano 1, guitar 2, bass 3, strings 4, melody 5, drums 10.
const CHANNELS: Record<Role, number> = { piano: 0, guitar: 1, bass: 2, strings: 3, melody: 4, drums: 9 };
const NOTE_OFF = 0x80; // status bytes, of channel 0
const NOTE_ON = 0x90;
const CONTROL = 0xb0;
const PROGRAM = 0xc0;
const VOLUME = 7; // controllers
const PAN = 10;
const REVERB = 91;
const CHORUS = 93;
const ALL_SOUND_OFF = 120;
const ALL_NOTES_OFF = 123;
const POSITION = 0xf2; // of the system: in sixteenths
const CLOCK = 0xf8;
const START = 0xfa;
const CONTINUE = 0xfb;
const STOP = 0xfc;
const DATA_BITS = 7; // of a byte that is no status
const DATA = (1 << DATA_BITS) - 1;
const MOST_SIXTEENTHS = (1 << (2 * DATA_BITS)) - 1;
const OFF_VELOCITY = 64; // of a keyboard that doesn't measure it
const CLICK = 37; // side stick, of the drums
const CLICK_VELOCITY = 80;
const STRONG_VELOCITY = 120;
const CLICK_SECONDS = 0.05;
const PASSED = 0.005; // seconds after the last of what is queued

const UNPLUGGED = "The MIDI device is gone. Plug it in again, or choose another output.";

/** A device as it is listed. */
export interface MidiPort {
  readonly id: string;
  readonly name: string;
}

/** Devices that can play; null before the person asked for them. */
export const midiPorts = signal<readonly MidiPort[] | null>(null);
/** The synthesizer that is a MIDI device; null: the sound comes from the browser. */
export const midiSynth = signal<MidiSynth | null>(null);

/** Whether the device is told the tempo, and where the music starts and stops: it may be a studio or a drum machine. */
export const midiClock = signal(false);

let access: MIDIAccess | null = null;

/** List the devices, from now on. Asks the person for leave. Throws {@link SoundError} where there is none. */
export async function askForMidi(): Promise<void> {
  access = await askForAccess();
  access.onstatechange = list;
  list();
}

/** Play on a device from now on; null: in the browser. */
export function chooseMidi(id: string | null): void {
  const output = id === null ? undefined : access?.outputs.get(id);
  midiSynth.value = output ? new MidiSynth(output) : null;
}

function list(): void {
  const outputs = [...(access?.outputs.values() ?? [])].filter(({ state }) => state === "connected");
  midiPorts.value = outputs.map(({ id, name }) => ({ id, name: name ?? "MIDI device" }));
  if (!outputs.some(({ id }) => id === midiSynth.peek()?.id)) chooseMidi(null);
}

/** A MIDI device. Its clock is that of the page; how loud it is nobody knows. */
export class MidiSynth implements Synth {
  readonly id: string;
  private queued = 0; // the last time that something was sent for
  private free = 0; // when all that was taken back has passed
  private readonly volumes = new Map<Role, number>();
  private readonly silent = new Set<Role>();

  constructor(private readonly output: MIDIOutput) {
    this.id = output.id;
  }

  now = () => performance.now() / 1000;
  heard = this.now;
  performanceTime = (time: number) => time * 1000;

  noteOn(role: Role, pitch: number, velocity: number, time: number): void {
    this.play([NOTE_ON + CHANNELS[role], pitch, velocity], time);
  }

  noteOff(role: Role, pitch: number, time: number): void {
    this.play([NOTE_OFF + CHANNELS[role], pitch, OFF_VELOCITY], time);
  }

  /** On the channel of the drums, and silent where they are muted: a device has no other for it. */
  click(isStrong: boolean, time: number): void {
    this.noteOn("drums", CLICK, isStrong ? STRONG_VELOCITY : CLICK_VELOCITY, time);
    this.noteOff("drums", CLICK, time + CLICK_SECONDS);
  }

  startClock(sixteenth: number, time: number): void {
    if (!midiClock.peek()) return;
    const place = Math.min(sixteenth, MOST_SIXTEENTHS);
    this.stopClock(); // nobody moves while it runs
    this.send([POSITION, place & DATA, place >> DATA_BITS], this.now());
    this.send([place === 0 ? START : CONTINUE], time);
  }

  clock(time: number): void {
    if (midiClock.peek()) this.send([CLOCK], time);
  }

  stopClock(): void {
    if (midiClock.peek()) this.send([STOP], this.now());
  }

  program(role: Role, program: number): void {
    this.send([PROGRAM + CHANNELS[role], program], this.now());
  }

  fetch(): void {}

  settled = () => null;

  volume(role: Role, volume: number): void {
    this.volumes.set(role, volume);
    this.turn(role);
  }

  seat(role: Role, { pan, reverb, chorus }: Seat): void {
    this.control(role, PAN, pan);
    this.control(role, REVERB, reverb);
    this.control(role, CHORUS, chorus);
  }

  silence(role: Role, silent: boolean): void {
    this.silent[silent ? "add" : "delete"](role);
    this.turn(role);
  }

  /** What is on its way to a device can't be taken back everywhere: it is turned down until that has passed. */
  stopAll(): number {
    this.free = Math.max(this.now(), this.queued) + PASSED;
    for (const role of ROLES) {
      this.control(role, VOLUME, 0);
      for (const time of [this.now(), this.free]) {
        this.control(role, ALL_NOTES_OFF, 0, time);
        this.control(role, ALL_SOUND_OFF, 0, time);
      }
      this.turn(role);
    }
    return this.free;
  }

  level = () => 0;

  async resume(): Promise<void> {
    if (!this.isThere()) throw new SoundError(UNPLUGGED);
  }

  suspend(): void {}

  private turn(role: Role): void {
    const volume = this.silent.has(role) ? 0 : (this.volumes.get(role) ?? AS_COMPOSED);
    this.control(role, VOLUME, volume, Math.max(this.free, this.now()));
  }

  private control(role: Role, controller: number, value: number, time = this.now()): void {
    this.send([CONTROL + CHANNELS[role], controller, value], time);
  }

  private play(message: number[], time: number): void {
    this.queued = Math.max(this.queued, time);
    this.send(message, time);
  }

  /** A device that was pulled out gets nothing more: its port would throw, also where it is to fall silent. */
  private send(message: number[], time: number): void {
    if (this.isThere()) this.output.send(message, this.performanceTime(time));
  }

  private isThere(): boolean {
    return this.output.state === "connected";
  }
}
