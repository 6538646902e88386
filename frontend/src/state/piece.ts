/** The piece that is open: what the server says of it, and its bars as they come. Knows no sound and no pixels. */

import { computed, signal } from "@preact/signals";
import type { Arrangement } from "../api";
import type { BarNotes, Chart } from "../music/piece";
import { BarLines } from "../music/time";

/** The bars of a take that are there; bars come in order. */
export type TakeBars = readonly BarNotes[];

/** The piece that is open; null before the first. */
export const piece = signal<Arrangement | null>(null);
/** Its chords. */
export const pieceChart = signal<Chart | null>(null);
/** The bars of each of its takes. */
export const takes = signal<readonly TakeBars[]>([]);
/** Which take is heard and seen. */
export const take = signal(0);

/** The bars of the take that is heard. */
export const bars = computed<TakeBars>(() => takes.value[take.value] ?? []);
/** Where its bars begin and end. */
export const pieceLines = computed(() => new BarLines(pieceChart.value?.bar_lines ?? []));
/** Whether bars are still to come. */
export const isComposing = computed(() => piece.value?.state === "waiting" || piece.value?.state === "composing");

/** Open a piece of which nothing is there yet. */
export function openPiece(arrangement: Arrangement, chords: Chart): void {
  piece.value = arrangement;
  pieceChart.value = chords;
  takes.value = Array.from({ length: arrangement.takes }, () => []);
  take.value = 0;
}

/** Have no piece open. */
export function closePiece(): void {
  piece.value = null;
  pieceChart.value = null;
  takes.value = [];
  take.value = 0;
}

/** Take in a bar of the open piece. One that is there already, told again after a break, is left alone. */
export function addBar(number: number, bar: number, notes: BarNotes): void {
  const before = takes.value[number];
  if (before === undefined || bar !== before.length) return;
  takes.value = takes.value.with(number, [...before, notes]);
  if (piece.value?.state === "waiting") piece.value = { ...piece.value, state: "composing" };
}
