/** Links to an exact piece: chart, title, key, sections, options, seed, model and revisions in the address's fragment, which no server and no
 * log sees. */

import type { Arrangement, Revision } from "../api";
import { isKey } from "../music/key";
import { COMMON_METERS, isSameRow } from "../music/piece";
import type { Section } from "../music/wishes";
import type { OptionView } from "../wire";
import { isSame, read, type Values, valuesOf, written } from "./fields";
import { heardRevisions, readRevision, readSection, writtenRevision, writtenSection } from "./revisions";

const CHORDS = "chords";
const METERS = "meters";
const TITLE = "title";
const KEY = "key";
const MODEL = "model";
const REVISION = "r"; // once for each, in their order
const SECTION = "s"; // so too
const METER = /^[1-9]\d?\/[248]$/;

/** What a link asks for. */
export interface Linked {
  readonly progression: string;
  readonly meters: readonly string[];
  readonly title: string; // "": the chart has none, or the link is one of before it was told
  readonly key: string | null; // null: that of the chords, or the link is one of before it was told
  readonly model: string;
  readonly options: Values & { readonly seed: number };
  readonly revisions: readonly Revision[];
  readonly sections: readonly Section[];
  readonly told: ReadonlySet<string>; // the names of what it holds
  readonly isUnderstood: boolean; // it holds no option that the server doesn't offer, and nothing that can't be read
}

/**
 * The fragment for a piece, without its "#": all that shapes its notes, and how it is played, as far as that isn't what it
 * is anyway. `key`: its own where it isn't that of the chords.
 */
export function fragmentOf(
  piece: Arrangement,
  fields: readonly OptionView[],
  played: Values = {},
  key: string | null = null,
): string {
  return fragment({ ...piece, key }, { ...piece }, fields, played);
}

type Told = Pick<Linked, "progression" | "meters" | "title" | "key" | "model" | "revisions" | "sections">;

function fragment(
  { progression, meters, title, key, model, revisions, sections }: Told,
  made: Readonly<Record<string, unknown>>,
  fields: readonly OptionView[],
  played: Values = {},
): string {
  const told = new URLSearchParams({ [CHORDS]: progression });
  if (!isSameRow(meters, COMMON_METERS)) told.set(METERS, meters.join(","));
  if (title) told.set(TITLE, title); // pieces that the browser kept before have none
  if (key !== null) told.set(KEY, key);
  const values = valuesOf(fields, made);
  for (const field of fields) {
    const value = values[field.name] ?? null;
    if (field.shapes && !isSame(value, field.default)) told.set(field.name, written(value));
  }
  for (const [name, value] of Object.entries(playedOf(fields, played))) {
    if (!isSame(value, fields.find((field) => field.name === name)?.default)) told.set(name, written(value));
  }
  told.set(MODEL, model);
  for (const section of sections) told.append(SECTION, writtenSection(section));
  for (const revision of heardRevisions(revisions)) told.append(REVISION, writtenRevision(revision));
  return told.toString();
}

/** What of some values is how a piece is played. */
export function playedOf(fields: readonly OptionView[], values: Values): Values {
  return valuesOf(
    fields.filter(({ shapes }) => !shapes),
    values,
  );
}

/** What a fragment asks for, with or without its "#"; null where it is not a link to a piece. Ranges are the server's affair. */
export function readFragment(fragment: string, fields: readonly OptionView[]): Linked | null {
  const entries = new URLSearchParams(fragment.replace(/^#/, ""));
  const progression = entries.get(CHORDS);
  const model = entries.get(MODEL);
  const values = fields.map((field) => [field.name, read(field, entries.get(field.name) ?? "")]);
  const options = valuesOf(fields, Object.fromEntries(values));
  const seed = options.seed;
  if (!progression || !model || typeof seed !== "number" || seed < 0) return null;
  const meters = entries.get(METERS)?.split(",") ?? COMMON_METERS;
  const isMetered = meters.every((meter) => METER.test(meter));
  const key = entries.get(KEY);
  const isKeyed = key === null || isKey(key);
  const revisions = entries.getAll(REVISION).map(readRevision);
  const sections = entries.getAll(SECTION).map(readSection);
  const told = new Set(entries.keys());
  const known = new Set([CHORDS, METERS, TITLE, KEY, MODEL, REVISION, SECTION, ...fields.map(({ name }) => name)]);
  return {
    progression,
    meters: isMetered ? meters : COMMON_METERS,
    title: entries.get(TITLE) ?? "",
    key: isKeyed ? key : null,
    model,
    options: { ...options, seed },
    revisions: revisions.filter((revision) => revision !== null),
    sections: sections.filter((section) => section !== null),
    told,
    isUnderstood:
      [...told].every((name) => known.has(name)) && isMetered && isKeyed && ![...revisions, ...sections].includes(null),
  };
}

/** Whether a piece is the one that a link asks for. */
export function matches(linked: Linked, piece: Arrangement, fields: readonly OptionView[]): boolean {
  const { options, isUnderstood, title, key } = linked;
  const isDone =
    isUnderstood && piece.state === "done" && (key === null || key === piece.key) && (!title || title === piece.title);
  return isDone && fragment(linked, options, fields) === fragmentOf({ ...piece, title }, fields, {}, key);
}

/**
 * The piece of a link among others. Of another model than the server's, what is relative to the model and not told is
 * what that model wants: links of before 2026-11-28 never told it, their pieces always do.
 */
export function pieceOf(
  linked: Linked,
  pieces: readonly Arrangement[],
  fields: readonly OptionView[],
  ours: string | undefined,
): Arrangement | undefined {
  const exactly = pieces.find((piece) => matches(linked, piece, fields));
  if (exactly !== undefined || linked.model === ours) return exactly;
  const told = fields.filter(({ name, relative }) => !relative || linked.told.has(name));
  return pieces.find((piece) => matches(linked, piece, told));
}
