/** Draws the grid and the notes of a part of the piece. Knows a canvas context; no page and no scrolling. */

import type { Harmony } from "../../music/harmony";
import { isInside } from "../../music/harmony";
import { type Keys, keyOf, type Part } from "../../music/part";
import { type BarNotes, COMPOSED, MELODY, type Note, OCTAVE, type Role } from "../../music/piece";
import { type BarLines, STEPS_PER_BEAT } from "../../music/time";
import type { Colours } from "./colours";
import { type Box, boxOf, numberEvery, type Rows, yOfDrum, yOfPitch } from "./geometry";

/** What is to be drawn. */
export interface Scene {
  readonly bars: readonly BarNotes[];
  readonly lines: BarLines; // of the whole piece
  readonly harmonies: readonly Harmony[];
  readonly audible: ReadonlySet<Role>;
  readonly rows: Rows;
  readonly scale: number; // pixels a step
  readonly left: number; // the first pixel of the piece that is drawn
  readonly width: number;
  readonly ratio: number; // device pixels a pixel
  readonly colours: Colours;
  readonly alone?: Role | null; // who is looked at: others are faint
  readonly edited?: Edited | null; // that player's notes, while they are edited
}

/** Whose notes are edited, as they are now: they lie above all others, which are faint. */
export interface Edited {
  readonly role: Role;
  readonly part: Part;
  readonly keys: Keys;
}

/** What is asked of a canvas context. */
export type Brush = Pick<
  CanvasRenderingContext2D,
  | "beginPath"
  | "clearRect"
  | "fill"
  | "fillRect"
  | "fillStyle"
  | "globalAlpha"
  | "lineWidth"
  | "rect"
  | "roundRect"
  | "setTransform"
  | "stroke"
  | "strokeStyle"
>;

/** From the lowest layer to the highest. */
export const PAINTED: readonly Role[] = [...COMPOSED.toReversed(), MELODY];

const BLACK_KEYS = new Set([1, 3, 6, 8, 10]);
const BEAT_ROOM = 9; // pixels a beat from which on beats have lines
const LINE_ROOM = 12; // pixels between bar lines; where bars are narrower, some go without

const LOUDEST = 127;
const LEVELS = 4; // of velocity that can be told apart
export const QUIETEST = 0.8; // opacity: below it the contrast to the ground would be less than 3:1
const FAINT = 0.16; // opacity of muted tracks
const HOLLOW = 0.12; // opacity of the inside of notes outside the chord
const SOFTEST = 0.15; // opacity of the softest note that is edited, inside its outline
const CORNER = 2.5; // pixels
const ROUND_FROM = 4; // pixels of width from which on corners are round

/** Draw a scene on a canvas whose size is right. */
export function paint(brush: Brush, scene: Scene): void {
  const { ratio, left, width, rows } = scene;
  brush.setTransform(ratio, 0, 0, ratio, 0, 0);
  brush.globalAlpha = 1;
  brush.clearRect(0, 0, width, rows.height);
  brush.setTransform(ratio, 0, 0, ratio, -left * ratio, 0);
  paintRows(brush, scene);
  paintLines(brush, scene);
  // What is muted lies below what is heard, and the long notes of the strings below the others.
  for (const heard of [false, true]) {
    for (const role of PAINTED) {
      if (isSeen(scene, role) && isFull(scene, role) === heard) paintTrack(brush, scene, role);
    }
  }
  if (scene.edited) paintEdited(brush, scene, scene.edited);
  brush.globalAlpha = 1;
}

/** Whether a player's notes have rows, and are not those that are edited. */
function isSeen({ alone = null, edited }: Scene, role: Role): boolean {
  if (edited?.role === role) return false;
  return alone === null || alone === role || (alone !== "drums" && role !== "drums");
}

/** Whether they are as strong as they are loud: they are heard, and nobody else is looked at alone. */
const isFull = ({ alone = null, audible }: Scene, role: Role): boolean =>
  alone === null ? audible.has(role) : alone === role;

function paintRows(brush: Brush, { rows, left, width, colours }: Scene): void {
  const { low, high, drums } = rows.extent;
  brush.fillStyle = colours.ground;
  brush.fillRect(left, 0, width, rows.height);
  brush.fillStyle = colours.shade;
  for (let pitch = low; pitch <= high; pitch++) {
    if (BLACK_KEYS.has(pitch % OCTAVE)) brush.fillRect(left, yOfPitch(rows, pitch), width, rows.row);
  }
  drums.forEach((pitch, row) => {
    if (row % 2) brush.fillRect(left, yOfDrum(rows, pitch), width, rows.drumRow);
  });
  brush.fillStyle = colours.line;
  for (let pitch = Math.ceil(low / OCTAVE) * OCTAVE; pitch <= high; pitch += OCTAVE) {
    brush.fillRect(left, Math.round(yOfPitch(rows, pitch) + rows.row) - 0.5, width, 1); // below each C
  }
  if (drums.length) brush.fillRect(left, Math.round(rows.lane) - 4, width, 1);
}

