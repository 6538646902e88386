/** The form of a song in words: what stands over its played bars. Knows no page. */

import type { Song } from "./piece";

/** What stands over the bars where a section begins, or begins again, by their numbers; "" where it has no name. */
export function headingsOf({ bars, sections }: Pick<Song, "bars" | "sections">): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const [number, { section, passing }] of bars.entries()) {
    const before = bars[number - 1];
    if (before?.section === section && before.passing === passing) continue;
    const time = passing > 0 ? `${ordinal(passing + 1)} time` : "";
    found.set(number, [sections[section]?.name, time].filter(Boolean).join(", "));
  }
  return found;
}

function ordinal(number: number): string {
  const isTeen = Math.floor((number % 100) / 10) === 1;
  return number + ((isTeen ? undefined : { 1: "st", 2: "nd", 3: "rd" }[number % 10]) ?? "th");
}
