/** Loops that get faster, or go to another key, each time round. Knows numbers; no sound and no page. */

import { computed, signal } from "@preact/signals";
import { type Playing, transposedBars } from "../music/feel";
import { modulo } from "../music/notes";
import { OCTAVE } from "../music/piece";
import { compasses } from "./offer";
import { bars, type TakeBars } from "./piece";
import { playing, playingAt } from "./playing";

/** By how many per cent of the tempo it gets faster each time. */
export const faster = signal(0);
/** The most that it gets to, in per cent of the tempo. */
export const fastest = signal(150);
/** By how many semitones it goes up each time. */
export const higher = signal(0);
/** How many times round it goes; null: until it is stopped. */
export const rounds = signal<number | null>(null);
/** Which time round is heard, from 0. */
export const pass = signal(0);

/** How fast a pass is, as a share of the tempo that is set. */
export function rateOf(number: number): number {
  return Math.max(1, Math.min(1 + (faster.value * number) / 100, fastest.value / 100));
}

/** How many semitones above its key a pass is: the nearest way, a tritone goes down. */
export function liftOf(number: number): number {
  const half = OCTAVE / 2;
  return modulo(higher.value * number + half) - half;
}

/** What is heard of that now. */
export const heardRate = computed(() => rateOf(pass.value));
export const heardLift = computed(() => liftOf(pass.value));

let lifted: { readonly of: TakeBars; readonly by: number; readonly bars: TakeBars } | null = null;

/** The bars of a pass, in its key. */
export function barsOf(number: number): TakeBars {
  const [all, by] = [bars.value, liftOf(number)];
  if (by === 0) return all;
  if (lifted?.of !== all || lifted.by !== by) lifted = { of: all, by, bars: transposedBars(all, by, compasses.value) };
  return lifted.bars;
}

let paced: { readonly of: Playing; readonly rate: number; readonly playing: Playing } | null = null;

/** How a pass is played, at its tempo. */
export function playingOf(number: number): Playing {
  const [usual, rate] = [playing.value, rateOf(number)];
  if (rate === 1) return usual;
  if (paced?.of !== usual || paced.rate !== rate) paced = { of: usual, rate, playing: playingAt(rate) };
  return paced.playing;
}
