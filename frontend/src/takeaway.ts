/** Files of a piece: where they are, what they are called, and how they get to the person's disk. */

import { type Arrangement, ask, download } from "./api";
import { AS_COMPOSED, ROLES, type Role, takeName } from "./music/piece";
import type { Strip } from "./state/band";
import { type Values, written } from "./state/fields";

/** A kind of file that the server makes. */
export interface Kind {
  readonly name: string; // on its button
  readonly path: string; // below the piece's own
  readonly query?: Readonly<Record<string, string>>; // besides what all are asked for
  readonly ending: string;
  readonly what?: string; // in its name, where that tells it from another kind's
  readonly about: string;
}

export const KINDS: readonly Kind[] = [
  { name: "MIDI", path: "midi", ending: "mid", about: "for your studio: a track for each player, chords as markers" },
  { name: "MP3", path: "audio.mp3", ending: "mp3", about: "to listen to and send around" },
  { name: "WAV", path: "audio.wav", ending: "wav", about: "uncompressed" },
  { name: "Score", path: "score.musicxml", ending: "musicxml", about: "MusicXML, for notation programs" },
  { name: "Stems", path: "stems.zip", ending: "zip", what: "stems", about: "a WAV file for each player, in a zip" },
  {
    name: "Loops",
    path: "stems.zip",
    query: { bits: "24", tail: "false" },
    ending: "zip",
    what: "loops",
    about: "stems of 24 bits that end with the last bar, to the sample, in a zip",
  },
  {
    name: "Everything",
    path: "bundle.zip",
    ending: "zip",
    about: "MIDI, MP3, stems, score, chart, and the piece itself, in a zip",
  },
];

/** The mix as the server wants it: one entry for each track that isn't as it was composed, with a program of its own. */
export function mixOf(
  strips: Record<Role, Strip>,
  audible: ReadonlySet<Role>,
  roles: readonly Role[],
  ownProgram: (role: Role) => number | undefined,
) {
  return ROLES.filter((role) => roles.includes(role)).flatMap((role) => {
    const own = ownProgram(role) ?? 0;
    const program = strips[role].program ?? own;
    const volume = audible.has(role) ? strips[role].volume : 0;
    return program === own && volume === AS_COMPOSED ? [] : [`${role}:${program}:${volume}`];
  });
}

/** How the piece is played where that isn't as the server has it, as the server wants it. */
export function playedAs(piece: Arrangement, changed: Values): Readonly<Record<string, string>> {
  const told = Object.entries(changed).map(([name, value]) => {
    if (value === null) return [name, name === "play_tempo" ? String(piece.tempo) : ""];
    return [name, written(value)];
  });
  return Object.fromEntries(told);
}

/** Some bars, from 0; `to` is the first bar after them. */
export interface Bars {
  readonly from: number;
  readonly to: number;
}

/** Where a file of a take is, or of a candidate for it; one that `countsIn` begins with a bar of clicks. */
export function addressOf(
  piece: Arrangement,
  kind: Kind,
  take: number,
  mix: readonly string[],
  played: Readonly<Record<string, string>> = {},
  candidate: number | null = null,
  countsIn = false,
): string {
  const fields = new URLSearchParams({ take: String(take), ...kind.query, ...played });
  if (candidate !== null) fields.set("candidate", String(candidate));
  if (countsIn) fields.set("count_in", "true");
  for (const entry of mix) fields.append("track", entry);
  return `/api/arrangements/${piece.id}/${kind.path}?${fields}`;
}

/** Where the MIDI file of some bars of a take is. */
export function addressOfBars(address: string, { from, to }: Bars): string {
  return `${address}&first=${from}&bars=${to - from}`;
}

/**
 * What a file is called on the person's disk, as the server calls it: by the song, with the players and bars in it where
 * these aren't all.
 */
export function fileName(
  piece: Arrangement,
  { ending, what = "" }: Pick<Kind, "ending" | "what">,
  take: number,
  roles: readonly Role[] = [],
  bars: Bars | null = null,
): string {
  const song = `${piece.file_name}${piece.takes > 1 ? ` ${takeName(take)}` : ""}`;
  return `${[song, roles.join("+"), bars ? barsWords(bars) : "", what].filter(Boolean).join(" - ")}.${ending}`;
}

const barsWords = ({ from, to }: Bars): string => (to - from === 1 ? `bar ${to}` : `bars ${from + 1}-${to}`);

/** Fetch a file; `progress` hears of the share that is there, null while the server is still making it. */
export async function fetchFile(address: string, progress: (share: number | null) => void): Promise<Blob> {
  progress(null);
  const response = await ask(address);
  const total = Number(response.headers.get("Content-Length") ?? 0);
  if (!response.body) return response.blob();
  const whole = await download(response.body, (bytes) => progress(total ? bytes / total : null));
  return whole.slice(0, whole.size, response.headers.get("Content-Type") ?? "");
}

/** Hand a file to the browser, which puts it where downloads go. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
