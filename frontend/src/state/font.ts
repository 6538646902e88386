/** The SoundFont of the person that the page plays with, and what it lacks for the band. Knows no synthesizer. */

import { computed, signal } from "@preact/signals";
import { ROLE_NAMES, ROLES, type Role } from "../music/piece";
import { offer, options, programOf } from "./band";
import { heardRoles, piece } from "./piece";

/** Instruments of a file; those that it lacks are the page's own. */
export interface OwnFont {
  readonly name: string; // of the file
  has(program: number, isDrum: boolean): boolean;
  /** One of them as a SoundFont. Throws a `SoundError`. */
  read(program: number, isDrum: boolean): Promise<ArrayBuffer>;
}

/** What is played with; null: the page's own instruments. */
export const ownFont = signal<OwnFont | null>(null);

/** Whether a file is looked into. */
export const isTakingFont = signal(false);

const playing = computed<readonly Role[]>(() =>
  piece.value === null ? ROLES.filter((role) => options.value.tracks.includes(role)) : heardRoles.value,
);

/** What the band plays and the file hasn't, in words: "piano (Electric piano)". */
export const lacking = computed<readonly string[]>(() => {
  const font = ownFont.value;
  if (font === null) return [];
  return playing.value.flatMap((role) => {
    const [track, program] = [offer.value?.tracks.find((each) => each.role === role), programOf(role)];
    if (track === undefined || program === undefined || font.has(program, track.is_drum)) return [];
    const name = track.instruments.find((each) => each.program === program)?.name ?? `program ${program + 1}`;
    return [`${ROLE_NAMES[role].toLowerCase()} (${name})`];
  });
});
