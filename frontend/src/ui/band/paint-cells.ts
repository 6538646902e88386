/** Draws a player's notes small, bar by bar, and only those bars anew that have changed. Knows a canvas context; no page. */

import type { BarLines } from "../../music/time";
import { type Ink, rowOf, type Span } from "./layout";

/** What is to be drawn: bars from `first` to the one before `last`. */
export interface CellScene {
  readonly ink: readonly (readonly Ink[])[]; // of all bars
  readonly span: Span;
  readonly lines: BarLines;
  readonly first: number;
  readonly last: number;
  readonly scale: number; // pixels a step
  readonly height: number;
  readonly ratio: number; // device pixels a pixel
  readonly colour: string;
}

/** What is asked of a canvas context. */
export type CellBrush = Pick<CanvasRenderingContext2D, "clearRect" | "fillRect" | "fillStyle" | "setTransform">;

const PADDING = 4; // pixels above and below the notes
const LEAST = 1.5; // pixels of a note's height and width
const MOST_HEIGHT = 4;
const DRUM = 2.5; // pixels of a drum hit

/** Remembers what it has drawn on one canvas. */
export class CellPainter {
  #drawn: CellScene | null = null;

  /** Draw what differs from the last time. Returns which bars that were. */
  paint(brush: CellBrush, scene: CellScene): readonly number[] {
    const before = this.#drawn;
    const isAnew = before === null || !hasSameFrame(before, scene);
    this.#drawn = scene;
    brush.setTransform(scene.ratio, 0, 0, scene.ratio, 0, 0);
    const changed: number[] = [];
    for (let bar = scene.first; bar < scene.last; bar++) {
      if (!isAnew && isSameInk(before.ink[bar], scene.ink[bar])) continue;
      paintCell(brush, scene, bar);
      changed.push(bar);
    }
    return changed;
  }
}

function paintCell(brush: CellBrush, scene: CellScene, bar: number): void {
  const { ink, span, lines, first, scale, height, colour } = scene;
  const left = (lines.onset(bar) - lines.onset(first)) * scale;
  const width = lines.length(bar) * scale;
  brush.clearRect(left, 0, width, height);
  brush.fillStyle = colour;
  const row = (height - 2 * PADDING) / span.rows;
  const thickness = Math.min(Math.max(row - 0.5, LEAST), MOST_HEIGHT);
  for (const [from, to, pitch] of ink[bar] ?? []) {
    const top = PADDING + (rowOf(span, pitch) + 0.5) * row - thickness / 2;
    const length = span.sounds === null ? Math.max((to - from) * scale - 0.5, LEAST) : DRUM;
    brush.fillRect(left + from * scale, top, Math.min(length, width - from * scale), thickness);
  }
}

function hasSameFrame(one: CellScene, other: CellScene): boolean {
  return (
    one.lines === other.lines &&
    one.first === other.first &&
    one.last === other.last &&
    one.scale === other.scale &&
    one.height === other.height &&
    one.ratio === other.ratio &&
    one.colour === other.colour &&
    one.span.high === other.span.high &&
    one.span.rows === other.span.rows &&
    one.span.sounds?.join() === other.span.sounds?.join()
  );
}

function isSameInk(one: readonly Ink[] = [], other: readonly Ink[] = []): boolean {
  return (
    one.length === other.length &&
    one.every(([from, to, pitch], index) => {
      const [start, end, same] = other[index] as Ink;
      return from === start && to === end && pitch === same;
    })
  );
}
