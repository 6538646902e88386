/** The piece that is open: what the server says of it, and its bars as they come. Knows no sound and no pixels. */

import { computed, signal } from "@preact/signals";
import type { Arrangement } from "../api";
import { transposedBars } from "../music/feel";
import type { BarNotes, Chart } from "../music/piece";
import { BarLines } from "../music/time";
import { compasses } from "./offer";

/** The bars of a take that are there; bars come in order. */
export type TakeBars = readonly BarNotes[];

/** The piece that is open; null before the first. */
export const piece = signal<Arrangement | null>(null);
/** Its chords as they were composed for. */
export const ownChart = signal<Chart | null>(null);
/** Its chords in the key in which it is played. */
export const pieceChart = signal<Chart | null>(null);
/** The tempo at which it is played, in beats a minute. */
export const pieceTempo = signal(120);
/** By how many semitones it is played higher than composed. */
export const pieceShift = signal(0);
/** The bars of each of its takes, as composed. */
export const takes = signal<readonly TakeBars[]>([]);
/** The same in the key in which it is played. */
export const playedTakes = computed<readonly TakeBars[]>(() =>
  takes.value.map((bars) => transposedBars(bars, pieceShift.value, compasses.value)),
);
/** Which take is heard and seen. */
export const take = signal(0);

/** The bars of the take that is heard. */
export const bars = computed<TakeBars>(() => playedTakes.value[take.value] ?? []);
/** Where its bars begin and end. */
export const pieceLines = computed(() => new BarLines(ownChart.value?.bar_lines ?? [], undefined, piece.value?.meters));
/** Whether bars are still to come. */
export const isComposing = computed(() => piece.value?.state === "waiting" || piece.value?.state === "composing");

/** How a piece is played, of what it tells itself. */
export type Played = Pick<Arrangement, "tempo" | "play_tempo" | "transpose">;

/** Open a piece of which nothing is there yet; `chart` as composed, and in the key in which it is played `so`. */
export function openPiece(arrangement: Arrangement, chart: Chart, moved = chart, so: Played = arrangement): void {
  piece.value = arrangement;
  ownChart.value = chart;
  pieceChart.value = moved;
  pieceTempo.value = so.play_tempo ?? so.tempo;
  pieceShift.value = so.transpose;
  takes.value = Array.from({ length: arrangement.takes }, () => []);
  take.value = 0;
}

/** Have no piece open. */
export function closePiece(): void {
  piece.value = null;
  ownChart.value = null;
  pieceChart.value = null;
  pieceShift.value = 0;
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
