/** The piece that is open: what the server says of it, and its bars as they come. Knows no sound and no pixels. */

import { batch, computed, signal } from "@preact/signals";
import type { Arrangement } from "../api";
import { isSwung, transposedBars } from "../music/feel";
import { keyOf, movedKey } from "../music/key";
import { type BarNotes, type Chart, MELODY, type Note, ROLES, type Role } from "../music/piece";
import { textOf } from "../music/text";
import { BarLines } from "../music/time";
import type { Section } from "../music/wishes";
import { compasses } from "./offer";

/** The bars of a take that are there; bars come in order. */
export type TakeBars = readonly BarNotes[];

/** The piece that is open; null before the first. */
export const piece = signal<Arrangement | null>(null);
/** What a take has been composed for by now: changes of a piece may give each its own. */
export interface TakeChart {
  readonly own: Chart;
  readonly moved: Chart; // in the key in which the piece was played when it was asked for
  readonly shift: number; // by so many semitones
  readonly meters: readonly string[];
  readonly sections: readonly Section[];
}

/** Those of its takes. */
export const charts = signal<readonly TakeChart[]>([]);
/** The chords of the take that is heard as they were composed for. */
export const ownChart = signal<Chart | null>(null);
/** The same in the key in which it is played. */
export const pieceChart = signal<Chart | null>(null);
/** The tempo at which it is played, in beats a minute. */
export const pieceTempo = signal(120);
/** By how many semitones it is played higher than composed. */
export const pieceShift = signal(0);
/** The bars of each of its takes, as composed. */
export const takes = signal<readonly TakeBars[]>([]);
/** Notes that the person has just given, and that the server doesn't have yet: those of a player in a bar of a take. */
export interface Draft {
  readonly take: number;
  readonly bar: number;
  readonly role: Role;
  readonly notes: readonly Note[];
}

/** In the order in which they were given. */
export const drafts = signal<readonly Draft[]>([]);
/** The bars of each take, with what was just given. */
export const draftedTakes = computed<readonly TakeBars[]>(() =>
  drafts.value.reduce((all, { take: of, bar, role, notes }) => {
    const [bars, before] = [all[of], all[of]?.[bar]];
    return bars === undefined || before === undefined
      ? all
      : all.with(of, bars.with(bar, { ...before, [role]: notes }));
  }, takes.value),
);
/** The same in the key in which it is played. */
export const playedTakes = computed<readonly TakeBars[]>(() => draftedTakes.value.map(played));
/** Bars in the key in which the piece is played. */
function played(composed: TakeBars): TakeBars {
  return transposedBars(composed, pieceShift.value, compasses.value);
}

/** Which take is heard and seen. */
export const take = signal(0);

/** Ways to play a part of a take anew, of which one can be chosen. */
export interface Candidates {
  readonly take: number;
  readonly bars: readonly TakeBars[]; // all of the take with each
}

export const candidates = signal<Candidates | null>(null);
/** Which of them is heard in the place of its take; null: none. */
export const candidate = signal<number | null>(null);
/** Their bars in the key in which the piece is played. */
export const playedCandidates = computed<readonly TakeBars[]>(() => (candidates.value?.bars ?? []).map(played));
/** The one that is heard now, as files are asked for it. */
export const heardCandidate = computed(() => (candidates.value?.take === take.value ? candidate.value : null));

