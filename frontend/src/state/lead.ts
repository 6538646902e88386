/** The melody that stands below the chords of the chart, where the piece that is open is of this chart. Knows no page. */

import { computed } from "@preact/signals";
import { isSameRow, MELODY, type Note } from "../music/piece";
import { song } from "./band";
import { draftedTakes, isComposing, melody, ownChart, pieceMeters, take } from "./piece";

const NONE: readonly Note[] = [];

/** Its notes as composed for, none where there is no melody, or the chart has other chords by now. */
export const leadMelody = computed<readonly Note[]>(() => {
  const read = song.value;
  if (melody.value === undefined || isComposing.value || read?.chart.progression !== ownChart.value?.progression)
    return NONE;
  if (!isSameRow(read?.meters ?? [], pieceMeters.value)) return NONE;
  return (draftedTakes.value[take.value] ?? []).flatMap((bar) => bar[MELODY] ?? []);
});
