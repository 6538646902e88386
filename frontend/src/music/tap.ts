/** The tempo that somebody taps. */

import { SECONDS_PER_MINUTE } from "./time";

const PAUSE = 2500; // ms; after it the counting begins anew
const LONGEST = 8; // taps that are averaged

export interface Taps {
  readonly times: readonly number[]; // ms
  readonly tempo: number | null; // beats a minute; null before the second tap
}

export const noTaps: Taps = { times: [], tempo: null };

/** One more tap, at a time in ms. */
export function tap(before: Taps, time: number): Taps {
  const last = before.times.at(-1);
  const goesOn = last !== undefined && time > last && time - last <= PAUSE;
  const times = [...(goesOn ? before.times : []), time].slice(-LONGEST);
  const [first = time] = times;
  const interval = (time - first) / (times.length - 1);
  return { times, tempo: times.length > 1 ? (SECONDS_PER_MINUTE * 1000) / interval : null };
}
