/** Places in a piece, as people say them, and where a bar back and forth leads. */

import { type BarLines, STEPS_PER_BEAT } from "../music/time";

const SECONDS = 60;
const ROUNDING = 1e-6; // seconds that a time, which is a quotient, may be short of a whole one
const GRACE = 0.25; // of a bar: so soon after a bar line, back leads to the bar before

/** Bar and beat, from 1: "3.2". */
export function barAndBeat(step: number, lines: BarLines): string {
  const bar = lines.barAt(step);
  return `${bar + 1}.${Math.floor((step - lines.onset(bar)) / STEPS_PER_BEAT) + 1}`;
}

/** "bar 3 of 16". The end of a piece is in its last bar. */
export function spokenBar(step: number, lines: BarLines): string {
  return `bar ${Math.min(lines.barAt(step) + 1, lines.count)} of ${lines.count}`;
}

/** Minutes and seconds: "1:04". */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds + ROUNDING);
  return `${Math.floor(whole / SECONDS)}:${String(whole % SECONDS).padStart(2, "0")}`;
}

/** The bar line that is reached by a bar back (-1) or forth (1) from a step, within the piece. */
export function barLine(step: number, direction: -1 | 1, lines: BarLines): number {
  const here = lines.barAt(step);
  const isEarly = step - lines.onset(here) <= GRACE * lines.length(here);
  const bar = direction > 0 ? here + 1 : here - (isEarly ? 1 : 0);
  return bar >= lines.count ? step : lines.onset(Math.max(bar, 0));
}
