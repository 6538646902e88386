/** Players and bars of the open piece: those that are selected, and those that are locked. Knows no requests, no page. */

import { batch, computed, signal } from "@preact/signals";
import type { Revision } from "../api";
import { ROLES, type Role } from "../music/piece";
import { piece, pieceLines, take } from "./piece";

/** Some bars of some players; `to` is the first bar after them. */
export interface Selection {
  readonly roles: readonly Role[];
  readonly from: number;
  readonly to: number;
}

/** What players × bars are played anew together. */
export interface Part {
  readonly tracks: readonly Role[];
  readonly bars: readonly number[];
}

const chosen = signal<Selection | null>(null);
/** What is locked, by take, player and bar. */
export const locks = signal<ReadonlySet<string>>(new Set());

const keyOf = (role: Role, bar: number, of = take.value): string => `${of} ${role} ${bar}`;

/** Who can be played anew: all of the piece but those whose part is somebody's own. */
export const players = computed<readonly Role[]>(() => {
  const open = piece.value;
  return ROLES.filter((role) => open?.tracks.includes(role) && !open.given.some(({ track }) => track === role));
});

/** What is selected, within the piece; null: nothing. */
export const selection = computed<Selection | null>(() => {
  if (chosen.value === null) return null;
  const roles = players.value.filter((role) => chosen.value?.roles.includes(role));
  const to = Math.min(chosen.value.to, pieceLines.value.count);
  return roles.length && chosen.value.from < to ? { roles, from: chosen.value.from, to } : null;
});

export function select(selected: Selection | null): void {
  chosen.value = selected;
}

/** Select a player too, or no longer. Without a selection it begins with all bars. */
export function togglePlayer(role: Role): void {
  const { roles, from, to } = selection.peek() ?? { roles: [], from: 0, to: pieceLines.peek().count };
  chosen.value = { roles: roles.includes(role) ? roles.filter((each) => each !== role) : [...roles, role], from, to };
}

/** A bar of a player. */
export interface Place {
  readonly role: Role;
  readonly bar: number;
}

/** All players and bars between two places. */
export function between(one: Place, other: Place): Selection {
  const [first = 0, last = 0] = [one, other].map(({ role }) => players.peek().indexOf(role)).sort((a, b) => a - b);
  const [from, to] = [Math.min(one.bar, other.bar), Math.max(one.bar, other.bar)];
  return { roles: players.peek().slice(Math.max(first, 0), last + 1), from, to: to + 1 };
}

/** What stands for the selection where there is none: everything. */
export const meant = computed<Selection>(
  () => selection.value ?? { roles: players.value, from: 0, to: pieceLines.value.count },
);

function cells({ roles, from, to }: Selection): readonly string[] {
  return roles.flatMap((role) => barsOf({ from, to }).map((bar) => keyOf(role, bar)));
}

const barsOf = ({ from, to }: Pick<Selection, "from" | "to">): readonly number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);

/** The bars of a player that are locked in the take that is heard, in their order. */
export const lockedBars = (role: Role): readonly number[] =>
  barsOf({ from: 0, to: pieceLines.value.count }).filter((bar) => locks.value.has(keyOf(role, bar)));

/** Whether all that is selected is locked. */
export const isLocked = computed(
  () => selection.value !== null && cells(selection.value).every((cell) => locks.value.has(cell)),
);

/** Whether anything is. */
export const hasLocks = computed(() => players.value.some((role) => lockedBars(role).length > 0));

/** Have what is selected left alone from now on, or no longer. */
export function lock(isKept: boolean): void {
  const touched = selection.peek() === null ? [] : cells(meant.peek());
  const others = new Set(locks.peek());
  for (const cell of touched) {
    if (isKept) others.add(cell);
    else others.delete(cell);
  }
  locks.value = others;
}

/** Whether all that a player plays in the take that is heard is locked. */
export const isRowLocked = (role: Role): boolean =>
  pieceLines.value.count > 0 && lockedBars(role).length === pieceLines.value.count;

/** Have all that a player plays left alone from now on, or no longer. */
export function lockRow(role: Role, isKept: boolean): void {
  const all = barsOf({ from: 0, to: pieceLines.peek().count });
  if (isKept) lockBars(role, all, take.peek());
  else {
    const row = new Set(all.map((bar) => keyOf(role, bar, take.peek())));
    locks.value = new Set([...locks.peek()].filter((cell) => !row.has(cell)));
  }
}

/** Have some bars of a player left alone from now on, in any take. */
export function lockBars(role: Role, bars: readonly number[], of: number): void {
  locks.value = new Set([...locks.peek(), ...bars.map((bar) => keyOf(role, bar, of))]);
}

/** What of the selection isn't locked; players with the same bars together. */
export const parts = computed<readonly Part[]>(() => {
  const { roles, from, to } = meant.value;
  const found = new Map<string, { tracks: Role[]; bars: readonly number[] }>();
  for (const role of roles) {
    const bars = barsOf({ from, to }).filter((bar) => !locks.value.has(keyOf(role, bar)));
    const part = found.get(bars.join()) ?? { tracks: [], bars };
    part.tracks.push(role);
    found.set(bars.join(), part);
  }
  return [...found.values()].filter(({ bars }) => bars.length > 0);
});

/** Another piece: nothing of it is selected, and locked what was. */
export function beginSelecting(locked: readonly string[] = []): void {
  batch(() => {
    chosen.value = null;
    locks.value = new Set(locked);
  });
}

/**
 * Have locks stay with their bars where changes, or undoing them, have moved these. Who was edited is locked as long as that
 * stands.
 */
export function followBars(before: readonly Revision[], after: readonly Revision[]): void {
  let same = 0;
  while (same < before.length && same < after.length && isSameChange(before[same], after[same])) same += 1;
  let kept: ReadonlySet<string> = locks.peek();
  for (let last = before.length - 1; last >= same; last--) {
    kept = movedLocks(kept, before[last] as Revision, true, before.slice(0, last));
  }
  for (const revision of after.slice(same)) kept = movedLocks(kept, revision, false);
  locks.value = kept;
}

const isSameChange = (one: Revision | undefined, other: Revision | undefined): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** Who was edited, and in which bars. */
const editedCells = ({ take: of, tracks, bars, notes }: Revision): readonly string[] =>
  notes === null ? [] : tracks.flatMap((role) => bars.map((bar) => keyOf(role, bar, of)));

/** The locks after a revision, or after undoing it, when those `earlier` ones stand. */
function movedLocks(
  kept: ReadonlySet<string>,
  revision: Revision,
  isUndone: boolean,
  earlier: readonly Revision[] = [],
): ReadonlySet<string> {
  const { take: of, origins } = revision;
  const edited = editedCells(revision);
  if (edited.length && !isUndone) return new Set([...kept, ...edited]);
  if (edited.length) {
    const stillEdited = new Set(earlier.flatMap(editedCells));
    return new Set([...kept].filter((cell) => !edited.includes(cell) || stillEdited.has(cell)));
  }
  if (origins === null) return kept;
  const moved = new Set([...kept].filter((cell) => !cell.startsWith(`${of} `)));
  for (const [bar, origin] of origins.entries()) {
    if (origin === null) continue;
    const [here, there] = isUndone ? [bar, origin] : [origin, bar];
    for (const role of ROLES) if (kept.has(keyOf(role, here, of))) moved.add(keyOf(role, there, of));
  }
  return moved;
}
