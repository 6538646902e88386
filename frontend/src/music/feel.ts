/**
 * Where notes sound, and how loud, under a feel; and in another key. Knows notes and bars; no sound and no page.
 *
 * The twin of the package's `music/placing.py`, which says why; `feel.golden.json` holds both to the same numbers. A place
 * is a step of the straight grid, with fractions.
 */

import { type BarNotes, type Note, OCTAVE, ROLES, type Role } from "./piece";
import { ritardando } from "./slowing";
import { type BarLines, bend, OFF_BEAT, SECONDS_PER_MINUTE, STEPS_PER_BEAT, STRAIGHT, TimeMap } from "./time";

/** How far a player strays: standard deviations in milliseconds, `touch` of the velocity. */
export interface Hands {
  readonly drift: number;
  readonly stroke: number;
  readonly finger: number;
  readonly lag: number;
  readonly touch: number;
}

/** `swing` in per cent of the beat; `humanize` scales hands: 0 is exact; a `ritardando` slows the last bars down. */
export interface Feel {
  readonly swing: number;
  readonly straight: readonly Role[];
  readonly humanize: number;
  readonly seed: number;
  readonly ritardando: boolean;
}

/** The pitches that an instrument has. */
export interface Compass {
  readonly lowest: number;
  readonly highest: number;
}

const TRIPLETS = 67; // per cent that are called so: two thirds
const LAST_TRIPLET = (STEPS_PER_BEAT * 2) / 3;
const LEAST_SWUNG = 4; // notes
const PITCHES = 128;
const MILLISECONDS = 1000;
const STROKE_STEPS = 3;
const DRIFT_STEPS = 48;
const DRIFTING = PITCHES; // voices of the dice
const STRUCK = PITCHES + 1;
const TOUCHED = 2 * PITCHES;
const BYTES_MEAN = 510;
const BYTES_DEVIATION = 147.8;
const MOST_STROKE = 0.75; // steps
const MOST_DRIFT = 6;
const LEAST_SLOPE = 0.25;

/** The share of a beat of a swing in per cent. */
export function shareOf(swing: number): number {
  return swing === TRIPLETS ? 2 / 3 : swing / 100;
}

/**
 * Whether bars swing as they are composed: of the second halves of their beats, chords counted once a player, more stand on
 * the last triplet than in the middle.
 */
export function isSwung(bars: readonly BarNotes[], lines: BarLines): boolean {
  let [swung, even] = [0, 0];
  for (const notes of bars.flatMap((bar) => Object.values(bar))) {
    for (const onset of new Set(notes.map(([onset]) => onset))) {
      const beat = lines.beatAt(onset);
      if (beat !== null && onset - beat === LAST_TRIPLET) swung++;
      if (beat !== null && onset - beat === OFF_BEAT) even++;
    }
  }
  return swung >= LEAST_SWUNG && swung > even;
}

/** 32 random bits for a place and a voice of a player: always the same ones. */
export function dice(seed: number, role: Role, place: number, voice: number): number {
  let state = seed >>> 0;
  for (const value of [ROLE_NUMBERS[role], place, voice]) {
    state = ((state ^ value) + 0x9e3779b9) >>> 0;
    state = Math.imul(state ^ (state >>> 16), 0x85ebca6b) >>> 0;
    state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35) >>> 0;
    state = (state ^ (state >>> 16)) >>> 0;
  }
  return state;
}

const ROLE_NUMBERS = Object.fromEntries(ROLES.map((role, number) => [role, number])) as Record<Role, number>;

/** About normal, with a standard deviation of 1. */
export function stray(bits: number): number {
  const total = (bits & 0xff) + ((bits >>> 8) & 0xff) + ((bits >>> 16) & 0xff) + (bits >>> 24);
  return (total - BYTES_MEAN) / BYTES_DEVIATION;
}

/** Plays steps at a tempo, in a piece of `end` steps whose bars begin at `lines`. */
export class Playing {
  readonly #feel: Feel;
  readonly #hands: Readonly<Record<Role, Hands>>;
  readonly #lines: BarLines;
  readonly #end: number;
  readonly #perMillisecond: number; // steps, of the tables' milliseconds
  readonly #straight: TimeMap; // when places are heard
  /** When steps are heard of those who swing and play exactly: where the playhead is. */
  readonly time: TimeMap;

  constructor(feel: Feel, hands: Readonly<Record<Role, Hands>>, tempo: number, lines: BarLines, end: number) {
    this.#feel = feel;
    this.#hands = hands;
    this.#lines = lines;
    this.#end = end;
    this.#perMillisecond = ((tempo * STEPS_PER_BEAT) / (SECONDS_PER_MINUTE * MILLISECONDS)) * feel.humanize;
    const changes = feel.ritardando ? ritardando(tempo, lines, end) : [];
    this.#straight = new TimeMap(tempo, STRAIGHT, changes);
    this.time = new TimeMap(tempo, shareOf(feel.swing), changes, lines);
  }

