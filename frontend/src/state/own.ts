/** Parts that the person has: a file for a player, around which the band is composed. Knows no page. */

import { computed, effect, signal, untracked } from "@preact/signals";
import { COMPOSED, MELODY, type Role } from "../music/piece";
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
  readonly source?: Source; // of the chart that it came with
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

/** Whether the chart is that of a score as it came, which has the melody too. */
export const hasScore = computed(() => {
  const { source, semitones, choices } = version.value;
  const isAsItCame = source !== null && semitones === 0 && choices.transposition !== WRITTEN;
  return isAsItCame && song.value?.format === SCORES && sizeOf(source) <= MAX_BYTES;
});

/** Have the melody of the chart's score play along. */
export function takeScore(): void {
  const { source, name } = version.peek();
  if (!hasScore.peek() || source === null) return;
  const data = source.data ?? encode(new TextEncoder().encode(source.text));
  ownParts.value = new Map(ownParts.peek()).set(MELODY, { name: name || "The score", data, source });
}

/** Take the melody of a score out where the chart is another one, or in another key. Returns how to stop. */
export function watchScore(): () => void {
  return effect(() => {
    const { source, semitones, text } = version.value;
    const taken = untracked(() => ownParts.value.get(MELODY)?.source);
    const isOther = (source !== null && source !== taken) || semitones !== 0 || text.trim() === "";
    if (taken === undefined || !isOther) return;
    dropPart(MELODY);
    tell("The score's melody was taken out: the chart is another one, or in another key.");
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
  return of.size === ownParts.value.size && [...of].every(([role, part]) => ownParts.value.get(role) === part);
});

/** For a request: the parts that are set, or those of a piece. */
export function givenParts(id?: string): readonly GivenPart[] {
  const parts = id === undefined ? ownParts.peek() : (made.peek().get(id) ?? NONE);
  return [...parts].map(([track, { data }]) => ({ track, data }));
}

/** Remember what a piece was composed around. */
export function keepParts(id: string, given: readonly GivenPart[]): void {
  const known = new Map(
    [...made.peek().values(), ownParts.peek()].flatMap((parts) => [...parts.values()].map((part) => [part.data, part])),
  );
  const parts = given.flatMap(({ track, data }): (readonly [Role, OwnPart])[] => {
    const part = known.get(data);
    return part === undefined ? [] : [[track, part]];
  });
  made.value = new Map(made.peek()).set(id, new Map(parts));
}

/** Set the parts of a piece that is opened. */
export function recallParts(id: string): void {
  ownParts.value = made.peek().get(id) ?? NONE;
}