function paintLines(brush: Brush, { rows, left, width, scale, lines, colours }: Scene): void {
  const every = numberEvery(scale, lines, LINE_ROOM);
  const line = (step: number) => brush.fillRect(Math.round(step * scale), 0, 1, rows.height);
  const [first, last] = barsSeen(left / scale, (left + width) / scale, 0, lines, lines.count);
  brush.fillStyle = colours.line;
  brush.globalAlpha = 0.55;
  if (scale * STEPS_PER_BEAT >= BEAT_ROOM) for (let bar = first; bar < last; bar++) lines.beats(bar).forEach(line);
  brush.fillStyle = colours.strong;
  brush.globalAlpha = 0.5;
  for (let bar = Math.floor(first / every) * every; bar <= last; bar += every) line(lines.onset(bar));
}

/** The bars of which something may be seen between two steps: notes reach over bar lines. */
export function barsSeen(
  from: number,
  to: number,
  longest: number,
  lines: BarLines,
  there: number,
): readonly [number, number] {
  const last = lines.barAt(Math.max(to, 0));
  const seen = lines.onset(last) < to ? last + 1 : last;
  return [lines.barAt(Math.max(from - longest, 0)), Math.min(seen, there)];
}

function paintTrack(brush: Brush, scene: Scene, role: Role): void {
  const { bars, lines, rows, scale, left, width, harmonies, colours } = scene;
  const levels: Box[][] = Array.from({ length: LEVELS }, () => []);
  const hollow: Box[] = [];
  const [first, last] = barsSeen(left / scale, (left + width) / scale, rows.extent.longest, lines, bars.length);
  for (let bar = first; bar < last; bar++) {
    for (const note of bars[bar]?.[role] ?? []) {
      const box = boxOf(note, role, rows, scale);
      if (box.x + box.width < left || box.x > left + width) continue;
      if (role !== "drums" && isInside(note, harmonies) === false) hollow.push(box);
      else levels[levelOf(note)]?.push(box);
    }
  }
  const presence = isFull(scene, role) ? 1 : FAINT;
  brush.fillStyle = colours.tracks[role];
  levels.forEach((boxes, level) => {
    brush.globalAlpha = presence * (QUIETEST + ((1 - QUIETEST) * level) / (LEVELS - 1));
    trace(brush, boxes, 0);
    brush.fill();
  });
  if (hollow.length) paintHollow(brush, hollow, colours, colours.tracks[role], presence);
}

/** The notes of who is edited, the harder struck the fuller; the chosen ones have a frame. */
function paintEdited(brush: Brush, { rows, scale, left, width, colours }: Scene, { role, part, keys }: Edited): void {
  const boxes = part.map((note) => ({ note, box: boxOf(note, role, rows, scale) }));
  for (const { note, box } of boxes) {
    if (box.x + box.width < left || box.x > left + width) continue;
    const isChosen = keys.has(keyOf(note));
    brush.globalAlpha = SOFTEST + ((1 - SOFTEST) * note[3]) / LOUDEST;
    brush.fillStyle = colours.tracks[role];
    trace(brush, [box], 0);
    brush.fill();
    brush.globalAlpha = 1;
    brush.strokeStyle = isChosen ? colours.text : colours.tracks[role];
    brush.lineWidth = isChosen ? 2 : 1;
    trace(brush, [box], isChosen ? 0 : 0.5);
    brush.stroke();
  }
}

function levelOf([, , , velocity]: Note): number {
  return Math.min(Math.floor((velocity / (LOUDEST + 1)) * LEVELS), LEVELS - 1);
}

/** Notes outside the chord: an outline on the ground, so that what lies below doesn't fill them. */
function paintHollow(brush: Brush, boxes: readonly Box[], colours: Colours, colour: string, presence: number): void {
  brush.globalAlpha = presence;
  trace(brush, boxes, 0);
  brush.fillStyle = colours.ground;
  brush.fill();
  brush.globalAlpha = presence * HOLLOW;
  brush.fillStyle = colour;
  brush.fill();
  brush.globalAlpha = presence;
  brush.strokeStyle = colour;
  brush.lineWidth = 1;
  trace(brush, boxes, 0.5);
  brush.stroke();
}

/** The outlines of boxes as one path, drawn in by `inset` pixels. */
function trace(brush: Brush, boxes: readonly Box[], inset: number): void {
  brush.beginPath();
  for (const { x, y, width, height } of boxes) {
    const [w, h] = [Math.max(width - 2 * inset, 0.5), Math.max(height - 2 * inset, 0.5)];
    if (width < ROUND_FROM) brush.rect(x + inset, y + inset, w, h);
    else brush.roundRect(x + inset, y + inset, w, h, Math.min(CORNER, h / 2));
  }
}