  /** Where a step, onset or end, of a note of this pitch sounds. */
  place(role: Role, pitch: number, step: number): number {
    const share = this.#shareOf(role);
    const isHuman = this.#feel.humanize > 0;
    const place = share === STRAIGHT ? step : this.#swung(step, share);
    if (share === STRAIGHT && !isHuman) return place;
    const late = isHuman ? this.#late(role, pitch, step, (1 - share) * 2) : 0;
    const last = this.#end - (this.#end - step) * LEAST_SLOPE;
    return Math.max(Math.min(place + late, last), step * LEAST_SLOPE);
  }

  /** By how many seconds that is later than its step by {@link time}. */
  delay(role: Role, pitch: number, step: number): number {
    if (this.#feel.humanize === 0 && this.#shareOf(role) === shareOf(this.#feel.swing)) return 0;
    return this.#straight.seconds(this.place(role, pitch, step)) - this.time.seconds(step);
  }

  /** How loud hands strike a note. */
  velocity(role: Role, [onset, , pitch, velocity]: Note): number {
    const { humanize, seed } = this.#feel;
    if (humanize === 0) return velocity;
    const strayed = stray(dice(seed, role, onset, pitch + TOUCHED));
    const louder = Math.floor(strayed * (this.#hands[role].touch * humanize) + 0.5);
    return Math.min(Math.max(velocity + louder, 1), PITCHES - 1);
  }

  #shareOf(role: Role): number {
    return this.#feel.straight.includes(role) ? STRAIGHT : shareOf(this.#feel.swing);
  }

  #swung(step: number, share: number): number {
    const beat = this.#lines.beatAt(step);
    return beat === null ? step : bend(step, beat, OFF_BEAT, share * STEPS_PER_BEAT);
  }

  #late(role: Role, pitch: number, step: number, slope: number): number {
    const hands = this.#hands[role];
    const { seed } = this.#feel;
    const scale = this.#perMillisecond;
    const drift = (knot: number) =>
      within(hands.drift * stray(dice(seed, role, knot, DRIFTING)) * scale, MOST_DRIFT * slope);
    const stroke = (knot: number) => {
      const common = hands.stroke * stray(dice(seed, role, knot, STRUCK));
      const own = hands.finger * stray(dice(seed, role, knot, pitch));
      return within((common + own) * scale, MOST_STROKE * slope);
    };
    return hands.lag * scale + between(drift, step, DRIFT_STEPS) + between(stroke, step, STROKE_STEPS);
  }
}

/** On the straight line between two knots. */
function between(knots: (knot: number) => number, step: number, width: number): number {
  const knot = Math.floor(step / width);
  const before = knots(knot);
  return before + (knots(knot + 1) - before) * ((step % width) / width);
}

const within = (value: number, wide: number): number => Math.min(Math.max(value, -wide), wide);

/** By how much a player moves whose notes lie between these pitches: as wished, or an octave back. */
export function shiftOf({ lowest, highest }: Compass, low: number, high: number, semitones: number): number {
  const outside = (shift: number) => Math.max(lowest - (low + shift), high + shift - highest, 0);
  const back = semitones > 0 ? semitones - OCTAVE : semitones + OCTAVE;
  return semitones === 0 || outside(semitones) <= Math.max(outside(back), outside(0)) ? semitones : back;
}

/** Bars in another key: each player as a whole, drums as they are. */
export function transposedBars(
  bars: readonly BarNotes[],
  semitones: number,
  compasses: ReadonlyMap<Role, Compass>,
): readonly BarNotes[] {
  if (semitones === 0) return bars;
  const shifts = shiftsOf(bars, semitones, compasses);
  return bars.map((bar) => {
    const moved = Object.entries(bar).map(([role, notes]) => [role, movedBy(notes, shifts.get(role as Role) ?? 0)]);
    return Object.fromEntries(moved) as BarNotes;
  });
}

/** By how much each player of these bars is moved in another key; who stays isn't there. */
export function shiftsOf(
  bars: readonly BarNotes[],
  semitones: number,
  compasses: ReadonlyMap<Role, Compass>,
): ReadonlyMap<Role, number> {
  const shifts = new Map<Role, number>();
  if (semitones === 0) return shifts;
  for (const role of ROLES) {
    const compass = compasses.get(role);
    if (role === "drums" || compass === undefined) continue;
    let [low, high] = [PITCHES, -1];
    for (const bar of bars) {
      for (const [, , pitch] of bar[role] ?? []) [low, high] = [Math.min(low, pitch), Math.max(high, pitch)];
    }
    if (high >= 0) shifts.set(role, shiftOf(compass, low, high, semitones));
  }
  return shifts;
}

/** Notes so many semitones higher. */
export function movedBy(notes: readonly Note[], by: number): readonly Note[] {
  if (by === 0) return notes;
  return notes.map(([onset, duration, pitch, velocity]): Note => {
    const moved = pitch + by;
    const back = moved < 0 ? OCTAVE : moved >= PITCHES ? -OCTAVE : 0;
    return [onset, duration, moved + back, velocity];
  });
}
