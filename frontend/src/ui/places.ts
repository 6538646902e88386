/** Places in a piece, as people say them, and where a bar back and forth leads. */

import { STEPS_PER_BAR, STEPS_PER_BEAT } from "../music/piece";

const SECONDS = 60;
const ROUNDING = 1e-6; // seconds that a time, which is a quotient, may be short of a whole one
const GRACE = 0.25; // of a bar: so soon after a bar line, back leads to the bar before

/** Bar and beat, from 1: "3.2". */
export function barAndBeat(step: number): string {
  return `${Math.floor(step / STEPS_PER_BAR) + 1}.${Math.floor((step % STEPS_PER_BAR) / STEPS_PER_BEAT) + 1}`;
}

/** "bar 3 of 16". The end of a piece is in its last bar. */
export function spokenBar(step: number, bars: number): string {
  return `bar ${Math.min(Math.floor(step / STEPS_PER_BAR) + 1, bars)} of ${bars}`;
}

/** Minutes and seconds: "1:04". */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds + ROUNDING);
  return `${Math.floor(whole / SECONDS)}:${String(whole % SECONDS).padStart(2, "0")}`;
}

/** The bar line that is reached by a bar back (-1) or forth (1) from a step, within the piece. */
export function barLine(step: number, direction: -1 | 1, bars: number): number {
  const place = step / STEPS_PER_BAR;
  const bar = direction < 0 ? Math.ceil(place - GRACE) - 1 : Math.floor(place) + 1;
  return bar >= bars ? step : Math.max(bar, 0) * STEPS_PER_BAR;
}
