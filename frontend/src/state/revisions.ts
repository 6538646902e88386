/** Revisions as a link writes them: `piano_bass.4-7_9.123` are the seed 123 for bars 4 to 7 and 9 of piano and bass, from 0.
 *
 * Behind another dot stands the take, where it isn't the first, and behind a further one the chords, where they change.
 */

import type { Revision } from "../api";
import { ROLES, type Role } from "../music/piece";

const BETWEEN = ".";
const AND = "_";
const WHOLE = /^\d{1,16}$/;
const MOST_BARS = 4_096;

/** As {@link readRevision} reads it. */
export function writtenRevision({ tracks, bars, seed, take = 0, progression = null }: Revision): string {
  const fields = [tracks.join(AND), rangesOf(bars).join(AND), String(seed)];
  if (take !== 0 || progression !== null) fields.push(String(take));
  if (progression !== null) fields.push(progression);
  return fields.join(BETWEEN);
}

/** What was {@link writtenRevision}; null where it is not one. Whether it fits the piece is the server's affair. */
export function readRevision(text: string): Revision | null {
  const [tracks = "", ranges = "", seed = "", take = "0", ...chords] = text.split(BETWEEN);
  const roles = ROLES.filter((role) => tracks.split(AND).includes(role));
  const bars = ranges.split(AND).map(barsOf);
  if (!WHOLE.test(seed) || !WHOLE.test(take) || roles.length !== tracks.split(AND).length || bars.includes(null)) {
    return null;
  }
  return {
    tracks: tracks.split(AND) as Role[],
    bars: bars.flatMap((range) => range ?? []),
    take: Number(take),
    seed: Number(seed),
    progression: chords.length ? chords.join(BETWEEN) : null,
  };
}

/** Bars in their order, those that follow one another as one range. */
function rangesOf(bars: readonly number[]): string[] {
  const ranges: [number, number][] = [];
  for (const bar of bars) {
    const last = ranges.at(-1);
    if (last && last[1] === bar - 1) last[1] = bar;
    else ranges.push([bar, bar]);
  }
  return ranges.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`));
}

/** The bars of a range; null where it is not one. */
function barsOf(range: string): number[] | null {
  const [first = "", last = first, ...others] = range.split("-");
  if (others.length || !WHOLE.test(first) || !WHOLE.test(last)) return null;
  const count = Number(last) - Number(first) + 1;
  if (count < 1 || count > MOST_BARS) return null;
  return Array.from({ length: count }, (_, index) => Number(first) + index);
}
