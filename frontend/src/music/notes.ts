/** Names of notes, their pitch classes, and how one is spelled on a given letter. Knows no chords and no page. */

import { OCTAVE } from "./piece";

export const LETTERS = "CDEFGAB";
const NATURALS: readonly number[] = [0, 2, 4, 5, 7, 9, 11]; // of the letters, in semitones above C
export const SIGNS = ["", "b", "#", "bb", "##"];

/** Every note that the chord language writes, and its pitch class. */
const CLASS_OF_NOTE: ReadonlyMap<string, number> = new Map(
  SIGNS.flatMap((sign) =>
    [...LETTERS].map((letter, place): [string, number] => [
      letter + sign,
      modulo((NATURALS[place] ?? 0) + (sign.startsWith("#") ? sign.length : -sign.length)),
    ]),
  ),
);

/** 0 (C) to 11 of any number of semitones. */
export function modulo(semitones: number): number {
  return ((semitones % OCTAVE) + OCTAVE) % OCTAVE;
}

/** 0 (C) to 11; null where it is not the name of a note. */
export function pitchClassOf(note: string): number | null {
  return CLASS_OF_NOTE.get(note) ?? null;
}

/** The place of a note's letter, 0 (C) to 6 (B). */
export const letterOf = (note: string): number => LETTERS.indexOf(note.charAt(0));

/** The note of a pitch class on a letter, counted on past B; null where that takes more than two signs. */
export function spelledOn(letter: number, pitch: number): string | null {
  const name = LETTERS.charAt(((letter % LETTERS.length) + LETTERS.length) % LETTERS.length);
  const sign = SIGNS.find((each) => pitchClassOf(name + each) === modulo(pitch));
  return sign === undefined ? null : name + sign;
}

/** A note, or a number of a scale, with its signs as they are printed: B♭. */
export const printedNote = (note: string): string => note.replace(/(?<=.)b|^b(?=\d)/g, "♭").replaceAll("#", "♯");

/** What stands behind a root, with its signs as they are printed: 7♯9, m7♭5, △7. */
export const printedQuality = (quality: string): string =>
  quality
    .replace(/b(?=\d)/g, "♭")
    .replaceAll("#", "♯")
    .replace("^", "△")
    .replace(/^h/, "ø")
    .replace(/(?<=.)-(?=(?:5|9|11|13)(?!\d))/g, "♭");
