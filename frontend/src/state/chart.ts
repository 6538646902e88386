/**
 * Reading the chart with the server while the person edits it. The text is the truth; everything else follows it: the
 * song, what was assumed, the tempo that it names. Knows no page and no grammar of chords.
 */

import { batch, computed, effect, signal, untracked } from "@preact/signals";
import { type ChartRequest, Problem, RETRY, readChart } from "../api";
import type { Song } from "../music/piece";
import { chartProblem, chartText, offered, song } from "./band";
import { remember } from "./draft";
import { bringOptions, complete, loadText, type Version, version } from "./history";

const TYPING_DELAY = 120; // ms without a keystroke before the server is asked
const UNREADABLE_STATUS = [413, 422];

/** The version that `song` or `chartProblem` speaks of; null before the first. */
const readVersion = signal<Version | null>(null);

const asksTheSame = (one: Version, other: Version): boolean =>
  one.text === other.text && one.source === other.source && one.choices === other.choices;

/** Whether what is in the field is read, with or without success. */
export const isRead = computed(() => {
  const read = readVersion.value;
  return read !== null && read.text === chartText.value && asksTheSame(read, version.value);
});
/** Whether `song` is what the text in the field says. An empty text has no song. */
export const isReadable = computed(() => isRead.value && chartProblem.value === null);
/** Whether places of faults and assumptions are places in the field; those of bars always are. */
export const hasPlaces = computed(() => isRead.value && version.value.source === null);
/** Why the server could not be asked; the text may be right. */
export const readingProblem = signal<Problem | null>(null);

let timer: ReturnType<typeof setTimeout> | undefined;
let request: AbortController | null = null;

function forgetReading(): void {
  clearTimeout(timer);
  request?.abort();
}

function readLater(delay: number): void {
  forgetReading();
  timer = setTimeout(read, delay);
}

let editing: Promise<void> | null = null; // the text is about to change

/** Have whoever wants to know what is in the field wait for an edit of its text. */
export function waitFor(edit: Promise<void>): void {
  const mine = edit.finally(() => {
    if (editing === mine) editing = null;
  });
  editing = mine;
}

/** Read what is in the field at once: its song, or null where it has none. */
export function readNow(): Promise<Song | null> {
  if (editing !== null) return editing.then(readNow);
  return isReadable.peek() ? Promise.resolve(song.peek()) : read();
}

/** What the server is asked of a version. */
export function requestOf({ text, source, name, choices }: Version): ChartRequest {
  return { ...(source ?? { text }), name, choices };
}

/** A song whose bars know their places in the text that the field shows. Throws {@link Problem}. */
export async function readSong(request: ChartRequest, signal?: AbortSignal): Promise<Song> {
  const answer = await readChart(request, signal);
  if (answer.is_by_hand) return answer;
  const shown = await readChart({ text: answer.text }, signal);
  const isSame = shown.chart.progression === answer.chart.progression;
  const bars = answer.bars.map((bar, at) => ({ ...bar, place: isSame ? (shown.bars[at]?.place ?? null) : null }));
  return { ...answer, bars };
}

async function read(): Promise<Song | null> {
  forgetReading();
  const mine = new AbortController();
  request = mine;
  const asked = version.peek();
  try {
    const answer = asked.text.trim() === "" ? null : await readSong(requestOf(asked), mine.signal);
    if (mine.signal.aborted) return null;
    accept(asked, answer);
    return answer;
  } catch (error) {
    if (!mine.signal.aborted) refuse(asked, error);
    return null;
  }
}

/** Take in what was read in a version. */
export function accept(asked: Version, answer: Song | null): void {
  batch(() => {
    song.value = answer;
    chartProblem.value = null;
    readingProblem.value = null;
    readVersion.value = asked;
    if (answer === null || !asksTheSame(asked, version.peek())) return;
    follow(answer);
    readVersion.value = version.peek();
  });
}

/** Have the version in the field follow what was read in it: its text, the answers that apply, tempo and style. */
function follow(answer: Song): void {
  const { source, text, choices, taken } = version.peek();
  if (source !== null || !answer.is_by_hand) {
    const from = source ?? { text };
    complete({ text: answer.text, source: from, root: from, origin: null });
  }
  const asked = new Set(answer.assumptions.map(({ code }) => code));
  const answers = Object.entries(choices);
  const applying = answers.filter(([code]) => asked.has(code));
  if (applying.length < answers.length) complete({ choices: Object.fromEntries(applying) });
  const named = Object.entries(namedIn(answer));
  const fresh = named.filter(([name, value]) => value !== taken[name] && isOffered(name, value));
  if (fresh.length === 0) return;
  const values = Object.fromEntries(fresh);
  complete({ taken: { ...taken, ...values } });
  bringOptions(values);
}

/** The tempo and the style that a chart names, as options. */
export function namedIn({ tempo, band_style: style }: Song): Readonly<Record<string, string | number>> {
  return { ...(tempo !== null && { tempo }), ...(style !== null && { style }) };
}

function isOffered(name: string, value: string | number): boolean {
  const { minimum, maximum, choices } = offered(name) ?? {};
  if (typeof value === "string") return choices?.includes(value) ?? false;
  return value >= (minimum ?? 0) && value <= (maximum ?? Number.POSITIVE_INFINITY);
}

/** Take in that a version can't be read, or that the server could not be asked. */
export function refuse(asked: Version, error: unknown): void {
  if (!(error instanceof Problem)) throw error;
  if (!asksTheSame(asked, version.peek())) return;
  const isUnreadable = UNREADABLE_STATUS.includes(error.status);
  batch(() => {
    if (isUnreadable) {
      chartProblem.value = error;
      readVersion.value = asked;
    }
    readingProblem.value = isUnreadable ? null : error;
  });
  if (!isUnreadable) readLater(error.retryAfter === null ? RETRY : error.retryAfter * 1000);
}

/** Keep reading the text, and remembering it for the next visit, until the returned function is called. */
export function watchChart(): () => void {
  const dispose = effect(() => {
    const text = chartText.value;
    const present = version.value;
    untracked(() => {
      if (text !== present.text) loadText(text); // set elsewhere: that can be undone too
      remember(version.peek());
      readingProblem.value = null;
      if (isRead.peek()) forgetReading();
      else readLater(version.peek().isTyped ? TYPING_DELAY : 0);
    });
  });
  return () => {
    dispose();
    forgetReading();
  };
}
