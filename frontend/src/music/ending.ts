/** The chords of a piece that ends on a chord that rings, for which it may have been given a bar. Knows no notes. */

import { shiftBetween } from "./key";
import { type Chart, nameOf, OCTAVE } from "./piece";

/** The chart of a piece as it was before it was given an ending, where it is `read` with one; else the same. */
export function withoutEnding(own: Chart, read: Chart): Chart {
  const [last, end] = [read.chords.length - 1, own.bar_lines[read.bars]];
  const isGiven = own.bars === read.bars + 1 && own.chords.length === read.chords.length + 1;
  const before = own.chords[last];
  const then = read.chords[last];
  if (!isGiven || before === undefined || then === undefined || before.end !== end) return own;
  return {
    ...own,
    bars: read.bars,
    bar_lines: own.bar_lines.slice(0, -1),
    chords: [...own.chords.slice(0, last), { ...before, end: then.end }], // a last bar that was short was filled
  };
}

/** What is read of a piece, in whatever key, with the ending that the piece was given; the same where it was given none. */
export function withEnding(read: Chart, own: Chart): Chart {
  const plain = withoutEnding(own, read);
  const [given, last] = [own.chords.at(-1), read.chords.at(-1)];
  if (plain === own || given === undefined || last === undefined) return read;
  const like =
    read.chords[own.chords.findIndex(({ root, quality }) => root === given.root && quality === given.quality)];
  const { root, quality, pitch_classes } = like ?? given;
  const shift = shiftBetween(plain, read) ?? 0;
  const bass = given.bass === null ? null : (given.bass + shift) % OCTAVE;
  const name = nameOf(root === null ? null : { root, quality, slash: null });
  return {
    ...read,
    bars: own.bars,
    bar_lines: own.bar_lines,
    beats: own.beats,
    chords: [
      ...read.chords.slice(0, -1),
      { ...last, end: given.step },
      { ...given, name, root, quality, pitch_classes, bass },
    ],
  };
}

/** The metres of so many bars, the last one as often as it holds. */
export function metersOf(meters: readonly string[], bars: number): readonly string[] {
  return Array.from({ length: bars }, (_, bar) => meters[Math.min(bar, meters.length - 1)] ?? "");
}
