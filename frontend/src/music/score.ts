/** The chart as it stands on paper: written bars with their signs, and where each stands in its line. Knows no page. */

import type { PlayedSectionView, WrittenBarView } from "../wire";
import { COMMON_METERS, type Song } from "./piece";

/** A bar of the score. */
export interface ScoreBar {
  readonly number: number; // on paper, from 1
  readonly played: readonly number[]; // which bars in the order of playing are this one
  readonly heading: string | null; // where a section begins; "" where it has no name
  readonly section: PlayedSectionView | null; // there: what is wished of it
  readonly meter: string | null; // where it changes
  readonly opens: boolean; // a repeated passage begins
  readonly closes: number; // how often the passage that ends is played; 0: none ends
  readonly ending: string | null; // where a bracket begins: the times of it
  readonly inEnding: boolean;
  readonly endsEnding: boolean;
  readonly before: readonly Sign[];
  readonly after: readonly string[]; // "To Coda", "D.S. al Coda"
}

export type Sign = "segno" | "coda";

/** Bars of which nothing is known but that they follow one another. */
export function plainScore(count: number): readonly ScoreBar[] {
  return Array.from({ length: count }, (_, at) => barOf(at, [at], BARE));
}

const BARE = { meter: null, heading: null, section: null, inEnding: false, endsEnding: false, signs: null } as const;

/** The written bars of a song that are played, with their signs. */
export function scoreOf({ written, bars, sections, passages, meters }: Song): readonly ScoreBar[] {
  let before = 0;
  const starts = sections.map(({ bars: count }) => {
    before += count;
    return before - count;
  });
  const passageOf = passages.flatMap((passage) => passage.bars.map(() => passage));
  const playedOf = new Map<number, number[]>();
  for (const [at, { section, bar }] of bars.entries()) {
    const place = (starts[section] ?? 0) + bar;
    playedOf.set(place, [...(playedOf.get(place) ?? []), at]);
  }
  const score: ScoreBar[] = [];
  let meter = COMMON_METERS[0];
  let inEnding = false;
  let sectionShown = -1;
  for (const [place, played] of [...playedOf].toSorted(([one], [other]) => one - other)) {
    const [first = 0] = played;
    const signs = written[place] ?? null;
    const after = written[place + 1];
    const number = bars[first]?.section ?? 0;
    const here = signs?.meter ?? meters[Math.min(first, meters.length - 1)] ?? meter;
    inEnding = (inEnding && !signs?.repeat) || (signs?.endings.length ?? 0) > 0;
    const isLast = after === undefined || starts.includes(place + 1);
    const stops = isLast || after.endings.length > 0 || after.repeat || after.coda;
    const endsEnding = inEnding && (stops || (signs?.times ?? 0) > 0 || signs?.ending_stops === true || !!signs?.jump);
    const isNew = number !== sectionShown;
    score.push(
      barOf(place, played, {
        meter: here === meter ? null : (here ?? null),
        heading: isNew ? (sections[number]?.name ?? "") : null,
        section: isNew ? (passageOf[first] ?? null) : null,
        inEnding,
        endsEnding,
        signs,
      }),
    );
    if (endsEnding) inEnding = false;
    sectionShown = number;
    meter = here;
  }
  return score;
}

interface Known extends Pick<ScoreBar, "meter" | "heading" | "section" | "inEnding" | "endsEnding"> {
  readonly signs: WrittenBarView | null;
}

function barOf(place: number, played: readonly number[], { signs, ...known }: Known): ScoreBar {
  const before: readonly Sign[] = [
    ...(signs?.segno ? ["segno" as const] : []),
    ...(signs?.coda ? ["coda" as const] : []),
  ];
  const after = [signs?.to_coda && "To Coda", signs?.fine && "Fine", signs?.jump].filter((word) => !!word) as string[];
  return {
    ...known,
    number: place + 1,
    played,
    opens: signs?.repeat ?? false,
    closes: signs?.times ?? 0,
    ending: signs?.endings.length ? `${signs.endings.join(", ")}.` : null,
    before,
    after,
  };
}

const FIRST = /^1\b/;

/**
 * In which of so many columns each bar stands: sections begin a line, and a second ending stands below the first where
 * that has room.
 */
export function columnsOf(score: readonly ScoreBar[], columns: number): readonly number[] {
  let next = 0;
  let ending = 0; // the column of the passage's first bracket
  let wasInEnding = false;
  return score.map(({ heading, ending: label, inEnding }) => {
    if (heading !== null) next = 0;
    const isLater = label !== null && wasInEnding && !FIRST.test(label);
    if (isLater && heading === null) next = ending;
    const column = next;
    if (label !== null && !isLater) ending = column;
    wasInEnding = inEnding;
    next = (column + 1) % columns;
    return column;
  });
}

/** How high the score is in so many columns, in lines of bars. */
export function heightOf(score: readonly ScoreBar[], columns: number): number {
  const places = columnsOf(score, columns);
  const lines = places.filter((column, at) => at === 0 || column <= (places[at - 1] ?? 0)).length;
  return lines + HEADING * score.filter(({ heading }) => heading).length;
}
const HEADING = 0.5; // of a line

/** The written bar that a played one is, and the how-manieth time it is played then. */
export interface Passing {
  readonly at: number; // in the score, from 0
  readonly pass: number; // from 1
  readonly passes: number;
}

/** Of each played bar. */
export function passingsOf(score: readonly ScoreBar[]): readonly Passing[] {
  const all: Passing[] = [];
  for (const [at, { played }] of score.entries()) {
    for (const [before, bar] of played.entries()) all[bar] = { at, pass: before + 1, passes: played.length };
  }
  return all;
}
