/** How much of the band is in view, and what its cells stand on. Knows pixels and steps; no elements. */

import { computed, signal } from "@preact/signals";
import { chartLines, song } from "../../state/band";
import { piece, pieceLines, pieceSections } from "../../state/piece";
import type { Colours } from "../roll/colours";
import { type Arrangement, arrangementOf, headingsOf, scaleOf } from "./layout";

/** The view of one band. */
export class BandView {
  /** Pixels: of all that is seen, of the heads beside the cells, of a row's cells. */
  readonly frame = signal(0);
  readonly head = signal(0);
  readonly height = signal(0);
  /** Pixels that a bar has at least. */
  readonly least = signal(30);
  /** Whether it goes along with the playhead. */
  readonly following = signal(true);
  readonly left = signal(0);
  /** Whether a rectangle is being drawn: its tools would lie over it. */
  readonly isDrawing = signal(false);
  readonly bar = signal(0);
  readonly chord = signal(-1);
  readonly colours = signal<Colours | null>(null);

  readonly arrangement = computed<Arrangement>(() => arrangementOf(this.frame.value));
  /** Pixels of the cells that are seen. */
  readonly width = computed(() => Math.max(this.frame.value - this.head.value, 0));
  /** The bars of the open piece; before there is one, of the chart. */
  readonly lines = computed(() => (piece.value === null ? chartLines.value : pieceLines.value));
  readonly headings = computed(() =>
    headingsOf(piece.value === null ? (song.value?.passages ?? []) : pieceSections.value),
  );
  readonly scale = computed(() => scaleOf(this.lines.value, this.width.value, this.least.value));
  readonly content = computed(() => this.lines.value.end * this.scale.value);
}
