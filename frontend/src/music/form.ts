/** The form of a song in words: what stands over its played bars. Knows no page. */

import { type BarNotes, type Chart, ROLES, type Song } from "./piece";

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

type Lines = Pick<Chart, "bar_lines" | "part_lines">;

/** Whether bars of a chart are composed in several parts: 5/4 as 3/4 and 2/4. */
export const hasParts = ({ bar_lines, part_lines }: Lines): boolean => part_lines.length !== bar_lines.length;

/** The bars of a chart from the parts in which they are told; one is there once all of it is. */
export function wholeBars(parts: readonly BarNotes[], lines: Lines): readonly BarNotes[] {
  if (!hasParts(lines)) return parts;
  const bars: BarNotes[] = [];
  for (let bar = 0; bar + 1 < lines.bar_lines.length; bar++) {
    const numbers = partsOf([bar], lines);
    if ((numbers.at(-1) ?? 0) >= parts.length) break;
    const notes = ROLES.map((role) => [role, numbers.flatMap((number) => parts[number]?.[role] ?? [])]);
    bars.push(Object.fromEntries(notes));
  }
  return bars;
}

/** The numbers of the parts of some bars. */
export function partsOf(bars: readonly number[], lines: Lines): readonly number[] {
  if (!hasParts(lines)) return bars;
  return bars.flatMap((bar) => {
    const [from = 0, to = 0] = lines.bar_lines.slice(bar, bar + 2);
    return [...lines.part_lines.keys()].filter((part) => {
      const onset = lines.part_lines[part] ?? to;
      return onset >= from && onset < to;
    });
  });
}
