/**
 * How the open piece is played: at the tempo, in the key and with the feel that are set, as long as the chart in the field
 * is the piece's own, in whatever key. Nothing is composed for that. Knows no page and no sound.
 */

import { batch, computed, effect } from "@preact/signals";
import { type Arrangement, changeArrangement, Problem } from "../api";
import { metersOf, withEnding, withoutEnding } from "../music/ending";
import { Playing } from "../music/feel";
import { movedKey, nearest, shiftBetween } from "../music/key";
import { isSameRow, type Song } from "../music/piece";
import { STEPS_PER_BEAT } from "../music/time";
import { isSameForm as haveSameForm, isSameWish, type Section } from "../music/wishes";
import type { Changing } from "../wire";
import { chart, chartLines, chartProblem, feel, options, playOptions, song, wishes } from "./band";
import { isReadable } from "./chart";
import { isSameText, titleOf, writtenChart } from "./chart-text";
import { isSame, type Values } from "./fields";
import { hands, offered } from "./offer";
import { areOwnPartsMade } from "./own";
import {
  ownChart,
  piece,
  pieceChart,
  pieceLines,
  pieceMeters,
  pieceSections,
  pieceShift,
  pieceTempo,
  pieceText,
  take,
} from "./piece";
import { ledTempo, speed } from "./playback";
import { hasOtherChords } from "./take-charts";

const TICKS_PER_BEAT = 24; // of chords
const TICKS_PER_STEP = TICKS_PER_BEAT / STEPS_PER_BEAT;
const KEEP_AFTER = 1_000; // ms without a change before the server is told

/** By how much what was read last is the open piece's own chart, moved; null where it is another one. */
const chartShift = computed(() => song.value && shiftOf(song.value));

/** The same of whatever was read. */
export function shiftOf(read: Song): number | null {
  const own = ownChart.value;
  if (own === null || !isSameForm(read.passages)) return null;
  const isEnding = piece.value?.ending !== undefined && piece.value.ending !== "loop";
  const asWhole = isEnding ? withoutEnding(own, read.chart) : own;
  const meters = isEnding ? metersOf(pieceMeters.value, read.chart.bars) : pieceMeters.value;
  if (!isSameRow(isEnding ? metersOf(read.meters, read.chart.bars) : read.meters, meters)) return null;
  return shiftBetween(asWhole, read.chart);
}

/** Whether the open piece has these sections; of one whose bars were changed, these wishes. */
function isSameForm(sections: readonly Section[]): boolean {
  const open = piece.value;
  if (open === null) return false;
  if (hasOtherChords(open)) return isSameWish(sections, pieceSections.value);
  return haveSameForm(sections, pieceSections.value, open.ending !== "loop");
}

/** Whether the open piece's chords, in whatever key, and sections are what was read last. */
export const isInField = computed(() => chartShift.value !== null);

/** What of the chart and the options is not what the open piece was composed for; null: nothing, or there is no piece. */
export const difference = computed<"chart" | "options" | null>(() => {
  if (piece.value === null) return null;
  if (chartShift.value === null || chartProblem.value !== null) return "chart";
  return areOptionsMade.value ? null : "options";
});

const areOptionsMade = computed(() => {
  if (!areOwnPartsMade.value) return false;
  const made = new Map<string, unknown>(Object.entries(piece.value ?? {}));
  return Object.entries(wishes.value).every(
    ([name, wanted]) =>
      name === "tempo" ||
      offered(name)?.shapes === false ||
      (name === "seed" && wanted === null) ||
      isSame(wanted, made.get(name)),
  );
});

/** Whether the bars of the chart that changed could be played anew in the open piece, and all else stay. */
export const canPlayChange = computed(
  () =>
    difference.value === "chart" &&
    isReadable.value &&
    piece.value?.state === "done" &&
    areOptionsMade.value &&
    isSameWish(song.value?.passages ?? [], pieceSections.value),
);

/** Have the open piece follow the tempo and the key that are set, from now on. */
export function followSettings(): () => void {
  return effect(() => {
    const [shift, tempo, shown, own] = [chartShift.value, options.value.tempo, chart.value, ownChart.value];
    if (shift === null || !isReadable.value) return; // another chart, or not read yet
    batch(() => {
      pieceShift.value = nearest(shift, pieceShift.peek());
      pieceTempo.value = tempo;
      pieceChart.value = shown && own && withEnding(shown, own);
    });
  });
}

