/** Where things stand in the roll: steps and pitches to pixels and back. Knows notes; no canvas and no page. */

import type { BarNotes, Note, Role } from "../../music/piece";
import type { BarLines } from "../../music/time";

/** What the notes of a piece span. */
export interface Extent {
  readonly low: number; // pitches, drums left out, with a margin
  readonly high: number;
  readonly drums: readonly number[]; // the drum sounds that occur, from the lowest
  readonly longest: number; // steps
}

const MARGIN = 2; // semitones over the highest and below the lowest note
const LEAST_PITCHES = 36; // so that the first bars don't fill the height and then shrink
const MIDDLE = 57; // what is shown where no pitched note is: about the middle of a band

/** What the notes of these bars span. */
export function extentOf(bars: readonly BarNotes[]): Extent {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let longest = 0;
  const drums = new Set<number>();
  for (const bar of bars) {
    for (const [role, notes] of Object.entries(bar) as [Role, readonly Note[]][]) {
      for (const [, duration, pitch] of notes) {
        if (duration > longest) longest = duration;
        if (role === "drums") drums.add(pitch);
        else {
          if (pitch < low) low = pitch;
          if (pitch > high) high = pitch;
        }
      }
    }
  }
  if (low > high) low = high = MIDDLE;
  const missing = Math.max(0, LEAST_PITCHES - (high - low + 1 + 2 * MARGIN));
  return {
    low: low - MARGIN - Math.floor(missing / 2),
    high: high + MARGIN + Math.ceil(missing / 2),
    drums: [...drums].sort((a, b) => a - b),
    longest,
  };
}

/** Heights in the roll, in pixels from its top. */
export interface Rows {
  readonly extent: Extent;
  readonly row: number; // height of a semitone
  readonly lane: number; // where the lane of the drums begins
  readonly drumRow: number; // height of a drum sound
  readonly height: number;
}

const GAP = 7; // between pitches and drums
const DRUM_ROW = 13; // where there is room for it
const DRUM_SHARE = 0.42; // of the height, at most

/** Share a height out among pitches and drums. */
export function rowsOf(extent: Extent, height: number): Rows {
  const sounds = extent.drums.length;
  const drumRow = sounds ? Math.min(DRUM_ROW, (height * DRUM_SHARE) / sounds) : 0;
  const lane = height - sounds * drumRow;
  const pitched = Math.max(0, lane - (sounds ? GAP : 0));
  return { extent, row: pitched / (extent.high - extent.low + 1), lane, drumRow, height };
}

const ROOM = 5; // semitones above and below the notes of who is edited
const LEAST_ROWS = 26;
/** Drum sounds that any kit has, to be added where nobody has struck them: kick to cymbals. */
const KIT: readonly number[] = [36, 37, 38, 39, 41, 42, 45, 46, 48, 49, 51];

/** The rows of one player alone, with some to spare: drums, or the pitches of an instrument. */
export function rowsOfOne(
  bars: readonly BarNotes[],
  role: Role,
  compass: { readonly lowest: number; readonly highest: number },
  height: number,
): Rows {
  const { longest, drums } = extentOf(bars);
  const pitches = bars.flatMap((bar) => (bar[role] ?? []).map(([, , pitch]) => pitch));
  if (role === "drums") {
    const sounds = [...new Set([...drums, ...KIT])].sort((one, other) => one - other);
    const extent = { low: 0, high: -1, drums: sounds, longest };
    return { extent, row: 0, lane: 0, drumRow: height / sounds.length, height };
  }
  const middle = Math.round((compass.lowest + compass.highest) / 2);
  const [lowest, highest] = [Math.min(...pitches, 127), Math.max(...pitches, 0)];
  const [low, high] = pitches.length ? [lowest - ROOM, highest + ROOM] : [middle, middle];
  const missing = Math.max(0, LEAST_ROWS - (high - low + 1));
  const extent = {
    low: Math.max(Math.min(Math.max(low - Math.floor(missing / 2), compass.lowest), lowest), 0),
    high: Math.min(Math.max(Math.min(high + Math.ceil(missing / 2), compass.highest), highest), 127),
    drums: [],
    longest,
  };
  return { extent, row: height / (extent.high - extent.low + 1), lane: height, drumRow: 0, height };
}

