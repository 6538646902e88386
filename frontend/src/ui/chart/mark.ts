/** Where in a text an error stands, and the text with that part corrected. Knows no page and no chords. */

import type { Fault } from "../../api";

const ELLIPSIS = "…"; // ends a value that the server has shortened
const WORD = /^[^\s|]*/;

/** A part of a text, in the UTF-16 units in which strings of this language count. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** The unit at which a character stands; characters are code points and count from 1, as the server's do. */
export function unitOf(text: string, position: number): number {
  let unit = 0;
  for (let character = 1; character < position && unit < text.length; character++) {
    unit += (text.codePointAt(unit) ?? 0) > 0xffff ? 2 : 1;
  }
  return unit;
}

/** What to underline; null where there is nothing to point at. */
export function rangeOf(text: string, fault: Pick<Fault, "value" | "position">): Range | null {
  if (text.trim() === "") return null;
  const { value } = fault;
  const start = unitOf(text, fault.position);
  if (value !== "" && text.startsWith(value, start)) return { start, end: start + value.length };
  if (value !== "" && text.endsWith(value, start)) return { start: start - value.length, end: start }; // "C:" and no duration
  if (value.endsWith(ELLIPSIS)) {
    const word = WORD.exec(text.slice(start))?.[0] ?? "";
    return { start, end: start + Math.max(word.length, value.length - 1) };
  }
  const at = Math.min(start, text.trimEnd().length - 1);
  return { start: at, end: unitOf(text.slice(at), 2) + at };
}

/** The text with a suggestion in place of the wrong value; null where the value doesn't stand in it. */
export function correct(text: string, fault: Pick<Fault, "value" | "position">, suggestion: string): string | null {
  const range = rangeOf(text, fault);
  if (range === null || text.slice(range.start, range.end) !== fault.value) return null;
  return text.slice(0, range.start) + suggestion + text.slice(range.end);
}

/** A part of a text that is marked, or not. */
export interface Piece<Kind> {
  readonly text: string;
  readonly kind: Kind | null;
}

/** A text cut at its marks; of those that overlap, the first counts. */
export function cut<Kind>(text: string, marks: readonly (readonly [Range, Kind])[]): readonly Piece<Kind>[] {
  const pieces: Piece<Kind>[] = [];
  let at = 0;
  for (const [{ start, end }, kind] of marks.toSorted(([one], [other]) => one.start - other.start)) {
    if (start < at || start >= end) continue;
    pieces.push({ text: text.slice(at, start), kind: null }, { text: text.slice(start, end), kind });
    at = end;
  }
  return [...pieces, { text: text.slice(at), kind: null }];
}