/** How the open piece is played, by the names of the options. */
export const playedSo = computed<Values>(() => {
  const own = piece.value?.tempo;
  return {
    ...playOptions.value,
    play_tempo: pieceTempo.value === own ? null : pieceTempo.value,
    transpose: pieceShift.value,
  };
});

/** What of that is not as the server has it of the piece. */
export const changedPlaying = computed<Values>(() => {
  const kept = new Map<string, unknown>(Object.entries(piece.value ?? {}));
  const changed = Object.entries(playedSo.value).filter(([name, value]) => !isSame(value, kept.get(name)));
  return Object.fromEntries(changed);
});

/** The key that the chart names where the open piece, whose chords it has, is told in another. */
const changedKey = computed<Values>(() => {
  const [told, wanted, shift] = [piece.value?.key, song.value?.key, chartShift.value];
  if (!told || !wanted || shift === null || !isReadable.value || movedKey(told, shift) === wanted) return {};
  const key = movedKey(wanted, -shift);
  return key === told ? {} : { key };
});

/**
 * The chart in the field where it is the open piece's, and written in another way than is kept with it. What the page writes
 * itself is there without: it never takes the place of somebody's words.
 */
const changedChart = computed<Changing>(() => {
  const [open, written] = [piece.value, writtenChart.value];
  if (!open || written === null || chartShift.value === null || take.value !== 0) return {};
  const isOther = open.title && open.title !== titleOf(song.value);
  const isKept = written.text === pieceText.value || (open.chart && isSameText(written, open.chart));
  return isOther || isKept ? {} : { chart: written };
});

/**
 * Tell the server how the piece is played, and the key and the text of its chart, from now on, once nothing has changed for
 * a moment or another piece is opened. `kept` hears of what it then is.
 */
export function keepPlaying(kept: (piece: Arrangement) => void): () => void {
  let pending: { readonly id: string; readonly changes: readonly Changing[] } | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const send = (): void => {
    clearTimeout(timer);
    if (pending) void keep(pending.id, pending.changes, kept);
    pending = null;
  };
  const dispose = effect(() => {
    const open = piece.value;
    // each by itself: the key is refused where bars are being played anew
    const all = [changedPlaying.value, changedKey.value, changedChart.value];
    const changes = all.filter((each) => Object.keys(each).length > 0);
    if (pending && pending.id !== open?.id) send();
    clearTimeout(timer);
    pending = open?.state === "done" && changes.length > 0 ? { id: open.id, changes } : null;
    if (pending) timer = setTimeout(send, KEEP_AFTER);
  });
  return () => {
    clearTimeout(timer);
    dispose();
  };
}

async function keep(id: string, changes: readonly Changing[], kept: (piece: Arrangement) => void): Promise<void> {
  for (const changed of changes) {
    try {
      const now = await changeArrangement(id, changed);
      if (piece.peek()?.id === id) piece.value = now;
      kept(now);
    } catch (error) {
      if (!(error instanceof Problem)) throw error; // it is played so all the same, in files too
    }
  }
}

/** Plays the open piece, or what stands in the field; another one where tempo, feel or bars change. */
export const playing = computed(() => playingAt(1));

/** The same at a share of the tempo; where a studio's clock is followed, at its tempo, which alone slows down. */
export function playingAt(rate: number): Playing {
  const open = piece.value !== null;
  const lines = open ? pieceLines.value : chartLines.value;
  const beats = (open ? ownChart.value : chart.value)?.beats ?? 0;
  const steps = Math.ceil(Math.round(beats * TICKS_PER_BEAT) / TICKS_PER_STEP); // a step begun counts whole
  const led = ledTempo.value;
  if (led !== null) {
    return new Playing({ ...feel.value, ritardando: false }, hands.value, led, lines, steps);
  }
  const tempo = (open ? pieceTempo.value : options.value.tempo) * speed.value * rate;
  return new Playing(feel.value, hands.value, tempo, lines, steps);
}
