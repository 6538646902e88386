/**
 * Keys that are struck and let go, and chords that are tapped → what leads a jam. Knows times in seconds, which somebody
 * gives; which chord it is the server says.
 *
 * The twin of the package's `jamming/keys.py`: what was struck last leads, also when it was let go. Keys that are struck
 * within a moment are one chord, with those still held; where keys are let go and three tones or more stay, these are it.
 */

import { OCTAVE } from "../music/piece";
import type { JamChord } from "../wire";

/** Seconds between strokes of one chord, at the most; and for which what is left must be held. */
export const TOGETHER = 0.08;
/** Seconds without a key after which a chord is whole. */
export const SETTLED = 0.025;
const LEAST = 3; // tones that are a chord where others were let go
const NEVER = Number.NEGATIVE_INFINITY;

/** What leads, and since when. */
export interface Led {
  readonly chord: JamChord;
  readonly time: number;
}

export class JamKeys {
  /** When a key was touched last, or a chord tapped. */
  touched = NEVER;
  readonly #held = new Set<number>();
  #group = new Set<number>(); // what was struck together last
  #left: readonly number[] = []; // what stays held after keys were let go
  #led: Led | null = null;
  #last = NEVER; // when a key was struck or let go last
  #whole = NEVER;

  press(pitch: number, time: number): void {
    this.#settle(time);
    if (time - this.#last > TOGETHER) this.#group = new Set();
    this.#held.add(pitch);
    this.#group.add(pitch);
    this.#left = [];
    this.#take([...new Set([...this.#held, ...this.#group])], time);
    this.#wait(time, SETTLED);
  }

  release(pitch: number, time: number): void {
    this.#settle(time);
    if (!this.#held.delete(pitch)) return;
    this.#left = [...this.#held];
    this.#wait(time, TOGETHER);
  }

  /** Take a chord by its name: it is whole at once. */
  tap(name: string, time: number): void {
    this.#left = [];
    this.#led = { chord: { chord: name }, time };
    [this.#last, this.#whole, this.touched] = [NEVER, NEVER, time];
  }

  /** What leads at a time; null before the first chord. */
  led(now: number): Led | null {
    this.#settle(now);
    return this.#led;
  }

  /** From when on what leads is whole, unless more keys come. */
  wholeAt(): number {
    return this.#whole;
  }

  /** Take what stays held for the chord, once it has for a moment. */
  #settle(time: number): void {
    if (this.#left.length === 0 || time - this.#last < TOGETHER) return;
    const tones = new Set(this.#left.map((pitch) => pitch % OCTAVE));
    if (tones.size >= LEAST) this.#take(this.#left, this.#last + TOGETHER);
    this.#left = [];
  }

  #take(pitches: readonly number[], time: number): void {
    this.#led = { chord: { pitches: [...pitches].sort((one, other) => one - other) }, time };
  }

  #wait(time: number, seconds: number): void {
    this.#last = time;
    this.touched = time;
    this.#whole = time + seconds;
  }
}
