/** How the chart is read: as it sounds, for another instrument, in numbers. Kept in the browser; knows no page. */

import { computed, effect, signal } from "@preact/signals";
import { CONCERT, DISPLAYS, type Display, lifted } from "../music/display";
import { song } from "./band";
import { heardLift } from "./practice";
import { store, stored } from "./stored";

const KEY = "sideman.display";

export const display = signal<Display>(DISPLAYS.find(({ id }) => id === stored(KEY)) ?? CONCERT);

effect(() => store(KEY, display.value === CONCERT ? null : display.value.id));

/** How it is read now: in the key that the time round the loop is in. */
export const heardDisplay = computed(() => lifted(display.value, heardLift.value));

/** The key that the chart is in, as it names it or else as its chords have it. */
export const chartKey = computed(() => song.value?.key ?? song.value?.chart.key ?? "C major");
