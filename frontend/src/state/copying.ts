/** Selected cells copied, and pasted into other bars of the same players as an edit. Knows no pixels. */

import { computed, signal } from "@preact/signals";
import { type Copied, copyBars, pasteBars, pastedRange } from "../music/copying";
import type { Role } from "../music/piece";
import { STEPS_PER_BEAT } from "../music/time";
import { stand } from "./editing";
import { type Draft, draftedTakes, ownChart, piece, pieceLines, take } from "./piece";
import { canChange } from "./redoing";
import { type Selection, selection } from "./selecting";

interface Held {
  readonly piece: string;
  readonly from: number;
  readonly rows: ReadonlyMap<Role, Copied>; // as composed
}

const last = signal<Held | null>(null);
/** What was copied of the open piece. */
const held = computed(() => (last.value?.piece === piece.value?.id ? last.value : null));

/** What was copied, as a selection; null where nothing was. */
export const copied = computed<Selection | null>(() => {
  if (held.value === null) return null;
  const { from, rows } = held.value;
  return { roles: [...rows.keys()], from, to: from + lengthOf(held.value) };
});

/** Where it would be pasted: those of its players that are selected; null where that can't be. */
export const target = computed<Selection | null>(() => {
  if (held.value === null || selection.value === null || !canChange.value) return null;
  const roles = selection.value.roles.filter((role) => held.value?.rows.has(role));
  return roles.length ? { roles, ...pastedRange(selection.value, lengthOf(held.value), pieceLines.value.count) } : null;
});

const lengthOf = ({ rows }: Held): number => Math.max(...[...rows.values()].map((bars) => bars.length));

/** Copy what is selected in the take that is heard. */
export function copy(): void {
  const [id, selected] = [piece.peek()?.id, selection.peek()];
  const bars = draftedTakes.peek()[take.peek()];
  if (id === undefined || selected === null || bars === undefined) return;
  const rows = selected.roles.map((role) => [role, copyBars(bars, role, selected, pieceLines.peek())] as const);
  last.value = { piece: id, from: selected.from, rows: new Map(rows) };
}

/** Paste it where the selection begins; a longer one is filled. */
export function paste(): void {
  const [where, from, of] = [target.peek(), held.peek(), take.peek()];
  if (where === null || from === null) return;
  const lines = pieceLines.peek();
  const end = Math.min(lines.end, Math.ceil((ownChart.peek()?.beats ?? 0) * STEPS_PER_BEAT));
  stand(
    where.roles.flatMap((role) =>
      [...pasteBars(from.rows.get(role) ?? [], where, lines, end)].map(
        ([bar, notes]): Draft => ({ take: of, bar, role, notes }),
      ),
    ),
  );
}
