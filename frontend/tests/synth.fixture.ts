/** A synthesizer for tests: its clock is set by hand, and it remembers what it was told. */

import type { Role } from "../src/music/piece";
import type { Seat, Synth } from "../src/sound/synth";

export interface Told {
  readonly on: boolean;
  readonly role: Role;
  readonly pitch: number;
  readonly time: number;
}

export class FakeSynth implements Synth {
  time = 0;
  latency = 0;
  running = false;
  /** Notes begun and ended, in the order in which they were told; those taken back are gone. */
  told: Told[] = [];
  /** Clicks of the metronome, as [time, whether it is strong]; those taken back are gone. */
  clicks: [number, boolean][] = [];
  /** The clocks told to who plays along; those taken back too, as they are on their way. */
  clocks: number[] = [];
  /** Where it was told to run from: sixteenth and time; null where it was told to stand. */
  runs: ([number, number] | null)[] = [];
  readonly programs = new Map<Role, number>();
  readonly fetched: [Role, number][] = [];
  readonly volumes = new Map<Role, number>();
  /** Pan, reverb and chorus. */
  readonly seats = new Map<Role, readonly [number, number, number]>();
  readonly silent = new Set<Role>();
  stops = 0;
  /** Seconds after stopAll in which it takes no notes. */
  recovery = 0;

  now = () => this.time;
  heard = () => this.time - this.latency;
  performanceTime = (time: number) => time * 1000;

  noteOn(role: Role, pitch: number, _velocity: number, time: number): void {
    this.told.push({ on: true, role, pitch, time });
  }
  noteOff(role: Role, pitch: number, time: number): void {
    this.told.push({ on: false, role, pitch, time });
  }
  click(isStrong: boolean, time: number): void {
    this.clicks.push([time, isStrong]);
  }
  startClock(sixteenth: number, time: number): void {
    this.runs.push([sixteenth, time]);
  }
  clock(time: number): void {
    this.clocks.push(time);
  }
  stopClock(): void {
    this.runs.push(null);
  }
  program(role: Role, program: number): void {
    this.programs.set(role, program);
  }
  fetch(role: Role, program: number): void {
    this.fetched.push([role, program]);
  }
  settled = () => null;
  volume(role: Role, volume: number): void {
    this.volumes.set(role, volume);
  }
  seat(role: Role, { pan, reverb, chorus }: Seat): void {
    this.seats.set(role, [pan, reverb, chorus]);
  }
  silence(role: Role, silent: boolean): void {
    this.silent[silent ? "add" : "delete"](role);
  }
  stopAll(): number {
    this.stops += 1;
    const sounding = this.sounding(this.time);
    this.told = this.told.filter(({ time }) => time <= this.time);
    this.clicks = this.clicks.filter(([time]) => time <= this.time);
    for (const [role, pitch] of sounding) this.noteOff(role, pitch, this.time);
    return this.time + this.recovery;
  }
  level = () => 0;
  async resume(): Promise<void> {
    this.running = true;
  }
  suspend(): void {
    this.running = false;
  }

  /** Notes begun, as [time, pitch]. */
  get onsets(): [number, number][] {
    return this.told.filter(({ on }) => on).map(({ time, pitch }) => [time, pitch]);
  }

  /** What sounds at a time, as [role, pitch]. Of two messages at one time the later told holds. */
  sounding(time: number): [Role, number][] {
    const last = new Map<string, Told>();
    for (const message of [...this.told].sort((one, other) => one.time - other.time)) {
      if (message.time <= time) last.set(`${message.role} ${message.pitch}`, message);
    }
    return [...last.values()].filter(({ on }) => on).map(({ role, pitch }) => [role, pitch]);
  }
}
