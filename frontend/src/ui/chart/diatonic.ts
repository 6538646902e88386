/** Simple tables of harmony for the palette: notes on the staff and the chords that fit a key. Knows no page. */

import { OCTAVE } from "../../music/piece";

const LETTERS = "CDEFGAB";
const NATURALS: readonly number[] = [0, 2, 4, 5, 7, 9, 11]; // of the letters, in semitones above C
const SIGNS = ["", "b", "#", "bb", "##"];

/** Every note that the chord language writes, and its pitch class. */
const CLASS_OF_NOTE: ReadonlyMap<string, number> = new Map(
  SIGNS.flatMap((sign) =>
    [...LETTERS].map((letter, place): [string, number] => [
      letter + sign,
      modulo((NATURALS[place] ?? 0) + shift(sign)),
    ]),
  ),
);

function shift(sign: string): number {
  return sign.startsWith("#") ? sign.length : -sign.length;
}

function modulo(semitones: number): number {
  return ((semitones % OCTAVE) + OCTAVE) % OCTAVE;
}

/** 0 (C) to 11; null where it is not the name of a note. */
export function pitchClassOf(note: string): number | null {
  return CLASS_OF_NOTE.get(note) ?? null;
}

interface Degree {
  readonly numeral: string;
  readonly step: number; // letters above the tonic
  readonly semitones: number;
  readonly quality: string; // as it is written behind the root
}

const DEGREES: Readonly<Record<string, readonly Degree[]>> = {
  major: [
    { numeral: "I", step: 0, semitones: 0, quality: "" },
    { numeral: "ii", step: 1, semitones: 2, quality: "m" },
    { numeral: "iii", step: 2, semitones: 4, quality: "m" },
    { numeral: "IV", step: 3, semitones: 5, quality: "" },
    { numeral: "V", step: 4, semitones: 7, quality: "" },
    { numeral: "vi", step: 5, semitones: 9, quality: "m" },
    { numeral: "vii°", step: 6, semitones: 11, quality: "dim" },
  ],
  minor: [
    { numeral: "i", step: 0, semitones: 0, quality: "m" },
    { numeral: "ii°", step: 1, semitones: 2, quality: "dim" },
    { numeral: "III", step: 2, semitones: 3, quality: "" },
    { numeral: "iv", step: 3, semitones: 5, quality: "m" },
    { numeral: "v", step: 4, semitones: 7, quality: "m" },
    { numeral: "V", step: 4, semitones: 7, quality: "" }, // of the harmonic scale, and in most songs
    { numeral: "VI", step: 5, semitones: 8, quality: "" },
    { numeral: "VII", step: 6, semitones: 10, quality: "" },
  ],
};

/** A chord that fits a key. */
export interface FittingChord {
  readonly numeral: string;
  readonly root: string;
  readonly quality: string;
}

/** The chords of a key such as `Eb major`, as they are spelled in it; none for a name that is not a key. */
export function fittingChords(key: string): readonly FittingChord[] {
  const [tonic = "", mode = ""] = key.split(" ");
  const from = pitchClassOf(tonic);
  if (from === null) return [];
  return (DEGREES[mode] ?? []).map(({ numeral, step, semitones, quality }) => {
    const letter = LETTERS.charAt((LETTERS.indexOf(tonic.charAt(0)) + step) % LETTERS.length);
    const sign = SIGNS.find((candidate) => pitchClassOf(letter + candidate) === modulo(from + semitones)) ?? "";
    return { numeral, root: letter + sign, quality };
  });
}
