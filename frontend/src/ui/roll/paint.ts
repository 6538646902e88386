/** Draws the grid and the notes of a part of the piece. Knows a canvas context; no page and no scrolling. */

import type { Harmony } from "../../music/harmony";
import { isInside } from "../../music/harmony";
import { type BarNotes, BEATS_PER_BAR, type Note, ROLES, type Role, STEPS_PER_BAR } from "../../music/piece";
import type { Colours } from "./colours";
import { type Box, boxOf, numberEvery, type Rows, yOfDrum, yOfPitch } from "./geometry";

/** What is to be drawn. */
export interface Scene {
  readonly bars: readonly BarNotes[];
  readonly length: number; // bars of the whole piece
  readonly harmonies: readonly Harmony[];
  readonly audible: ReadonlySet<Role>;
  readonly rows: Rows;
  readonly scale: number; // pixels a step
  readonly left: number; // the first pixel of the piece that is drawn
  readonly width: number;
  readonly ratio: number; // device pixels a pixel
  readonly colours: Colours;
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
export const PAINTED: readonly Role[] = ROLES.toReversed();

const BLACK_KEYS = new Set([1, 3, 6, 8, 10]);
const PITCH_CLASSES = 12;
const BEAT_ROOM = 9; // pixels a beat from which on beats have lines
const LINE_ROOM = 12; // pixels between bar lines; where bars are narrower, some go without

const LOUDEST = 127;
const LEVELS = 4; // of velocity that can be told apart
export const QUIETEST = 0.8; // opacity: below it the contrast to the ground would be less than 3:1
const FAINT = 0.16; // opacity of muted tracks
const HOLLOW = 0.12; // opacity of the inside of notes outside the chord
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
    for (const role of PAINTED) if (scene.audible.has(role) === heard) paintTrack(brush, scene, role);
  }
  brush.globalAlpha = 1;
}

function paintRows(brush: Brush, { rows, left, width, colours }: Scene): void {
  const { low, high, drums } = rows.extent;
  brush.fillStyle = colours.ground;
  brush.fillRect(left, 0, width, rows.height);
  brush.fillStyle = colours.shade;
  for (let pitch = low; pitch <= high; pitch++) {
    if (BLACK_KEYS.has(pitch % PITCH_CLASSES)) brush.fillRect(left, yOfPitch(rows, pitch), width, rows.row);
  }
  drums.forEach((pitch, row) => {
    if (row % 2) brush.fillRect(left, yOfDrum(rows, pitch), width, rows.drumRow);
  });
  brush.fillStyle = colours.line;
  for (let pitch = Math.ceil(low / PITCH_CLASSES) * PITCH_CLASSES; pitch <= high; pitch += PITCH_CLASSES) {
    brush.fillRect(left, Math.round(yOfPitch(rows, pitch) + rows.row) - 0.5, width, 1); // below each C
  }
  if (drums.length) brush.fillRect(left, Math.round(rows.lane) - 4, width, 1);
}

function paintLines(brush: Brush, { rows, left, width, scale, length, colours }: Scene): void {
  const bar = scale * STEPS_PER_BAR;
  const beat = bar / BEATS_PER_BAR;
  const every = numberEvery(scale, LINE_ROOM);
  const lines = (apart: number, from: number, to: number) => {
    for (let index = from; index <= to; index++) brush.fillRect(Math.round(index * apart), 0, 1, rows.height);
  };
  const last = Math.min(Math.ceil((left + width) / bar), length);
  const first = Math.floor(left / bar);
  brush.fillStyle = colours.line;
  brush.globalAlpha = 0.55;
  if (beat >= BEAT_ROOM) lines(beat, first * BEATS_PER_BAR, last * BEATS_PER_BAR);
  brush.fillStyle = colours.strong;
  brush.globalAlpha = 0.5;
  lines(bar * every, Math.floor(first / every), Math.floor(last / every));
}

/** The bars of which something may be seen between two steps: notes reach over bar lines. */
export function barsSeen(from: number, to: number, longest: number, bars: number): readonly [number, number] {
  const first = Math.floor((from - longest) / STEPS_PER_BAR);
  return [Math.max(first, 0), Math.min(Math.max(Math.ceil(to / STEPS_PER_BAR), 0), bars)];
}

function paintTrack(brush: Brush, scene: Scene, role: Role): void {
  const { bars, rows, scale, left, width, harmonies, audible, colours } = scene;
  const levels: Box[][] = Array.from({ length: LEVELS }, () => []);
  const hollow: Box[] = [];
  const [first, last] = barsSeen(left / scale, (left + width) / scale, rows.extent.longest, bars.length);
  for (let bar = first; bar < last; bar++) {
    for (const note of bars[bar]?.[role] ?? []) {
      const box = boxOf(note, role, rows, scale);
      if (box.x + box.width < left || box.x > left + width) continue;
      if (role !== "drums" && isInside(note, harmonies) === false) hollow.push(box);
      else levels[levelOf(note)]?.push(box);
    }
  }
  const presence = audible.has(role) ? 1 : FAINT;
  brush.fillStyle = colours.tracks[role];
  levels.forEach((boxes, level) => {
    brush.globalAlpha = presence * (QUIETEST + ((1 - QUIETEST) * level) / (LEVELS - 1));
    trace(brush, boxes, 0);
    brush.fill();
  });
  if (hollow.length) paintHollow(brush, hollow, colours, colours.tracks[role], presence);
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
