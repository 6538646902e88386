/** What part of the piece is in view, and what is pointed at. Knows pixels and steps; no elements. */

import { computed, signal } from "@preact/signals";
import { compasses } from "../../state/offer";
import { alone } from "../../state/opened";
import { bars, pieceLines } from "../../state/piece";
import { extentOf, rowsOf, rowsOfOne, scaleOf, type Zoom, zoomBy } from "./geometry";

/** A word on what is pointed at. */
export interface Tip {
  readonly x: number; // pixels from the left edge of the view
  readonly y: number; // and from its top
  readonly lines: readonly string[]; // the first one is the headline
}

/** The part of the piece that is drawn: wider than what is seen, so that most scrolling draws nothing. */
export interface Drawn {
  readonly left: number; // pixels of the whole piece
  readonly width: number;
}

const ALL = { lowest: 0, highest: 127 }; // pitches, where nobody says which the instrument has
const DRAWN_HALVES = 4; // half views: one before what is seen, two of it, one after

/** The view of one roll. */
export class View {
  /** Size of the notes' part, in pixels. */
  readonly width = signal(0);
  readonly height = signal(0);
  readonly zoom = signal<Zoom>("auto");
  /** How far it is scrolled, in pixels. */
  readonly left = signal(0);
  /** Whether the view goes along with the playhead. */
  readonly following = signal(true);
  readonly tip = signal<Tip | null>(null);
  /** Where the playhead is: bar, and place of the chord in the chart; -1 where there is none. */
  readonly bar = signal(0);
  readonly chord = signal(-1);

  readonly length = computed(() => pieceLines.value.count); // bars
  /** Pixels a step. */
  readonly scale = computed(() => scaleOf(this.zoom.value, pieceLines.value, this.width.value));
  /** Width of the whole piece in pixels. */
  readonly content = computed(() => pieceLines.value.end * this.scale.value);
  /** The rows of all, or of who stands alone. While a note is dragged they stay. */
  readonly rows = computed(() => {
    const role = alone.value;
    if (role === null) return rowsOf(extentOf(bars.value), this.height.value);
    return rowsOfOne(bars.value, role, compasses.value.get(role) ?? ALL, this.height.value);
  });

  readonly #half = computed(() => Math.max(Math.ceil(this.width.value / 2), 1));
  readonly #page = computed(() => Math.floor(this.left.value / this.#half.value));
  readonly drawn = computed<Drawn>(() => {
    const left = Math.max(this.#page.value - 1, 0) * this.#half.value;
    const width = Math.min(
      DRAWN_HALVES * this.#half.value,
      Math.max(Math.ceil(this.content.value), this.width.value) - left,
    );
    return { left, width: Math.max(width, 0) };
  });

  /** What is to stay where it is while the scale changes: this step, at this many pixels from the left edge. */
  #anchor: { readonly step: number; readonly x: number } | null = null;

  /** Come nearer (more than 1) or go back, around a place of the view in pixels. */
  zoomBy(factor: number, x = this.width.value / 2): void {
    const scale = this.scale.value;
    this.#anchor = { step: (this.left.value + x) / scale, x };
    this.zoom.value = zoomBy(factor, scale, pieceLines.value, this.width.value);
  }

  /** Where to scroll to after a zoom; null where nothing was zoomed since. */
  takeAnchor(): number | null {
    if (!this.#anchor) return null;
    const { step, x } = this.#anchor;
    this.#anchor = null;
    return Math.max(step * this.scale.value - x, 0);
  }

  /** Begin anew, for another piece. */
  reset(): void {
    this.zoom.value = "auto";
    this.left.value = 0;
    this.following.value = true;
    this.tip.value = null;
    this.#anchor = null;
  }
}
