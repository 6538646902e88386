/** How the chart is read: as it sounds, for another instrument, in numbers. Kept in the browser; knows no page. */

import { computed, effect, signal } from "@preact/signals";
import { CONCERT, DISPLAYS, type Display, lifted } from "../music/display";
import { song } from "./band";
import { heardLift } from "./practice";

const KEY = "sideman.display";

export const display = signal<Display>(kept());

effect(() => {
  try {
    if (display.value === CONCERT) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, display.value.id);
  } catch {
    // A browser that keeps nothing: the choice lasts as long as the page.
  }
});

/** How it is read now: in the key that the time round the loop is in. */
export const heardDisplay = computed(() => lifted(display.value, heardLift.value));

function kept(): Display {
  try {
    return DISPLAYS.find(({ id }) => id === localStorage.getItem(KEY)) ?? CONCERT;
  } catch {
    return CONCERT;
  }
}

/** The key that the chart is in, as it names it or else as its chords have it. */
export const chartKey = computed(() => song.value?.key ?? song.value?.chart.key ?? "C major");
