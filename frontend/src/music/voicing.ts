/** A chord as a pianist would strike it: its bass in the left hand, its tones in the right. Knows no sound. */

import { type Chord, OCTAVE } from "./piece";

const LEFT = 43; // MIDI pitch from which the bass is taken: G2
const RIGHT = 55; // and the tones above it: G3

/** MIDI pitches from low to high; none for N.C. */
export function voicingOf({ pitch_classes: tones, bass }: Pick<Chord, "pitch_classes" | "bass">): readonly number[] {
  if (bass === null) return [];
  const right = tones.map((tone) => from(RIGHT, tone)).toSorted((one, other) => one - other);
  return [from(LEFT, bass), ...right];
}

/** The lowest pitch of a class from a pitch on. */
const from = (lowest: number, pitchClass: number): number =>
  lowest + ((((pitchClass - lowest) % OCTAVE) + OCTAVE) % OCTAVE);
