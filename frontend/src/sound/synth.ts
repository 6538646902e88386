/** What makes sound, as the transport sees it: a clock and five players. Knows no bars and no browser. */

import { AS_COMPOSED, MAX_VOLUME, type Role } from "../music/piece";

/** A place in the stereo picture and in the room, each 0 to 127. */
export interface Seat {
  readonly pan: number; // 64 is the middle
  readonly reverb: number;
  readonly chorus: number;
}

/** Something that plays notes at given times. */
export interface Synth {
  /** Seconds of its clock; all times given to it are measured by it. */
  now(): number;
  /** The moment of its clock that leaves the speakers now, a little behind {@link now}. */
  heard(): number;
  /** A moment of its clock in the milliseconds of `performance.now()`. */
  performanceTime(time: number): number;
  noteOn(role: Role, pitch: number, velocity: number, time: number): void;
  noteOff(role: Role, pitch: number, time: number): void;
  /** A click of the metronome; on one it is stronger. */
  click(isStrong: boolean, time: number): void;
  /** Tell who plays along that the music runs from a time on, and from which sixteenth of the piece. */
  startClock(sixteenth: number, time: number): void;
  /** One of the 24 clocks of a quarter. */
  clock(time: number): void;
  /** Tell who plays along that the music stands. */
  stopClock(): void;
  /** Give a role another instrument of General MIDI, from 0; for drums a kit. Holds from the next note on. */
  program(role: Role, program: number): void;
  /** Get an instrument ready that a role may be given later. */
  fetch(role: Role, program: number): void;
  /** Until those without whom no band plays have the instruments they were given, or can't have them; null: they do. */
  settled(): Promise<unknown> | null;
  /** MIDI controller 7, 0 to 127. Holds at once. */
  volume(role: Role, volume: number): void;
  /** Where a role is heard: MIDI controllers 10, 91 and 93. Holds at once. */
  seat(role: Role, seat: Seat): void;
  /** Mute a role at once, also what rings; or let it be heard again. */
  silence(role: Role, silent: boolean): void;
  /** End all notes and forget those sent for later. Returns the time from which on the next may be sent. */
  stopAll(): number;
  /** How loud a role is heard now: 0 to 1. */
  level(role: Role): number;
  /** Let the clock run. Throws {@link SoundError} where the browser doesn't allow it. */
  resume(): Promise<void>;
  /** Let the clock stand, to save power. */
  suspend(): void;
}

/** Why there is no sound, with a remedy, in a sentence for the person. */
export class SoundError extends Error {
  override name = "SoundError";
}

export const NO_FONT =
  "The instruments couldn't be loaded from the server. Is it still running? Press play to try again.";

/** A synthesizer that isn't there yet: its clock stands still. */
export const NO_SYNTH: Synth = {
  now: () => 0,
  heard: () => 0,
  performanceTime: () => performance.now(),
  noteOn() {},
  noteOff() {},
  click() {},
  startClock() {},
  clock() {},
  stopClock() {},
  program() {},
  fetch() {},
  settled: () => null,
  volume() {},
  seat() {},
  silence() {},
  stopAll: () => 0,
  level: () => 0,
  resume: async () => {},
  suspend() {},
};

/** MIDI controller 7 for a role that has `own` where the mixer leaves it alone. */
export function channelVolume(own: number, volume: number): number {
  return Math.min(Math.round((own * volume) / AS_COMPOSED), MAX_VOLUME);
}
