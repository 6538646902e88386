/** Parts that the person has: a file for a player, around which the band is composed. Knows no page. */

import { computed, effect, signal, untracked } from "@preact/signals";
import { COMPOSED, MELODY, OCTAVE, type Role } from "../music/piece";
import type { GivenPart } from "../wire";
import { options, setOptions, song } from "./band";
import { encode } from "./files";
import { type Source, version } from "./history";
import { complain, tell } from "./notice";
import { piece } from "./piece";

/** A file of a part. */
interface OwnPart {
  readonly name: string;
  readonly data: string; // in base 64
  readonly source?: Source; // of the chart that it came with, in whose key it plays
  readonly transpose?: number; // semitones by which it plays higher than in its file
}

type OwnParts = ReadonlyMap<Role, OwnPart>;

const MAX_BYTES = 750_000; // that the server takes
const SCORES = "MusicXML"; // the format of charts that have a melody
const WRITTEN = "written"; // chords of a transposing instrument, as they stand there: its melody sounds elsewhere
const NONE: OwnParts = new Map();

/** Those of the next composition. */
export const ownParts = signal<OwnParts>(NONE);
const made = signal<ReadonlyMap<string, OwnParts>>(new Map()); // of pieces by their ids, as long as the page is open

/** Have a player play a file. */
export async function takePart(role: Role, file: File): Promise<void> {
  if (isSmall(file.name, file.size)) givePart(role, file.name, new Uint8Array(await file.arrayBuffer()));
}

/** The score that the chart is, as it came or in another key; null where it is none. */
const score = computed(() => {
  const here = version.value;
  const { version: from, song: read } = here.origin ?? { version: here, song: song.value };
  const isAsItSounds = from.semitones === 0 && from.choices.transposition !== WRITTEN;
  return isAsItSounds && read?.format === SCORES && from.source !== null ? { ...from.source, name: from.name } : null;
});

/** Whether the chart is a score, which has the melody too. */
export const hasScore = computed(() => score.value !== null && sizeOf(score.value) <= MAX_BYTES);

/** Have the melody of the chart's score play along, in the chart's key. */
export function takeScore(): void {
  const { root } = version.peek();
  if (!hasScore.peek() || score.peek() === null || root === null) return;
  const { text, data, name } = { ...score.peek() };
  const bytes = data ?? encode(new TextEncoder().encode(text));
  ownParts.value = new Map(ownParts.peek()).set(MELODY, { name: name || "The score", data: bytes, source: root });
}

/** Take the melody of a score out where the chart is another one. Returns how to stop. */
export function watchScore(): () => void {
  return effect(() => {
    const { root, text } = version.value;
    const taken = untracked(() => ownParts.value.get(MELODY)?.source);
    if (taken === undefined || (root === taken && text.trim() !== "")) return;
    dropPart(MELODY);
    tell("The score's melody was taken out: the chart is another one.");
  });
}

const sizeOf = ({ text = "", data = "" }: Source): number => Math.max(text.length, (data.length * 3) / 4);

/** Have a player play what is in a file of this name. False: it is too large, as the person is told. */
export function givePart(role: Role, name: string, bytes: Uint8Array): boolean {
  if (!isSmall(name, bytes.length)) return false;
  ownParts.value = new Map(ownParts.peek()).set(role, { name, data: encode(bytes) });
  const { tracks } = options.peek();
  if (role !== MELODY && !tracks.includes(role)) {
    setOptions({ tracks: COMPOSED.filter((each) => each === role || tracks.includes(each)) });
  }
  return true;
}

function isSmall(name: string, bytes: number): boolean {
  if (bytes > MAX_BYTES) complain(`${name} is too large for a part: at most ${MAX_BYTES / 1000} kB are read.`);
  return bytes <= MAX_BYTES;
}

/** Let the band compose for a player again. */
export function dropPart(role: Role): void {
  ownParts.value = new Map([...ownParts.peek()].filter(([each]) => each !== role));
}

/** Whether the open piece is composed around the parts that are set; of one of before the page was opened they aren't known. */
export const areOwnPartsMade = computed(() => {
  const of = made.value.get(piece.value?.id ?? "") ?? NONE;
  return (
    of.size === ownParts.value.size && [...of].every(([role, { data }]) => ownParts.value.get(role)?.data === data)
  );
});

/** For a request: the parts that are set, or those of a piece. */
export function givenParts(id?: string): readonly GivenPart[] {
  const parts = id === undefined ? ownParts.peek() : (made.peek().get(id) ?? NONE);
  return [...parts].map(([track, { data, source, transpose = 0 }]) => {
    const by = source === undefined ? transpose : version.peek().semitones;
    return { track, data, ...(by !== 0 && { transpose: by }) };
  });
}

/** Remember what a piece was composed around. */
export function keepParts(id: string, given: readonly GivenPart[]): void {
  const known = new Map(
    [...made.peek().values(), ownParts.peek()].flatMap((parts) => [...parts.values()].map((part) => [part.data, part])),
  );
  const parts = given.flatMap(({ track, data, transpose = 0 }): (readonly [Role, OwnPart])[] => {
    const { name } = known.get(data) ?? {};
    return name === undefined ? [] : [[track, { name, data, transpose }]];
  });
  made.value = new Map(made.peek()).set(id, new Map(parts));
}

/** Set the parts of a piece that is opened, whose chart stands so many semitones higher than it was composed. */
export function recallParts(id: string, shift = 0): void {
  const parts = made.peek().get(id) ?? NONE;
  const moved = [...parts].map(([role, part]) => {
    const transpose = ((part.transpose ?? 0) + shift) % OCTAVE;
    return [role, { ...part, transpose }] as const;
  });
  ownParts.value = new Map(moved);
}
