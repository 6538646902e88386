/** Simple tables of harmony for the palette: the chords that fit a key. Knows no page. */

import { letterOf, pitchClassOf, spelledOn } from "../../music/notes";

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
    const root = spelledOn(letterOf(tonic) + step, from + semitones) ?? "";
    return { numeral, root, quality };
  });
}
