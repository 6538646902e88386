/** Revisions and sections as a link writes them: `piano_bass.4-7_9.123` are the seed 123 for bars 4 to 7 and 9 of piano and bass, from 0.
 *
 * Behind another dot stands the take, where it isn't the first, and behind a further one the chords, where they change.
 * Where somebody gave the notes they stand in the seed's place: `piano.1.e1c-c-1o-2r`, tracks apart by a tilde.
 * Behind the take, each after a tilde, their metres and the origins of their bars: `0~4/4_3/4~0-1_n_2-4`, n is a new bar.
 */

import type { Revision } from "../api";
import { type Note, ROLES, type Role } from "../music/piece";
import { readWishes, type Section, writtenWishes } from "../music/wishes";

const BETWEEN = ".";
const AND = "_";
const WITH = "~";
const NEW = "n";
const TO = "-";
const GIVEN = "e"; // in the place of a seed: edited notes follow
const BASE = 36;
const NOTE = /^[0-9a-z]{1,5}(?:-[0-9a-z]{1,5}){3}$/;
const METRE = /^[1-9]\d?\/[248]$/;
const WHOLE = /^\d{1,16}$/;
const MOST_BARS = 4_096;

/** A section as a link writes it: `0-3_8.density=4 tracks=all.Chorus` are its written bars, its wishes and its name. */
export function writtenSection(section: Section): string {
  return [rangesOf(section.bars).join(AND), writtenWishes(section), section.name].join(BETWEEN);
}

/** What was {@link writtenSection}; null where it is not one. */
export function readSection(text: string): Section | null {
  const [ranges = "", written = "", ...name] = text.split(BETWEEN);
  const [bars, wishes] = [barsIn(ranges), readWishes(written)];
  return bars === null || bars.length === 0 || wishes === null ? null : { name: name.join(BETWEEN), bars, ...wishes };
}

/** Revisions without the edits of which nothing is left: later ones stand in all their bars, and nothing heard them before. */
export function heardRevisions(revisions: readonly Revision[]): readonly Revision[] {
  const covered = new Map<number, Set<string>>(); // by take: the players and bars that are edited later
  const heard = revisions.toReversed().filter(({ take = 0, tracks, bars, notes }) => {
    if (!notes) return covered.delete(take) || true;
    const cells = tracks.flatMap((track) => bars.map((bar) => `${track} ${bar}`));
    const later = covered.get(take) ?? new Set();
    const isOver = cells.every((cell) => later.has(cell));
    covered.set(take, new Set([...later, ...cells]));
    return !isOver;
  });
  return heard.toReversed();
}

/** As {@link readRevision} reads it. */
export function writtenRevision(revision: Revision): string {
  const { tracks, bars, seed, take = 0, progression = null, meters = null, origins = null, notes = null } = revision;
  const from = notes === null ? String(seed) : GIVEN + tracks.map((track) => writtenNotes(notes[track])).join(WITH);
  const fields = [tracks.join(AND), rangesOf(bars).join(AND), from];
  const told = [String(take)];
  if (meters !== null || origins !== null) told.push((meters ?? []).join(AND));
  if (origins !== null) told.push(rangesOf(origins).join(AND));
  if (take !== 0 || progression !== null) fields.push(told.join(WITH));
  if (progression !== null) fields.push(progression);
  return fields.join(BETWEEN);
}

/** What was {@link writtenRevision}; null where it is not one. Whether it fits the piece is the server's affair. */
export function readRevision(text: string): Revision | null {
  const [tracks = "", ranges = "", seed = "", told = "0", ...chords] = text.split(BETWEEN);
  const [take = "", metres = "", places = null] = told.split(WITH);
  const roles = ROLES.filter((role) => tracks.split(AND).includes(role));
  const bars = barsIn(ranges);
  const origins = places === null ? null : originsIn(places);
  const meters = metres === "" ? null : metres.split(AND);
  const rows = seed.startsWith(GIVEN) ? seed.slice(GIVEN.length).split(WITH).map(readNotes) : null;
  const isGiven = rows !== null && rows.length === roles.length && !rows.includes(null) && !chords.length;
  const isWhole =
    (rows === null ? WHOLE.test(seed) : isGiven && places === null && metres === "") &&
    WHOLE.test(take) &&
    roles.length === tracks.split(AND).length;
  if (!isWhole || bars === null || (places !== null && origins === null)) return null;
  if ((bars.length === 0 && origins === null) || !(meters ?? []).every((metre) => METRE.test(metre))) return null;
  return {
    tracks: tracks.split(AND) as Role[],
    bars,
    take: Number(take),
    seed: rows === null ? Number(seed) : null,
    progression: chords.length ? chords.join(BETWEEN) : null,
    meters,
    origins,
    notes: rows && Object.fromEntries(tracks.split(AND).map((track, index) => [track, rows[index] ?? []])),
  };
}

/** Notes as a link writes them, all numbers in base 36: `1c-c-1o-2r_1k-6-1q-1`. */
const writtenNotes = (notes: readonly Note[] = []): string =>
  notes.map((note) => note.map((value) => value.toString(BASE)).join(TO)).join(AND);

/** What was {@link writtenNotes}; null where it is not that. */
function readNotes(text: string): readonly Note[] | null {
  const notes = text === "" ? [] : text.split(AND);
  if (!notes.every((note) => NOTE.test(note))) return null;
  return notes.map((note) => note.split(TO).map((value) => Number.parseInt(value, BASE)) as unknown as Note);
}

/** Bars in their order, those that follow one another as one range; each new one by itself. */
function rangesOf(bars: readonly (number | null)[]): string[] {
  const ranges: ([number, number] | null)[] = [];
  for (const bar of bars) {
    const last = ranges.at(-1);
    if (bar !== null && last && last[1] === bar - 1) last[1] = bar;
    else ranges.push(bar === null ? null : [bar, bar]);
  }
  return ranges.map((range) => {
    if (range === null) return NEW;
    return range[0] === range[1] ? String(range[0]) : range.join("-");
  });
}

/** The bars of some ranges; null where one of them isn't a range. */
function barsIn(ranges: string): number[] | null {
  const bars = ranges === "" ? [] : ranges.split(AND).map(barsOf);
  return bars.includes(null) ? null : bars.flatMap((range) => range ?? []);
}

/** The same with new bars in between. */
function originsIn(ranges: string): (number | null)[] | null {
  const bars = ranges.split(AND).map((range) => (range === NEW ? [null] : barsOf(range)));
  return bars.includes(null) ? null : bars.flatMap((range) => range ?? []);
}

/** The bars of a range; null where it is not one. */
function barsOf(range: string): number[] | null {
  const [first = "", last = first, ...others] = range.split("-");
  if (others.length || !WHOLE.test(first) || !WHOLE.test(last)) return null;
  const count = Number(last) - Number(first) + 1;
  if (count < 1 || count > MOST_BARS) return null;
  return Array.from({ length: count }, (_, index) => Number(first) + index);
}
