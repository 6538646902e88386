/**
 * The chart as it is written, such as the browser and a piece keep it: with its words, repeats and answers. Knows no page.
 */

import { computed } from "@preact/signals";
import type { Song } from "../music/piece";
import type { ChartText } from "../wire";
import { offer } from "./band";
import { isReadable, readSong } from "./chart";
import { textOfVersion, version } from "./history";

/** What stands in the field, once it is read; null: nothing, or more than a piece keeps. */
export const writtenChart = computed(() => {
  const { text } = version.value;
  const isKept = isReadable.value && text.trim() !== "" && text.length <= (offer.value?.max_chart ?? 0);
  return isKept ? textOfVersion(version.value) : null;
});

/** The title of what was read, as far as a piece keeps it; none of nothing. */
export const titleOf = (read: Song | null): string => [...(read?.title ?? "")].slice(0, offer.value?.max_name).join("");

export function isSameText(one: ChartText, other: ChartText): boolean {
  return one.text === other.text && sayings(one) === sayings(other);
}

const sayings = ({ name = "", choices = {} }: ChartText): string =>
  JSON.stringify([name, Object.entries(choices).sort()]);

/** What is read in a text that was kept; null where it can't be, or is none that stands in a field. */
export async function readText(chart: ChartText): Promise<Song | null> {
  const song = await readSong(chart).catch(() => null);
  return song?.is_by_hand ? song : null;
}
