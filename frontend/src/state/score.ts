/** The chart in the field as a score: its written bars, and the chords in each. Knows no page. */

import { computed } from "@preact/signals";
import { barsOf, type Segment } from "../music/edit";
import { passingsOf, plainScore, scoreOf } from "../music/score";
import { chartLines, song } from "./band";
import { shownCells } from "./cells";

/** The chords of the bars in the order of playing. */
export const playedSegments = computed(() => barsOf(shownCells.value, chartLines.value));

/** As it is written; what was changed and not read yet is bar after bar where it has more or fewer. */
export const score = computed(() => {
  const read = song.value;
  const count = playedSegments.value.length;
  return read?.bars.length === count ? scoreOf(read) : plainScore(count);
});

/** The chords of a written bar. */
export const segmentsOf = (played: readonly number[]): readonly Segment[] =>
  playedSegments.value[played[0] ?? -1] ?? [];

/** Which written bar each played one is. */
export const passings = computed(() => passingsOf(score.value));

/** The chords that are seen, by their numbers in the order of playing, as they stand on paper. */
export const writtenOrder = computed(() => [
  ...new Set(score.value.flatMap(({ played }) => segmentsOf(played).map(({ cell }) => cell))),
]);
