/**
 * How the open piece is played: at the tempo, in the key and with the feel that are set, as long as the chart in the field
 * is the piece's own, in whatever key. Nothing is composed for that. Knows no page and no sound.
 */

import { batch, computed, effect } from "@preact/signals";
import { changeArrangement, Problem } from "../api";
import { Playing } from "../music/feel";
import { nearest, shiftBetween } from "../music/key";
import { isSameRow } from "../music/piece";
import { STEPS_PER_BEAT } from "../music/time";
import { chart, chartLines, chartProblem, feel, feelOptions, options, song, wishes } from "./band";
import { isReadable } from "./chart";
import { isSame, type Values } from "./fields";
import { hands, offered } from "./offer";
import { ownChart, piece, pieceChart, pieceLines, pieceShift, pieceTempo } from "./piece";
import { speed } from "./playback";

const KEEP_AFTER = 1_000; // ms without a change before the server is told

/** By how much what was read last is the open piece's own chart, moved; null where it is another one. */
const chartShift = computed(() => {
  const [own, read] = [ownChart.value, song.value];
  if (own === null || read === null || !isSameRow(read.meters, piece.value?.meters ?? [])) return null;
  return shiftBetween(own, read.chart);
});

/** What of the chart and the options is not what the open piece was composed for; null: nothing, or there is no piece. */
export const difference = computed<"chart" | "options" | null>(() => {
  const open = piece.value;
  if (open === null) return null;
  if (chartShift.value === null || chartProblem.value !== null) return "chart";
  const made = new Map<string, unknown>(Object.entries(open));
  const isMade = Object.entries(wishes.value).every(
    ([name, wanted]) =>
      name === "tempo" ||
      offered(name)?.shapes === false ||
      (name === "seed" && wanted === null) ||
      isSame(wanted, made.get(name)),
  );
  return isMade ? null : "options";
});

/** Have the open piece follow the tempo and the key that are set, from now on. */
export function followSettings(): () => void {
  return effect(() => {
    const [shift, tempo, shown] = [chartShift.value, options.value.tempo, chart.value];
    if (shift === null || !isReadable.value) return; // another chart, or not read yet
    batch(() => {
      pieceShift.value = nearest(shift, pieceShift.peek());
      pieceTempo.value = tempo;
      pieceChart.value = shown;
    });
  });
}

/** How the open piece is played, by the names of the options. */
export const playedSo = computed<Values>(() => {
  const own = piece.value?.tempo;
  return {
    ...feelOptions.value,
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

/** Tell the server how the piece is played, from now on, once nothing has changed for a moment. */
export function keepPlaying(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const dispose = effect(() => {
    clearTimeout(timer);
    const id = piece.value?.id;
    if (id === undefined || piece.value?.state !== "done" || Object.keys(changedPlaying.value).length === 0) return;
    timer = setTimeout(() => void keep(id), KEEP_AFTER);
  });
  return () => {
    clearTimeout(timer);
    dispose();
  };
}

async function keep(id: string): Promise<void> {
  if (piece.peek()?.id !== id) return;
  try {
    const kept = await changeArrangement(id, changedPlaying.peek());
    if (piece.peek()?.id === id) piece.value = kept;
  } catch (error) {
    if (!(error instanceof Problem)) throw error; // it is played so all the same
  }
}

/** Plays the open piece, or what stands in the field; another one where tempo, feel or bars change. */
export const playing = computed(() => {
  const open = piece.value !== null;
  const lines = open ? pieceLines.value : chartLines.value;
  const beats = (open ? ownChart.value : chart.value)?.beats ?? 0;
  const tempo = (open ? pieceTempo.value : options.value.tempo) * speed.value;
  return new Playing(feel.value, hands.value, tempo, lines, Math.ceil(beats * STEPS_PER_BEAT));
});
