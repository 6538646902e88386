/** Bar numbers to go to and to loop on. Knows bar lines and pixels; no view. */

import { useRef } from "preact/hooks";
import type { BarLines } from "../../music/time";
import { loop, type Player } from "../../state/playback";
import { barsBetween, numberEvery } from "./geometry";

const NUMBER_ROOM = 34; // pixels for a bar number
const CLICK = 4; // pixels that a pointer may move in a click

interface Props {
  /** Pixels of the piece that are drawn. */
  readonly left: number;
  readonly width: number;
  readonly scale: number; // pixels a step
  readonly lines: BarLines;
  readonly player: Player;
}

/** The ruler: click goes to a bar's place, drag loops bars, double click plays on without a loop. */
export function Numbers({ left, width, scale, lines, player }: Props) {
  const drag = useRef<{ readonly start: number; isLoop: boolean } | null>(null);
  const every = numberEvery(scale, lines, NUMBER_ROOM);
  const first = Math.floor(lines.barAt(left / scale) / every) * every;
  const numbers: number[] = [];
  for (let at = first; at < lines.count && lines.onset(at) * scale < left + width; at += every) numbers.push(at);

  const xOf = (event: PointerEvent | MouseEvent): number =>
    event.clientX - (event.currentTarget as HTMLElement).getBoundingClientRect().left;
  const down = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    drag.current = { start: xOf(event), isLoop: false };
  };
  const move = (event: PointerEvent): void => {
    const held = drag.current;
    if (!held) return;
    const x = xOf(event);
    held.isLoop ||= Math.abs(x - held.start) > CLICK;
    if (held.isLoop) loop.value = barsBetween(held.start, x, scale, lines);
  };
  const up = (event: PointerEvent): void => {
    if (drag.current && !drag.current.isLoop) player.seek(Math.floor(xOf(event) / scale));
    drag.current = null;
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: for pointers; the transport's fields loop by keyboard
    <div
      class="roll-numbers"
      title="Drag over bars to loop them; double-click to end the loop"
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={() => {
        drag.current = null;
      }}
      onDblClick={() => {
        loop.value = null;
      }}
    >
      {numbers.map((at) => (
        <span key={at} class="roll-number" style={{ left: `${lines.onset(at) * scale}px` }}>
          {at + 1}
        </span>
      ))}
    </div>
  );
}
