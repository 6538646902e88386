/** Which note lies under a point. Knows the same boxes as the drawing. */

import type { Note, Role } from "../../music/piece";
import { boxOf } from "./geometry";
import { barsSeen, PAINTED, type Scene } from "./paint";

const REACH = 2; // pixels beside a note that still count

/** The note at a point of the piece, in pixels; the one that is drawn last where several lie there. */
export function noteAt(
  x: number,
  y: number,
  { bars, lines, audible, rows, scale }: Pick<Scene, "bars" | "lines" | "audible" | "rows" | "scale">,
): { readonly role: Role; readonly note: Note } | null {
  let found: { role: Role; note: Note } | null = null;
  const [from, to] = [(x - REACH) / scale, (x + REACH) / scale + 1];
  const [first, last] = barsSeen(from, to, rows.extent.longest, lines, bars.length);
  for (const role of PAINTED) {
    if (!audible.has(role)) continue;
    for (let bar = first; bar < last; bar++) {
      for (const note of bars[bar]?.[role] ?? []) {
        const box = boxOf(note, role, rows, scale);
        const across = x >= box.x - REACH && x <= box.x + box.width + REACH;
        if (across && y >= box.y && y <= box.y + box.height) found = { role, note };
      }
    }
  }
  return found;
}
