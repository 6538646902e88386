/** Parts that the person has: a file for a player, around which the band is composed. Knows no page. */

import { computed, signal } from "@preact/signals";
import { COMPOSED, MELODY, type Role } from "../music/piece";
import type { GivenPart } from "../wire";
import { options, setOptions, song } from "./band";
import { encode } from "./files";
import { version } from "./history";
import { complain } from "./notice";
import { piece } from "./piece";

/** A file of a part. */
interface OwnPart {
  readonly name: string;
  readonly data: string; // in base 64
}

type OwnParts = ReadonlyMap<Role, OwnPart>;

const MAX_BYTES = 750_000; // that the server takes
const SCORES = "MusicXML"; // the format of charts that have a melody
const NONE: OwnParts = new Map();

/** Those of the next composition. */
export const ownParts = signal<OwnParts>(NONE);
const made = signal<ReadonlyMap<string, OwnParts>>(new Map()); // of pieces by their ids, as long as the page is open

/** Have a player play a file. */
export async function takePart(role: Role, file: File): Promise<void> {
  givePart(role, file.name, new Uint8Array(await file.arrayBuffer()));
}

/** The file that the chart came from, where it is a score with its chords as they are there: it has the melody too. */
export const score = computed((): File | null => {
  const { source, name, semitones } = version.value;
  if (source === null || semitones !== 0 || song.value?.format !== SCORES) return null;
  const { text, data = "" } = source;
  return new File([text ?? Uint8Array.from(atob(data), (character) => character.charCodeAt(0))], name);
});

/** Have a player play what is in a file of this name. False: it is too large, as the person is told. */
export function givePart(role: Role, name: string, bytes: Uint8Array): boolean {
  if (bytes.length > MAX_BYTES) {
    complain(`${name} is too large for a part: at most ${MAX_BYTES / 1000} kB are read.`);
    return false;
  }
  ownParts.value = new Map(ownParts.peek()).set(role, { name, data: encode(bytes) });
  const { tracks } = options.peek();
  if (role !== MELODY && !tracks.includes(role)) {
    setOptions({ tracks: COMPOSED.filter((each) => each === role || tracks.includes(each)) });
  }
  return true;
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