/** The top of a pitch's row. */
export function yOfPitch(rows: Rows, pitch: number): number {
  return (rows.extent.high - pitch) * rows.row;
}

/** The top of a drum sound's row; the lowest sound stands lowest. */
export function yOfDrum(rows: Rows, pitch: number): number {
  return rows.height - (rows.extent.drums.indexOf(pitch) + 1) * rows.drumRow;
}

/** Where a note is drawn: to the right of its onset, in pixels of the whole piece. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const LEAST_WIDTH = 2;
const LEAST_HEIGHT = 3;
const HIT_STEPS = 2.2; // width of a drum hit, which has no length of its own
const HIT_WIDTHS = [2, 9] as const; // pixels, at least and at most

/** The box of a note at a scale of pixels a step. */
export function boxOf(note: Note, role: Role, rows: Rows, scale: number): Box {
  const [onset, duration, pitch] = note;
  const x = onset * scale;
  if (role === "drums") {
    const width = Math.min(Math.max(HIT_STEPS * scale, HIT_WIDTHS[0]), HIT_WIDTHS[1]);
    return { x, y: yOfDrum(rows, pitch) + 1, width, height: Math.max(rows.drumRow - 2, LEAST_HEIGHT) };
  }
  const height = Math.max(rows.row - 0.5, LEAST_HEIGHT);
  const width = Math.max(duration * scale - 1, LEAST_WIDTH); // a gap, so that repeated notes can be told apart
  return { x, y: yOfPitch(rows, pitch) + (rows.row - height) / 2, width, height };
}

/** `auto`: everything, unless bars would become too narrow to read; `fit`: everything; or pixels a step. */
export type Zoom = "auto" | "fit" | number;

export const WIDEST_BAR = 640; // pixels of the shortest bar
const READABLE_BAR = 104;
const NARROWEST_BAR = 1;

/** Pixels a step at a zoom, for a piece with these bars in a view so wide. */
export function scaleOf(zoom: Zoom, lines: BarLines, width: number): number {
  const fit = fitOf(lines, width);
  const scale = zoom === "fit" ? fit : zoom === "auto" ? Math.max(fit, READABLE_BAR / lines.shortest) : zoom;
  return Math.min(Math.max(scale, NARROWEST_BAR / lines.shortest), Math.max(WIDEST_BAR / lines.shortest, fit));
}

/** The zoom that is `factor` times as near as a scale; never farther than showing everything. */
export function zoomBy(factor: number, scale: number, lines: BarLines, width: number): Zoom {
  const nearer = scale * factor;
  return nearer <= fitOf(lines, width) ? "fit" : Math.min(nearer, WIDEST_BAR / lines.shortest);
}

/** Pixels a step that show everything. */
function fitOf(lines: BarLines, width: number): number {
  return width / Math.max(lines.end, lines.shortest);
}

/** Every how many bars there is room for a number: 1, 2, 4, 8 … */
export function numberEvery(scale: number, lines: BarLines, room: number): number {
  let every = 1;
  while (every * scale * lines.shortest < room) every *= 2;
  return every;
}

/** The bars that two places on the bar numbers lie in, as a range: from the first to the one after the last. */
export function barsBetween(a: number, b: number, scale: number, lines: BarLines): { from: number; to: number } {
  const [low = 0, high = 0] = [a, b]
    .map((x) => Math.min(lines.barAt(Math.max(x / scale, 0)), lines.count - 1))
    .sort((first, second) => first - second);
  return { from: low, to: high + 1 };
}
