/** The text of a chart that has no other. Knows no requests and no page. */

import { BAR_LINE, barsOf, type Cell, cellsOf, type Segment, TICKS_PER_BEAT, write } from "./edit";
import { isOfChords } from "./key";
import { type Chart, COMMON_METERS } from "./piece";
import { beginsPlainly, plainBars, plainLine } from "./plain";
import { BarLines, STEPS_PER_BEAT } from "./time";
import { labelOf, type Section, writtenWishes } from "./wishes";

/** What a text is written of: a chart, the metres of its first bars, its sections, and what its head says, if that is known. */
export interface Written {
  readonly chart: Chart;
  readonly meters: readonly string[];
  readonly sections?: readonly Section[];
  readonly key?: string | null;
  readonly title?: string;
  readonly composer?: string;
  readonly style?: string;
  readonly tempo?: number | null;
}

const PARTED = /[,;|·•()[\]]|\s[-–—]\s|\s{2}/; // a field may stand behind it
const FIELD = /[:=\d]|\b(?:of|major|minor|dur|moll)\b/i; // what one has
const OF_DIRECTIVES = /[{}|]/;

/**
 * The text of a chart, as people write it where that says the same; each section below its label, if they have the
 * chart's bars, but for an ending. Its head stands above them, with a key that is not that of the chords.
 */
export function textOf(written: Written): string {
  const { chart, key = null, title, composer, style, tempo } = written;
  const text = textOfChords(written);
  if (!isReadBelow(text, chart)) return text;
  const isKeyed = key !== null && !isOfChords(key, chart);
  const names = headLine("Title", title) + headLine("Composer", composer) + headLine("Style", style);
  return names + (isKeyed ? `Key: ${key}\n` : "") + (tempo ? `Tempo: ${tempo}\n` : "") + text;
}

/** A line of a head, in which no other field is read; none of nothing. */
function headLine(name: string, words = ""): string {
  const line = words.trim().replace(/\s+/g, " ");
  if (line === "") return "";
  const isParted = PARTED.test(line) && FIELD.test(line) && !OF_DIRECTIVES.test(line);
  return isParted ? `{${name.toLowerCase()}: ${line}}\n` : `${name}: ${line}\n`;
}

/** Whether a text says the same below a line: chords with lengths, and nothing else, may end within a bar; others fill it. */
function isReadBelow(text: string, { beats, bar_lines: lines }: Chart): boolean {
  const end = (lines.at(-1) ?? 0) / STEPS_PER_BEAT;
  return text.startsWith("[") || Math.round(beats * TICKS_PER_BEAT) === Math.round(end * TICKS_PER_BEAT);
}

function textOfChords({ chart, meters, sections = [] }: Written): string {
  const lines = new BarLines(chart.bar_lines);
  const cells = cellsOf(chart);
  const [meter = COMMON_METERS[0]] = meters;
  const plain = new Set(meters).size > 1 ? null : plainBars(cells, lines);
  const bars = sections.reduce((sum, section) => sum + section.bars.length, 0);
  const ending = chart.bars - bars; // which belongs to the last section
  if (sections.length === 0 || ending < 0 || ending > 1) {
    if (plain === null) return write(cells, meters, lines);
    return (meter === COMMON_METERS[0] ? "" : `${meter}\n`) + plainLine(plain);
  }
  const lengths = sections.map((section, at) => section.bars.length + (at === sections.length - 1 ? ending : 0));
  const isCommon = meter === COMMON_METERS[0];
  const inPlain = isCommon && plain ? cutPlainly(plain, lengths) : null;
  const written = inPlain ?? cutTimed(cells, barsOf(cells, lines), lengths, meters);
  const wishing = new Set<string>(); // names of sections that had wishes
  const texts = sections.flatMap((section, at) => {
    const label = labelOf(section, !wishing.has(section.name.toLowerCase()));
    if (writtenWishes(section)) wishing.add(section.name.toLowerCase());
    return [label, written[at] ?? ""];
  });
  return texts.join("\n");
}

/** Bars in lines of so many each; null where a chord lasts from one into the next. */
function cutPlainly(bars: readonly string[], lengths: readonly number[]): readonly string[] | null {
  let first = 0;
  const cut = lengths.map((length) => {
    first += length;
    return bars.slice(first - length, first);
  });
  return cut.every(beginsPlainly) ? cut.map(plainLine) : null;
}

/** The same with durations. */
function cutTimed(
  cells: readonly Cell[],
  bars: readonly (readonly Segment[])[],
  lengths: readonly number[],
  meters: readonly string[],
): readonly string[] {
  let [last = "", first] = [COMMON_METERS[0], 0];
  return lengths.map((length) => {
    const parts = bars.slice(first, first + length);
    const written = parts.flatMap((segments, bar) => {
      const meter = meters[Math.min(first + bar, meters.length - 1)] ?? last;
      const told = segments
        .filter(({ isContinued }) => bar === 0 || !isContinued)
        .map((segment) => durationWithin(cells, segment, parts, bar));
      if (meter !== last && told[0] !== undefined) told[0] = `${meter} ${told[0]}`;
      last = meter;
      return told;
    });
    first += length;
    return written.join(BAR_LINE);
  });
}

/** A chord as it is written, as long as it lasts within the bars of a section. */
function durationWithin(
  cells: readonly Cell[],
  { cell: at, isContinued }: Segment,
  parts: readonly (readonly Segment[])[],
  from: number,
): string {
  const { name = "", duration = "", beats = 0 } = cells[at] ?? {};
  const ticks = parts
    .slice(from)
    .flat()
    .filter((segment) => segment.cell === at)
    .reduce((sum, segment) => sum + Math.round(segment.beats * TICKS_PER_BEAT), 0);
  const isWhole = !isContinued && ticks === Math.round(beats * TICKS_PER_BEAT);
  return `${name}:${isWhole ? duration : ticks % TICKS_PER_BEAT ? `${ticks}t` : ticks / TICKS_PER_BEAT}`;
}
