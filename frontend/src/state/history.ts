/**
 * The text in the field, with undo and redo. A version also has what belongs to its text: answers to what the text leaves
 * open, and options that came along with it, which go when it is undone. Knows no requests, no page and no chords.
 */

import { batch, computed, signal } from "@preact/signals";
import type { Song } from "../music/piece";
import { chartText, options, setOptions } from "./band";
import { isSame, type Values } from "./fields";
import { advance, amend, back, begin, changeOf, forward, joins, type Keystroke, type Timeline } from "./undo";

/** Answers to what a chart leaves open, by the names of the questions. */
export type Choices = Readonly<Record<string, string>>;

/** What a text was written from that nobody could read: a link, a file. */
export interface Source {
  readonly text?: string;
  readonly data?: string; // of a file, in base 64
}

export interface Version {
  readonly text: string;
  readonly isTyped: boolean; // key by key: more may come
  readonly source: Source | null; // null: the text is what the person wrote
  readonly name: string; // of the file that it came from; "" where it is none
  readonly choices: Choices;
  readonly taken: Values; // tempo and style that the chart names, once the band has taken them over
  readonly changed: { readonly before: Values; readonly after: Values } | null; // options that came with it
  readonly semitones: number; // by how many it was transposed
  readonly origin: Origin | null; // what it was before it was transposed; null where it was edited since
}

/** A version, and what was read in it. */
export interface Origin {
  readonly version: Version;
  readonly song: Song;
}

const NEW: Omit<Version, "text"> = {
  isTyped: false,
  source: null,
  name: "",
  choices: {},
  taken: {},
  changed: null,
  semitones: 0,
  origin: null,
};

const timeline = signal<Timeline<Version>>(begin({ ...NEW, text: chartText.peek() }));
let keystroke: Keystroke | null = null; // the last one, while nothing else has changed the text

export const canUndo = computed(() => timeline.value.past.length > 0);
export const canRedo = computed(() => timeline.value.future.length > 0);
/** What stands in the field. */
export const version = computed(() => timeline.value.present);

function show(next: Timeline<Version>, set: Values | undefined = undefined): void {
  batch(() => {
    timeline.value = next;
    chartText.value = next.present.text;
    if (set) setOptions(set);
  });
}

/** Go on to another version: one step to undo. */
export function goOn(next: Version, joined = false): void {
  keystroke = null;
  show(advance(timeline.peek(), next, joined));
}

/** Say more of the version that is there: no step to undo. */
export function complete(more: Partial<Version>): void {
  show(amend(timeline.peek(), { ...version.peek(), ...more }));
}

/** Set options as part of the version that is there: they go with it when it is undone. */
export function bringOptions(after: Values): void {
  const { changed } = version.peek();
  const before = Object.fromEntries(Object.keys(after).map((name) => [name, options.peek()[name] ?? null]));
  batch(() => {
    complete({ changed: { before: { ...before, ...changed?.before }, after: { ...changed?.after, ...after } } });
    setOptions(after);
  });
}

/** Change the chords: one step to undo. How far they were transposed stays known. */
export function setText(text: string): void {
  const present = version.peek();
  if (text === present.text) return;
  goOn({ ...present, text, isTyped: false, source: null, changed: null, origin: null });
}

/** What comes with another chart. */
interface Along extends Partial<Pick<Version, "source" | "name" | "choices">> {
  readonly options?: Values;
}

/** Put in another chart, and set options that come with it: one step to undo. */
export function loadText(text: string, { options: set, ...more }: Along = {}): void {
  const present = version.peek();
  const isOther = text !== present.text || more.source !== undefined;
  const isSet = Object.entries(set ?? {}).every(([name, value]) => isSame(options.peek()[name], value));
  batch(() => {
    if (isOther) goOn({ ...NEW, ...more, text });
    else if (!isSet) goOn({ ...present, changed: null });
    if (set && !isSet) bringOptions(set);
  });
}

/**
 * Take in what the person has typed or pasted at a time in ms; the keystrokes of a word are one step to undo. `isWhole`: it
 * takes the place of all that was there, so it is another chart, even if both begin or end alike.
 */
export function typeText(text: string, time: number, isPasted = false, isWhole = false): void {
  const present = version.peek();
  if (text === present.text) return;
  const change = changeOf(present.text, text);
  const next = { ...change, time };
  const joined = joins(keystroke, next) && !isPasted;
  const isOther = (isPasted && isWhole) || (change.removed === present.text && change.inserted.length > 1);
  const isAnother = present.text !== "" && isOther;
  const kept = isAnother ? NEW : present;
  const changed = joined ? present.changed : null;
  goOn({ ...kept, text, isTyped: !isPasted, source: null, changed, origin: null }, joined);
  keystroke = next;
}

/** Answer a question that the chart leaves open: one step to undo. */
export function choose(code: string, answer: string): void {
  const present = version.peek();
  goOn({ ...present, isTyped: false, changed: null, choices: { ...present.choices, [code]: answer } });
}

export function undo(): void {
  keystroke = null;
  if (canUndo.peek()) show(back(timeline.peek()), version.peek().changed?.before);
}

export function redo(): void {
  keystroke = null;
  const next = forward(timeline.peek());
  if (canRedo.peek()) show(next, next.present.changed?.after);
}

/** Begin anew with what was left here: there is nothing to undo. */
export function beginWith(left: Partial<Version> & { readonly text: string }): void {
  show(begin({ ...NEW, ...left }));
}