/** The bars that are heard. */
export const bars = computed<TakeBars>(
  () => playedCandidates.value[heardCandidate.value ?? -1] ?? playedTakes.value[take.value] ?? [],
);
/** Whether these swing as they are composed, whatever the feel. */
export const isSwungAsComposed = computed(() => isSwung(bars.value, pieceLines.value));
/** The metres of its bars. */
export const pieceMeters = computed(() => charts.value[take.value]?.meters ?? piece.value?.meters ?? []);
/** The sections of its bars. */
export const pieceSections = computed(() => charts.value[take.value]?.sections ?? piece.value?.sections ?? []);
const meters = computed(() => pieceMeters.value.join()); // the same text where nothing of them changes
/** Where its bars begin and end. */
export const pieceLines = computed(
  () => new BarLines(ownChart.value?.bar_lines ?? [], undefined, meters.value.split(",")),
);
/** What became of the melody that the piece was given; undefined where it has none. */
export const melody = computed(() => piece.value?.given.find(({ track }) => track === MELODY));
/** Who is heard in the piece: those who play, and the melody. */
export const heardRoles = computed<readonly Role[]>(() =>
  ROLES.filter((role) => (role === MELODY ? melody.value : piece.value?.tracks.includes(role))),
);
/** The key that it was composed in; null where it is that of the chords that it was composed for. */
export const toldKey = computed(() => piece.value && ownChart.value && keyBeside(piece.value, ownChart.value));
/** The same of a piece and a chart of its; changes may have left that with other chords: of them the key is told. */
export function keyBeside({ key, progression }: Arrangement, own: Chart): string | null {
  return progression === own.progression && key === keyOf(own) ? null : key;
}
/** What the page writes of it: its chords as they are heard, without words and repeats. */
export const pieceText = computed(() => {
  const [chart, meters, sections] = [pieceChart.value, pieceMeters.value, pieceSections.value];
  const key = toldKey.value && movedKey(toldKey.value, pieceShift.value);
  return chart && textOf({ chart, meters, sections, title: piece.value?.title ?? "", key });
});
/** Whether bars are still to come. */
export const isComposing = computed(() => piece.value?.state === "waiting" || piece.value?.state === "composing");

/** How a piece is played, of what it tells itself. */
export type Played = Pick<Arrangement, "tempo" | "play_tempo" | "transpose">;

/**
 * Open a piece of which nothing is there yet; `chart` as composed, and in the key in which it is played `so`. `others`: the
 * charts of its takes where it was changed since.
 */
export function openPiece(
  arrangement: Arrangement,
  chart: Chart,
  moved = chart,
  so: Played = arrangement,
  others: readonly TakeChart[] = [],
): void {
  piece.value = arrangement;
  charts.value = others;
  ownChart.value = chart;
  pieceChart.value = moved;
  pieceTempo.value = so.play_tempo ?? so.tempo;
  pieceShift.value = so.transpose;
  takes.value = Array.from({ length: arrangement.takes }, () => []);
  take.value = 0;
  drafts.value = [];
  propose(null);
}

/** Take in what a change has made of the open piece. */
export function changePiece(changed: Arrangement, now: readonly TakeChart[], played: readonly TakeBars[]): void {
  batch(() => {
    piece.value = changed;
    charts.value = now;
    takes.value = played;
    hearTake(take.peek());
  });
}

/** Hear another take. */
export function hearTake(number: number): void {
  batch(() => {
    take.value = number;
    const chart = charts.peek()[number];
    if (chart === undefined || chart.own === ownChart.peek()) return;
    ownChart.value = chart.own;
    pieceChart.value = chart.moved;
    pieceShift.value = chart.shift;
  });
}

/** Have other ways to choose from; the first one is heard. */
export function propose(offered: Candidates | null): void {
  batch(() => {
    candidates.value = offered;
    candidate.value = offered && offered.bars.length > 0 ? 0 : null;
  });
}

/** Have no piece open. */
export function closePiece(): void {
  piece.value = null;
  charts.value = [];
  ownChart.value = null;
  pieceChart.value = null;
  pieceShift.value = 0;
  takes.value = [];
  take.value = 0;
  drafts.value = [];
  propose(null);
}

/** Take in a bar of the open piece. One that is there already, told again after a break, is left alone. */
export function addBar(number: number, bar: number, notes: BarNotes): void {
  const before = takes.value[number];
  if (before === undefined || bar !== before.length) return;
  takes.value = takes.value.with(number, [...before, notes]);
  if (piece.value?.state === "waiting") piece.value = { ...piece.value, state: "composing" };
}
