/** A chord as it is set on a lead sheet: its root large, what it is in small, its bass behind a slash. */

import { computed } from "@preact/signals";
import { shownChord, widthOf, wordOf } from "../../music/display";
import type { Cell } from "../../music/edit";
import { chartKey, heardDisplay } from "../../state/display";

const reader = computed(() => {
  const [key, way] = [chartKey.value, heardDisplay.value];
  return ({ parts }: Cell) => shownChord(parts, key, way);
});

/** What a chord is read as, in a word: "F♯m7". */
export const readName = (cell: Cell): string =>
  heardDisplay.value.shift === 0 && !heardDisplay.value.isNumbers ? cell.name : wordOf(reader.value(cell));

/** How wide a bar must be for a chord that has `share` of it, in the size of its root. */
export const needOf = (cell: Cell, share: number): number => (widthOf(reader.value(cell)) + GAP) / share;
const GAP = 0.4;

export function ChordName({ cell }: { cell: Cell }) {
  const { root, third, more, bass } = reader.value(cell);
  return (
    <span class="score-chord">
      <span class="score-root">{root}</span>
      {third && <span class="score-third">{third}</span>}
      {more && <sup class="score-more">{more}</sup>}
      {bass && <span class="score-bass">/{bass}</span>}
    </span>
  );
}
