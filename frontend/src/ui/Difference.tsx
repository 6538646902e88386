/** What the open piece is not: the chart or the options have changed since, or it is played otherwise than composed. */

import type { ComponentChildren } from "preact";
import { isComposing, piece, pieceShift, pieceTempo } from "../state/piece";
import { difference } from "../state/playing";
import { isAsking } from "../state/session";
import "../styles/difference.css";

const CHANGED = {
  chart: "The chart has changed since. This is the band of the chart before.",
  options: "The options have changed since. This is the band of the options before.",
};

/** In words; null where the piece is just what is asked for. */
export function differenceWords(): string | null {
  const open = piece.value;
  if (open === null) return null;
  if (difference.value !== null) return CHANGED[difference.value];
  const so = [
    ...(pieceTempo.value === open.tempo ? [] : [`at ${pieceTempo.value} bpm, composed for ${open.tempo}`]),
    ...(pieceShift.value === 0 ? [] : [shiftWords(pieceShift.value)]),
  ];
  return so.length ? `The same music ${so.join(", ")}.` : null;
}

function shiftWords(shift: number): string {
  const count = Math.abs(shift);
  return `${count} semitone${count === 1 ? "" : "s"} ${shift > 0 ? "higher" : "lower"}`;
}

interface Props {
  /** Have what is asked for composed anew, and play it. */
  readonly onCompose: () => void;
  /** Other ways to bring the piece up to date. */
  readonly children?: ComponentChildren;
}

/** Says so where the piece is seen; composing anew is a choice. */
export function Difference({ onCompose, children }: Props) {
  const words = differenceWords();
  if (words === null) return null;
  return (
    <div class={difference.value === null ? "difference" : "difference is-other"} role="status">
      <span>{words}</span>
      <span class="difference-ways">
        {children}
        <button type="button" class="button small" disabled={isAsking.value || isComposing.value} onClick={onCompose}>
          Compose anew
        </button>
      </span>
    </div>
  );
}
