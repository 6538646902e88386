/** Undo and redo of anything that has versions, and which keystrokes belong together. Knows no chords and no page. */

const LIMIT = 200; // versions that are kept
const PAUSE = 800; // ms; after it a new step begins
const LONGEST_KEYSTROKE = 2; // characters; what brings more is a paste or a suggestion
const SEPARATOR = /[\s|]$/;

/** A version, what was before it and what was undone. */
export interface Timeline<Version> {
  readonly past: readonly Version[];
  readonly present: Version;
  readonly future: readonly Version[];
}

export function begin<Version>(present: Version): Timeline<Version> {
  return { past: [], present, future: [] };
}

/** Go on to a new version. One that is joined takes the place of the present one. */
export function advance<Version>(timeline: Timeline<Version>, present: Version, joined: boolean): Timeline<Version> {
  const past = joined ? timeline.past : [...timeline.past, timeline.present].slice(-LIMIT);
  return { past, present, future: [] };
}

/** The same with another present one in its place: no step. */
export function amend<Version>(timeline: Timeline<Version>, present: Version): Timeline<Version> {
  return { ...timeline, present };
}

/** The version before; the same where there is none. */
export function back<Version>({ past, present, future }: Timeline<Version>): Timeline<Version> {
  const before = past.at(-1);
  if (before === undefined) return { past, present, future };
  return { past: past.slice(0, -1), present: before, future: [present, ...future] };
}

/** The version that was undone last; the same where there is none. */
export function forward<Version>({ past, present, future }: Timeline<Version>): Timeline<Version> {
  const [next, ...rest] = future;
  if (next === undefined) return { past, present, future };
  return { past: [...past, present], present: next, future: rest };
}

/** What was changed in a text: what stood at `at` and what stands there now. */
export interface Change {
  readonly at: number;
  readonly removed: string;
  readonly inserted: string;
}

/** The one place where two texts differ. */
export function changeOf(before: string, after: string): Change {
  const shorter = Math.min(before.length, after.length);
  let at = 0;
  while (at < shorter && before[at] === after[at]) at++;
  let tail = 0;
  while (tail < shorter - at && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  return { at, removed: before.slice(at, before.length - tail), inserted: after.slice(at, after.length - tail) };
}

/** A change by the keyboard, and when it was, in ms. */
export interface Keystroke extends Change {
  readonly time: number;
}

/** Whether a keystroke goes on with the last one: the same word, without a pause, typed or deleted in one direction. */
export function joins(last: Keystroke | null, next: Keystroke): boolean {
  if (last === null || next.time - last.time > PAUSE) return false;
  if ([last, next].some(({ removed, inserted }) => Math.max(removed.length, inserted.length) > LONGEST_KEYSTROKE)) {
    return false;
  }
  if (last.removed || next.removed) {
    const goesOn = next.at === last.at || next.at + next.removed.length === last.at;
    return !last.inserted && !next.inserted && goesOn;
  }
  const beginsWord = SEPARATOR.test(last.inserted) && !SEPARATOR.test(next.inserted);
  return next.at === last.at + last.inserted.length && !beginsWord;
}
