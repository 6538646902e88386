/** A jam as the page shows it. Knows no sound and no requests; loaded when somebody jams. */

import { computed, signal } from "@preact/signals";
import { NO_CHORD } from "../music/piece";
import { song } from "./band";

/** `waiting`: for the first chord; `over`: what was played can be kept, where anything was. */
export type JamState = "off" | "starting" | "waiting" | "playing" | "over";

/** What is left of a jam. */
export interface Kept {
  readonly chart: string; // its text
  readonly midi: Blob;
  readonly bars: number;
}

export const jamState = signal<JamState>("off");
/** The chord that was taken last. */
export const jamChord = signal<string | null>(null);
export const jamKept = signal<Kept | null>(null);
/** Why no keyboard leads; null where one does. */
export const noKeyboard = signal<string | null>(null);

const MOST_TAPPED = 16;
const COMMON = ["C", "Am", "F", "G7"];

/** The chords of the chart, each once: who has no keyboard taps them. */
export const tapped = computed(() => {
  const names = new Set(song.value?.chart.chords.map(({ name }) => name).filter((name) => name !== NO_CHORD));
  return names.size ? [...names].slice(0, MOST_TAPPED) : COMMON;
});
