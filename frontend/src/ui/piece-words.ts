/** What tells pieces of the list apart, in words. Knows no page. */

import type { Arrangement } from "../api";
import { clock } from "./places";

const STATES: Record<Arrangement["state"], string> = {
  waiting: "waits for its turn",
  composing: "being composed",
  done: "",
  stopped: "not finished",
  failed: "failed",
};
const CUT = "…"; // at the end of a name that was too long

/** The chords of a piece that goes by another name; null where its name is its chords. */
export function chordsBeside({ name, progression }: Pick<Arrangement, "name" | "progression">): string | null {
  const chords = progression.split("|").map((chord) => chord.replace(/:[^:]*$/, ""));
  const told = chords.filter((chord, index) => chord !== chords[index - 1]).join(" ");
  const isTold = name.endsWith(CUT) ? told.startsWith(name.slice(0, -CUT.length)) : name === told;
  return isTold ? null : told;
}

/** "8 bars · 0:16 · C major · 120 bpm · jazz". */
export function pieceWords(piece: Arrangement): string {
  const parts = [
    `${piece.bars} ${piece.bars === 1 ? "bar" : "bars"}`,
    clock(piece.seconds),
    piece.key,
    `${piece.tempo} bpm`,
  ];
  if (piece.style) parts.push(piece.style);
  if (piece.takes > 1) parts.push(`${piece.takes} takes`);
  if (STATES[piece.state]) parts.push(STATES[piece.state]);
  return parts.join(" · ");
}

/** When it was composed: "14:05" today, "28 Nov, 14:05" before, with the year where it is another. */
export function whenWords(created: string, now: Date): string {
  const then = new Date(created);
  const time = { hour: "2-digit", minute: "2-digit" } as const;
  const day = { day: "numeric", month: "short", ...time } as const;
  const isToday = then.toDateString() === now.toDateString();
  const isThisYear = then.getFullYear() === now.getFullYear();
  const parts = isToday ? time : isThisYear ? day : { ...day, year: "numeric" as const };
  return new Intl.DateTimeFormat("en-GB", parts).format(then);
}
