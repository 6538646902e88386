/** Links to an exact piece: chart, options, seed and model in the address's fragment, which no server and no log sees. */

import type { Arrangement } from "../api";
import type { OptionView } from "../wire";
import { isSame, read, type Values, valuesOf, written } from "./fields";

const CHORDS = "chords";
const MODEL = "model";

/** What a link asks for. */
export interface Linked {
  readonly progression: string;
  readonly model: string;
  readonly options: Values & { readonly seed: number };
  readonly isUnderstood: boolean; // it holds no option that the server doesn't offer
}

/** The fragment for a piece, without its "#": all that shapes its notes, as far as it isn't what it is anyway. */
export function fragmentOf(piece: Arrangement, fields: readonly OptionView[]): string {
  return fragment(piece.progression, piece.model, { ...piece }, fields);
}

function fragment(
  progression: string,
  model: string,
  made: Readonly<Record<string, unknown>>,
  fields: readonly OptionView[],
): string {
  const told = new URLSearchParams({ [CHORDS]: progression });
  const values = valuesOf(fields, made);
  for (const field of fields) {
    const value = values[field.name] ?? null;
    if (field.shapes && !isSame(value, field.default)) told.set(field.name, written(value));
  }
  told.set(MODEL, model);
  return told.toString();
}

/** What a fragment asks for, with or without its "#"; null where it is no link to a piece. Ranges are the server's affair. */
export function readFragment(fragment: string, fields: readonly OptionView[]): Linked | null {
  const told = new URLSearchParams(fragment.replace(/^#/, ""));
  const progression = told.get(CHORDS);
  const model = told.get(MODEL);
  const values = fields.map((field) => [field.name, read(field, told.get(field.name) ?? "")]);
  const options = valuesOf(fields, Object.fromEntries(values));
  const seed = options.seed;
  if (!progression || !model || typeof seed !== "number" || seed < 0) return null;
  const known = new Set([CHORDS, MODEL, ...fields.map(({ name }) => name)]);
  return {
    progression,
    model,
    options: { ...options, seed },
    isUnderstood: [...told.keys()].every((name) => known.has(name)),
  };
}

/** Whether a piece is the one that a link asks for. */
export function matches(linked: Linked, piece: Arrangement, fields: readonly OptionView[]): boolean {
  const { progression, model, options, isUnderstood } = linked;
  return (
    isUnderstood &&
    piece.state === "done" &&
    fragment(progression, model, options, fields) === fragmentOf(piece, fields)
  );
}
