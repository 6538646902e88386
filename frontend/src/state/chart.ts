/**
 * The chart as the person edits it: its text with undo and redo, reading it with the server while they type, and
 * transposing. The text is the truth; everything else follows it. Knows no page and no grammar of chords.
 */

import { batch, computed, effect, signal, untracked } from "@preact/signals";
import { Problem, parseChords, RETRY } from "../api";
import { type Chart, OCTAVE } from "../music/piece";
import { chart, chartProblem, chartText } from "./band";
import { advance, back, begin, changeOf, forward, joins, type Keystroke, type Timeline } from "./undo";

const TYPING_DELAY = 120; // ms without a keystroke before the server is asked
const STORAGE_KEY = "sideman.chart";
const UNREADABLE_STATUS = [413, 422];

/** A text, and how far it was transposed. */
interface Version {
  readonly text: string;
  readonly semitones: number;
  readonly origin: string | null; // what it was before it was transposed; null where it was edited since
  readonly isTyped: boolean;
}

const untransposed = (text: string): Version => ({ text, semitones: 0, origin: null, isTyped: false });

const timeline = signal<Timeline<Version>>(begin(untransposed(chartText.peek())));
let keystroke: Keystroke | null = null; // the last one, while nothing else has changed the text

export const canUndo = computed(() => timeline.value.past.length > 0);
export const canRedo = computed(() => timeline.value.future.length > 0);
/** By how much the chords were transposed, -11 to 11. */
export const semitones = computed(() => timeline.value.present.semitones);

/** The text that `chart` or `chartProblem` speaks of; null before the first. */
const readText = signal<string | null>(null);
/** Whether the text in the field is read, with or without success. */
export const isRead = computed(() => readText.value === chartText.value);
/** Whether `chart` is what the text in the field says. An empty text has no chart. */
export const isReadable = computed(() => isRead.value && chartProblem.value === null);
/** Why the server could not be asked; the text may be right. */
export const readingProblem = signal<Problem | null>(null);

function show(next: Timeline<Version>): void {
  batch(() => {
    timeline.value = next;
    chartText.value = next.present.text;
  });
}

/** Change the chords: one step to undo. How far they were transposed stays known. */
export function setText(text: string): void {
  const { present } = timeline.peek();
  if (text === present.text) return;
  keystroke = null;
  show(advance(timeline.peek(), { ...present, text, origin: null, isTyped: false }, false));
}

/** Put in another chart: one step to undo. */
export function loadText(text: string): void {
  keystroke = null;
  if (text !== timeline.peek().present.text) show(advance(timeline.peek(), untransposed(text), false));
}

/** Take in what the person has typed at a time in ms; the keystrokes of a word are one step to undo. */
export function typeText(text: string, time: number): void {
  const { present } = timeline.peek();
  if (text === present.text) return;
  const next = { ...changeOf(present.text, text), time };
  const joined = joins(keystroke, next);
  keystroke = next;
  show(advance(timeline.peek(), { ...present, text, origin: null, isTyped: true }, joined));
}

export function undo(): void {
  keystroke = null;
  show(back(timeline.peek()));
}

export function redo(): void {
  keystroke = null;
  show(forward(timeline.peek()));
}

let transposing: Promise<void> = Promise.resolve();

/** Move all chords by some semitones, one call after the other. Twelve up, or as many back, is the same text again. */
export function transpose(by: number): Promise<void> {
  const next = () => transposeNow(by);
  transposing = transposing.then(next, next);
  return transposing;
}

async function transposeNow(by: number): Promise<void> {
  const { present } = timeline.peek();
  const origin = present.semitones === 0 ? present.text : present.origin;
  const total = (present.semitones + by) % OCTAVE;
  const source = origin ?? present.text;
  const distance = origin === null ? by : total;
  try {
    const answer = distance === 0 ? null : await parseChords(source, distance); // null: as it was written
    if (timeline.peek().present !== present) return; // edited meanwhile: that counts
    keystroke = null;
    const text = answer?.progression ?? source;
    batch(() => {
      if (answer) accept(text, answer);
      show(advance(timeline.peek(), { text, semitones: total, origin, isTyped: false }, false));
    });
  } catch (error) {
    refuse(present.text, error);
  }
}

let timer: ReturnType<typeof setTimeout> | undefined;
let request: AbortController | null = null;

function forgetReading(): void {
  clearTimeout(timer);
  request?.abort();
}

function readLater(text: string, delay: number): void {
  forgetReading();
  timer = setTimeout(() => read(text), delay);
}

/** Read the text in the field at once: its chart, or null where it has none. */
export function readNow(): Promise<Chart | null> {
  return isReadable.peek() ? Promise.resolve(chart.peek()) : read(chartText.peek());
}

async function read(text: string): Promise<Chart | null> {
  forgetReading();
  const mine = new AbortController();
  request = mine;
  try {
    const answer = text.trim() === "" ? null : await parseChords(text, 0, mine.signal);
    if (mine.signal.aborted) return null;
    accept(text, answer);
    return answer;
  } catch (error) {
    if (!mine.signal.aborted) refuse(text, error);
    return null;
  }
}

function accept(text: string, answer: Chart | null): void {
  batch(() => {
    chart.value = answer;
    chartProblem.value = null;
    readingProblem.value = null;
    readText.value = text;
  });
}

function refuse(text: string, error: unknown): void {
  if (!(error instanceof Problem)) throw error;
  if (text !== chartText.peek()) return;
  const isUnreadable = UNREADABLE_STATUS.includes(error.status);
  batch(() => {
    if (isUnreadable) {
      chartProblem.value = error;
      readText.value = text;
    }
    readingProblem.value = isUnreadable ? null : error;
  });
  if (!isUnreadable) readLater(text, error.retryAfter === null ? RETRY : error.retryAfter * 1000);
}

/** Put the text back that was in the field before the page was loaded again. Returns whether there was one. */
export function recallText(): boolean {
  const text = recall();
  if (text !== null) show(begin(untransposed(text)));
  return text !== null;
}

/** Keep reading the text, and remembering it for {@link recallText}, until the returned function is called. */
export function watchChart(): () => void {
  const dispose = effect(() => {
    const text = chartText.value;
    untracked(() => {
      if (text !== timeline.peek().present.text) loadText(text); // set elsewhere: that can be undone too
      remember(text);
      readingProblem.value = null;
      if (readText.peek() === text) forgetReading();
      else readLater(text, timeline.peek().present.isTyped ? TYPING_DELAY : 0);
    });
  });
  return () => {
    dispose();
    forgetReading();
  };
}

function recall(): string | null {
  try {
    return sessionStorage.getItem(STORAGE_KEY) ?? localStorage.getItem(STORAGE_KEY);
  } catch {
    return null; // the browser keeps nothing for this page
  }
}

function remember(text: string): void {
  try {
    sessionStorage.setItem(STORAGE_KEY, text); // this tab's, after a reload
    localStorage.setItem(STORAGE_KEY, text); // the latest, for a new tab
  } catch {
    // Nothing is kept then, or the text is too long for it: the page works without.
  }
}
