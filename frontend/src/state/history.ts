/**
 * The text in the field, with undo and redo. A version also has what belongs to its text: answers to what the text leaves
 * open, and options that came along with it, which go when it is undone. Knows no requests, no page and no chords.
 */

import { batch, computed, signal } from "@preact/signals";
import type { Song } from "../music/piece";
import type { ChartText } from "../wire";
import { chartText, DEFAULT_OPTIONS, offered, options, setOptions } from "./band";
import { isSame, type OptionValue, type Values } from "./fields";
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
  readonly root: Source | null; // what the chart was written from at first, through edits and other keys
  readonly name: string; // of the file that it came from; "" where it is none
  readonly choices: Choices;
  readonly taken: Values; // tempo and style that the chart names, once the band has taken them over
  readonly brought: Values; // those that came with it, so or as a piece, and go with it unless they were set otherwise
  readonly changed: { readonly before: Values; readonly after: Values } | null; // options that came with it
  readonly semitones: number; // by how many it was transposed
  readonly origin: Origin | null; // what it was before it was transposed; null where it was edited since
}

/** A version, and what was read in it. */
export interface Origin {
  readonly version: Version;
  readonly song: Song;
}

/** A version as it is kept. What it was written from is too large: the text reads the same. */
export function textOfVersion({ text, source, name, choices }: Version): Required<ChartText> {
  return source === null ? { text, name, choices } : { text, name: "", choices: {} };
}

const NEW: Omit<Version, "text"> = {
  isTyped: false,
  source: null,
  root: null,
  name: "",
  choices: {},
  taken: {},
  brought: {},
  changed: null,
  semitones: 0,
  origin: null,
};

const TOLD: ReadonlySet<string> = new Set(["tempo", "style"]); // options that are a chart's own
const SONG = "song"; // the question which one of several is meant

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

/** Set options as part of the version that is there: they go with it when it is undone, and when another chart comes. */
export function bringOptions(after: Values): void {
  batch(() => {
    bring(after);
    complete({ brought: { ...version.peek().brought, ...toldIn(after) } });
  });
}

function bring(after: Values): void {
  if (isSet(after)) return;
  const { changed } = version.peek();
  const before = Object.fromEntries(Object.keys(after).map((name) => [name, options.peek()[name] ?? null]));
  batch(() => {
    complete({ changed: { before: { ...before, ...changed?.before }, after: { ...changed?.after, ...after } } });
    setOptions(after);
  });
}

const isSet = (values: Values): boolean =>
  Object.entries(values).every(([name, value]) => isSame(options.peek()[name], value));

const toldIn = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).filter(([name]) => TOLD.has(name)));

/** Options that came with a chart and were left so, as they are without it. */
export function withoutChart({ brought }: Version): Values {
  const left = Object.entries(brought).filter(([name, value]) => isSame(options.peek()[name], value));
  return Object.fromEntries(left.map(([name]) => [name, usual(name)]));
}

const usual = (name: string): OptionValue => offered(name)?.default ?? DEFAULT_OPTIONS[name] ?? null;

/** Change the chords: one step to undo. How far they were transposed stays known. */
export function setText(text: string): void {
  const present = version.peek();
  if (text === present.text) return;
  if (text.trim() === "") loadText(text);
  else goOn({ ...present, text, isTyped: false, source: null, changed: null, origin: null });
}

/** What comes with another chart. */
interface Along extends Partial<Pick<Version, "source" | "name" | "choices" | "taken">> {
  readonly options?: Values;
}

/** Put in another chart, and set options that come with it: one step to undo. */
export function loadText(text: string, { options: set = {}, ...more }: Along = {}): void {
  const present = version.peek();
  const isOther = text !== present.text || more.source !== undefined || more.choices !== undefined;
  const along = { ...(isOther ? withoutChart(present) : {}), ...set };
  batch(() => {
    if (isOther) goOn({ ...NEW, ...more, root: more.source ?? null, text });
    else if (!isSet(along)) goOn({ ...present, changed: null });
    bring(along);
    complete({ brought: { ...version.peek().brought, ...toldIn(set) } });
  });
}

/** Leave no chart, and no tempo and style, whoever set them: one step to undo. */
export function clear(): void {
  loadText("", { options: Object.fromEntries([...TOLD].map((name) => [name, usual(name)])) });
}

/**
 * Take in what the person has typed or pasted at a time in ms; the keystrokes of a word are one step to undo. `isWhole`: it
 * takes the place of all that was there, so it is another chart, even if both begin or end alike. So is an empty one.
 */
export function typeText(text: string, time: number, isPasted = false, isWhole = false): void {
  const present = version.peek();
  if (text === present.text) return;
  const change = changeOf(present.text, text);
  const next = { ...change, time };
  const joined = joins(keystroke, next) && !isPasted;
  const isOther = (isPasted && isWhole) || (change.removed === present.text && change.inserted.length > 1);
  const isAnother = isOther || text.trim() === "";
  const kept = isAnother ? NEW : present;
  const changed = joined ? present.changed : null;
  batch(() => {
    goOn({ ...kept, text, isTyped: !isPasted, source: null, changed, origin: null }, joined);
    if (isAnother) bring(withoutChart(present));
  });
  keystroke = next;
}

/** Answer a question that the chart leaves open: one step to undo. Which song it is makes another chart of it. */
export function choose(code: string, answer: string): void {
  const present = version.peek();
  const choices = { ...present.choices, [code]: answer };
  const isAnother = code === SONG;
  const { text, source, root, name } = present;
  batch(() => {
    goOn({ ...(isAnother ? { ...NEW, text, source, root, name } : present), isTyped: false, changed: null, choices });
    if (isAnother) bring(withoutChart(present));
  });
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
