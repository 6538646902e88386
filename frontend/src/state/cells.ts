/**
 * The chart as chords that are selected, moved and changed one by one. What is done here becomes the text at once, and
 * the server reads it after. Knows no page.
 */

import { computed, signal } from "@preact/signals";
import { insertInBars, moveInBars, removeInBars, repeatInBars, replaceInBars } from "../music/barred";
import { type Cell, cellsOf, insert, move, onsetOf, remove, repeat, replace, write } from "../music/edit";
import { COMMON_METERS } from "../music/piece";
import { respell } from "../music/spelling";
import { chart, chartLines, chartText, song } from "./band";
import { isReadable } from "./chart";
import { setText } from "./history";
import { type Change, coming, editInPlace } from "./inplace";
import { tell } from "./notice";

const WITHOUT_WORDS = "The chart is written as chords alone now, as they are played: Undo brings your text back.";

/** What was made of the chart here, while the server has yet to read it. */
const edited = signal<{ readonly text: string; readonly cells: readonly Cell[] } | null>(null);

/** The chords of the text in the field; null while they aren't known, or can't be. */
export const cells = computed<readonly Cell[] | null>(() => {
  if (coming.value) return coming.value;
  if (isReadable.value && chart.value) return cellsOf(chart.value);
  if (edited.value?.text === chartText.value) return edited.value.cells;
  return chartText.value.trim() === "" ? [] : null;
});

/** The chords to be shown: those of the text, or the last that could be read. */
export const shownCells = computed<readonly Cell[]>(() => cells.value ?? (chart.value ? cellsOf(chart.value) : []));

const choice = signal<number | null>(null);

/** The place of the selected chord, from 0; null where none is. */
export const selected = computed<number | null>(() => {
  const at = choice.value;
  return at !== null && at < (cells.value?.length ?? 0) ? at : null;
});

/** The selected chord. */
export const selectedCell = computed<Cell | null>(() =>
  selected.value === null ? null : (cells.value?.[selected.value] ?? null),
);

export function select(at: number | null): void {
  choice.value = at;
}

/** What a screen reader says of the last change. */
export const announcement = signal("");

/**
 * Change the chords: in the person's own text within its bars, in chords with lengths one after the other. Returns
 * whether they could be changed, as all that follow do.
 */
function commit(change: Change, changeInBars: Change): boolean {
  const before = cells.peek();
  if (before === null) return false; // the text has an error, which is for the person to mend
  const isOwn = isReadable.peek() && chartText.peek().trim() !== writtenAnew(before);
  if (!isOwn) {
    writeAnew(change);
    return true;
  }
  const after = changeInBars(before);
  const text = coming.peek() === null ? renamed(before, after) : null;
  if (text === null) editInPlace(before, changeInBars, writeWithoutWords);
  else show(text, after);
  return true;
}

const writtenAnew = (all: readonly Cell[]): string =>
  write(all, song.peek()?.meters ?? COMMON_METERS, chartLines.peek());

/** Change the chords, and write them as chords alone. */
function writeAnew(change: Change): void {
  const after = change(cells.peek() ?? []);
  if (hasWords()) tell(WITHOUT_WORDS);
  show(writtenAnew(after), after);
}

function writeWithoutWords(change: Change): void {
  writeAnew(change);
  tell(WITHOUT_WORDS);
}

function show(text: string, after: readonly Cell[]): void {
  edited.value = { text, cells: after };
  setText(text);
}

/** The text in the field with other chords in the same time; null where it has to be written anew. */
function renamed(before: readonly Cell[], after: readonly Cell[]): string | null {
  const read = isReadable.peek() ? song.peek() : null;
  const isSameTime = before.length === after.length && before.every(({ beats }, at) => beats === after[at]?.beats);
  if (read === null || !isSameTime) return null;
  return respell(
    chartText.peek(),
    read,
    after.map(({ name }) => name),
    true,
  );
}

/** Whether the text in the field says more than chords. */
function hasWords(): boolean {
  const read = isReadable.peek() ? song.peek() : null;
  return read !== null && (read.title !== "" || read.sections.some(({ name }) => name !== ""));
}

/** Change the order or number of the chords; the selection stays with its chord, or ends with it. */
function rearrange(change: <Item>(row: readonly Item[]) => readonly Item[], changeInBars: Change): boolean {
  const at = selected.peek();
  const places = change([...(cells.peek() ?? []).keys()]);
  if (!commit(change, changeInBars)) return false;
  if (at !== null) select(places.includes(at) ? places.indexOf(at) : null);
  return true;
}

const barOf = (all: readonly Cell[], at: number): number => chartLines.peek().barAt(onsetOf(all, at));

/**
 * What a chord is called: "Am, bar 2, 4 beats, 2 of 4". `bar`, from 0, saves counting where it is known; `place` and
 * `count` are where it stands among those that are seen, `name` what it is read as.
 */
export function describe(
  all: readonly Cell[],
  at: number,
  bar: number = barOf(all, at),
  [place, count] = [at, all.length],
  name = all[at]?.name,
): string {
  const described = all[at];
  if (described === undefined) return "";
  const beats = described.beats === 1 ? "1 beat" : `${described.duration} beats`;
  return `${name}, bar ${bar + 1}, ${beats}, ${place + 1} of ${count}`;
}

const describeNow = (at: number): string => describe(cells.peek() ?? [], at);

/** Put a chord behind the selected one, or at the end. */
export function addCell(added: Cell): void {
  const at = selected.peek() === null ? (cells.peek()?.length ?? 0) : (selected.peek() ?? 0) + 1;
  const inBars: Change = (all) => insertInBars(all, at, added, chartLines.peek());
  if (!commit((all) => insert(all, at, added), inBars)) return;
  if (selected.peek() !== null) select(at);
  announcement.value = `Added ${describeNow(at)}`;
}

export function changeCell(at: number, other: Cell): void {
  const inBars: Change = (all) => replaceInBars(all, at, other, chartLines.peek());
  if (commit((all) => replace(all, at, other), inBars)) announcement.value = `Now ${describeNow(at)}`;
}

export function moveCell(from: number, to: number): boolean {
  const last = (cells.peek()?.length ?? 0) - 1;
  if (from === to || to < 0 || to > last) return false;
  const inBars: Change = (all) => moveInBars(all, from, to, chartLines.peek());
  if (!rearrange((row) => move(row, from, to), inBars)) return false;
  announcement.value = `Moved: ${describeNow(to)}`;
  return true;
}

export function repeatCell(at: number): boolean {
  const inBars: Change = (all) => repeatInBars(all, at, chartLines.peek());
  if (!rearrange((row) => repeat(row, at), inBars)) return false;
  announcement.value = `Repeated: ${describeNow(at + 1)}`;
  return true;
}

export function removeCell(at: number): boolean {
  const name = cells.peek()?.[at]?.name;
  const inBars: Change = (all) => removeInBars(all, at, chartLines.peek());
  if (name === undefined || !rearrange((row) => remove(row, at), inBars)) return false;
  announcement.value = `Removed ${name}, ${cells.peek()?.length ?? 0} left`;
  return true;
}
