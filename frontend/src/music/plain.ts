/** Chords as people write them, `C | Am F | /`, where that says just the same. Knows no requests and no page. */

import { barsOf, type Cell } from "./edit";
import { NO_CHORD } from "./piece";
import { type BarLines, STEPS_PER_BEAT } from "./time";

const HOLD = "/"; // a bar in which nothing begins
const THIRDS = ["", "m", "dim", "aug"];
const SEVENTHS = ["6", "m6", "7", "m7", "M7", "maj7", "mM7", "dim7", "m7b5", "m7-5"];
const OTHERS = [
  "sus2",
  "sus4",
  "7sus4",
  "add9",
  "9",
  "m9",
  "maj9",
  "M9",
  "11",
  "13",
  "69",
  "7b9",
  "7#9",
  "7#11",
  "7b13",
];
const NAME = /^[A-G][#b]?(?<quality>.*?)(?:\/[A-G][#b]?)?$/;
const PLAIN: ReadonlySet<string> = new Set([...THIRDS, ...SEVENTHS, ...OTHERS]);

/** Whether a name is read the same wherever it stands. */
function isPlain(name: string): boolean {
  const quality = NAME.exec(name)?.groups?.quality;
  return name === NO_CHORD || (quality !== undefined && PLAIN.has(quality));
}

/** The bars, each as it is written; null where one has to be told with durations. */
export function plainBars(cells: readonly Cell[], lines: BarLines): readonly string[] | null {
  const bars = barsOf(cells, lines).map((segments, bar) => {
    const [first] = segments;
    const beats = lines.length(bar) / STEPS_PER_BEAT;
    const each = beats / segments.length;
    const areEqual = Number.isInteger(each) && segments.every((segment) => segment.beats === each);
    if (first === undefined || !areEqual) return null;
    if (segments.length === 1 && first.isContinued) return HOLD;
    if (segments.length > 1 && (first.isContinued || segments.at(-1)?.continues)) return null;
    const names = segments.map(({ cell }) => cells[cell]?.name ?? "");
    return names.every(isPlain) ? names.join(" ") : null;
  });
  return bars.every((bar) => bar !== null) ? bars : null;
}

/** Bars in a line; one alone has a bar line too, or it might be several. */
export const plainLine = (bars: readonly string[]): string => bars.join(" | ") + (bars.length === 1 ? " |" : "");

/** Whether such a line begins with a chord of its own. */
export const beginsPlainly = (bars: readonly string[]): boolean => bars[0] !== HOLD;
