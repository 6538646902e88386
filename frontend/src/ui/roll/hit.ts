/** What of one player's notes lies under a pointer, and which place. Knows the rows and boxes of the drawing. */

import type { Part } from "../../music/part";
import type { Note, Role } from "../../music/piece";
import { boxOf, type Rows } from "./geometry";

/** A note, and whether it is held at its end. */
export interface Hit {
  readonly note: Note;
  readonly isEnd: boolean;
}

/** How near is near enough, in pixels. */
export interface Reach {
  readonly around: number;
  readonly end: number; // of a note, on both sides of its right edge
}

export const MOUSE: Reach = { around: 1, end: 6 };
export const FINGER: Reach = { around: 9, end: 14 };
const BODY = 0.5; // of a note, at least, that is no end

/** The note of a player that a place of the roll, in pixels, means: of several the nearest, of these the last drawn. */
export function hitOf(
  x: number,
  y: number,
  part: Part,
  role: Role,
  rows: Rows,
  scale: number,
  reach: Reach,
): Hit | null {
  let [found, nearest] = [null as Hit | null, Number.POSITIVE_INFINITY];
  for (const note of part) {
    const box = boxOf(note, role, rows, scale);
    const right = box.x + box.width;
    const across = Math.max(box.x - x, x - right, 0);
    const down = Math.max(box.y - y, y - box.y - box.height, 0);
    const end = Math.min(reach.end, box.width * BODY);
    const isEnd = role !== "drums" && x >= right - end && x <= right + reach.end;
    if (down > reach.around || across > Math.max(reach.around, isEnd ? reach.end : 0)) continue;
    const distance = Math.hypot(across, down);
    if (distance <= nearest) [found, nearest] = [{ note, isEnd }, distance];
  }
  return found;
}

/** The step and the pitch of a place; null where there is no row. */
export function placeAt(x: number, y: number, role: Role, rows: Rows, scale: number) {
  const step = x / scale;
  if (role === "drums") {
    const pitch = rows.extent.drums[Math.floor((rows.height - y) / rows.drumRow)];
    return pitch === undefined ? null : { step, pitch };
  }
  const pitch = rows.extent.high - Math.floor(y / rows.row);
  return pitch < rows.extent.low || pitch > rows.extent.high ? null : { step, pitch };
}
