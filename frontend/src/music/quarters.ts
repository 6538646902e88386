/** Written quarters of a piece, as MIDI counts them, and its steps: in 6/8, 9/8 and 12/8 a beat has one and a half. */

import type { BarLines } from "./time";

/** How many quarters lie before a step. */
export function quartersAt(lines: BarLines, step: number): number {
  const last = lines.barAt(step);
  let quarters = 0;
  for (let bar = 0; bar < last; bar += 1) quarters += lines.length(bar) / lines.quarter(bar);
  return quarters + (step - lines.onset(last)) / lines.quarter(last);
}

/** The step that so many quarters lie before. */
export function stepAt(lines: BarLines, quarters: number): number {
  let left = quarters;
  for (let bar = 0; ; bar += 1) {
    const length = lines.length(bar) / lines.quarter(bar);
    if (left < length || bar >= lines.count) return lines.onset(bar) + left * lines.quarter(bar);
    left -= length;
  }
}
