/**
 * The last bars of a piece, played ever slower. The twin of the package's `music/slowing.py`, which tells where the curve is
 * from; `feel.golden.json` holds both to the same numbers.
 */

import { type BarLines, STEPS_PER_BEAT, type TempoChange } from "./time";

const SLOWING_BARS = 2; // before the last bar
const LEFT = 0.6; // of the tempo, in the last bar
const CURVATURE = 3;

/** The tempo of each beat of the two bars before the last one of so many steps, and of that. */
export function ritardando(tempo: number, lines: BarLines, steps: number): readonly TempoChange[] {
  const last = Math.max(lines.barAt(steps - 1), 0);
  const first = Math.max(last - SLOWING_BARS, 0);
  const [begin, end] = [lines.onset(first), lines.onset(last)];
  const changes: TempoChange[] = [];
  for (let bar = first; bar < last; bar++) {
    for (const beat of lines.beats(bar)) {
      const middle = (beat + Math.min(beat + STEPS_PER_BEAT, end)) / 2;
      changes.push({ step: beat, tempo: tempo * slowed((middle - begin) / (end - begin)) });
    }
  }
  if (changes.length) changes.push({ step: end, tempo: tempo * LEFT });
  return changes.filter(({ step }) => step > 0);
}

function slowed(place: number): number {
  return (1 + (LEFT ** CURVATURE - 1) * place) ** (1 / CURVATURE);
}
