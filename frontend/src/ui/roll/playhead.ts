/** The playhead: where it stands, and turning the page with it. Knows the player's clock; draws nothing. */

import { lastBegun } from "../../music/harmony";
import { STEPS_PER_BEAT } from "../../music/time";
import { pieceChart, pieceLines } from "../../state/piece";
import { type Player, playState } from "../../state/playback";
import { watch } from "../watching";
import type { View } from "./view";

const TURN_AT = 0.92; // share of the view at which the page is turned
const TURN_TO = 0.08; // and where the playhead then is
const TURN_TIME = 900; // milliseconds that a smooth scroll may take

/** What is known of a view: that of the roll, or that of the band. */
export type Followed = Pick<View, "scale" | "following" | "width" | "content" | "bar" | "chord">;

/** Keep the playhead where the player is. Returns what places it at once, and what stops it. */
export function watchPlayhead(
  player: Player,
  view: Followed,
  scroller: HTMLElement,
  head: HTMLElement,
): { place(): void; stop(): void } {
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let placed = Number.NaN; // pixels
  let charted = pieceChart.peek();
  let turned = Number.NEGATIVE_INFINITY; // when

  function place(): void {
    const step = Math.min(Math.max(player.position(), 0), pieceLines.peek().end);
    const x = step * view.scale.peek();
    const chart = pieceChart.peek();
    if (x !== placed || chart !== charted) {
      placed = x;
      charted = chart;
      head.style.transform = `translateX(${x}px)`;
      view.bar.value = pieceLines.peek().barAt(step);
      view.chord.value = lastBegun(chart?.chords ?? [], step / STEPS_PER_BEAT);
    }
    if (playState.peek() === "playing" && view.following.peek()) turnPage(x);
  }

  function turnPage(x: number): void {
    const [left, width] = [scroller.scrollLeft, view.width.peek()];
    const isSeen = x >= left && x <= left + width * TURN_AT;
    const isLast = x >= left && left + width >= view.content.peek() - 1;
    if (isSeen || isLast || performance.now() - turned < TURN_TIME) return;
    turned = performance.now();
    scroller.scrollTo({ left: x - width * TURN_TO, behavior: calm.matches ? "instant" : "smooth" });
  }

  return {
    place: () => {
      placed = Number.NaN;
      place();
    },
    stop: watch(place),
  };
}
