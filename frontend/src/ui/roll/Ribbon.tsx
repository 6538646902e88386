/** Bar numbers and chords above the notes: buttons to play from. Knows the view; no canvas. */

import { useComputed, useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Fit } from "../../music/harmony";
import type { Chord } from "../../music/piece";
import { bars, pieceChart, pieceLines } from "../../state/piece";
import type { Player } from "../../state/playback";
import { Numbers } from "./Numbers";
import type { View } from "./view";
import { chordTitle, chordWords, shortName } from "./words";

const LETTER = 10; // pixels of a letter of a chord, about
const SMALL_LETTER = 7.7; // where that is too much
const PADDING = 4; // of a cell
const WINDOW_FROM = 160; // chords from which on only those near the view are there

interface Props {
  readonly view: View;
  readonly player: Player;
  readonly fits: readonly (Fit | null)[];
}

export function Ribbon(props: Props) {
  return (
    <div class="roll-ribbon">
      <Numbers
        {...props.view.drawn.value}
        scale={props.view.scale.value}
        lines={pieceLines.value}
        player={props.player}
      />
      <Chords {...props} />
    </div>
  );
}

function Chords({ view, player, fits }: Props) {
  const chords = pieceChart.value?.chords ?? [];
  const focused = useSignal(0); // the one that the tab key reaches
  const scale = view.scale.value;
  const { left, width } = view.drawn.value;
  const list = useRef<HTMLDivElement>(null);
  const there = pieceLines.value.onset(bars.value.length); // steps that are composed
  const isNear = (chord: Chord): boolean => chord.end * scale >= left && chord.step * scale <= left + width;
  const go = (index: number): void => {
    const chord = chords[index];
    if (!chord) return;
    focused.value = index;
    // The cell may not be there yet: scrolling to it, and rendering, come first.
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(`[data-chord="${index}"]`)?.focus());
  };
  const keys: Record<string, () => number> = {
    ArrowLeft: () => Math.max(focused.value - 1, 0),
    ArrowRight: () => Math.min(focused.value + 1, chords.length - 1),
    Home: () => 0,
    End: () => chords.length - 1,
  };
  return (
    <div
      ref={list}
      class="roll-chords"
      role="toolbar"
      aria-label="Chords"
      onKeyDown={(event) => {
        const target = keys[event.key];
        if (!target || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        event.stopPropagation();
        go(target());
      }}
    >
      {chords.map((chord, index) => {
        if (chords.length >= WINDOW_FROM && index !== focused.value && !isNear(chord)) return null;
        return (
          <Cell
            key={index}
            index={index}
            chord={chord}
            fit={fits[index] ?? null}
            isComposed={there > chord.step && there >= chord.end}
            isReached={index === focused.value}
            scale={scale}
            view={view}
            choose={() => {
              focused.value = index;
              player.seek(chord.step);
            }}
          />
        );
      })}
    </div>
  );
}

interface CellProps {
  readonly index: number;
  readonly chord: Chord;
  readonly fit: Fit | null;
  readonly isComposed: boolean;
  readonly isReached: boolean;
  readonly scale: number;
  readonly view: View;
  readonly choose: () => void;
}

function Cell({ index, chord, fit, isComposed, isReached, scale, view, choose }: CellProps) {
  const isNow = useComputed(() => (view.chord.value === index ? "true" : undefined));
  const width = (chord.end - chord.step) * scale;
  const room = width - PADDING;
  const isSmall = chord.name.length * LETTER > room;
  const title = chordTitle(chord, pieceLines.value);
  const words = chordWords(chord, fit, isComposed);
  const point = (): void => {
    view.tip.value = { x: chord.step * scale - view.left.value, y: 0, lines: [title, ...words] };
  };
  const leave = (): void => {
    view.tip.value = null;
  };
  return (
    <button
      type="button"
      class={`roll-chord${isComposed ? "" : " is-pending"}${isSmall ? " is-small" : ""}`}
      data-chord={index}
      style={{ left: `${chord.step * scale}px`, width: `${width}px` }}
      tabIndex={isReached ? 0 : -1}
      aria-label={[title, ...words].join(", ")}
      aria-current={isNow}
      onClick={choose}
      onFocus={point}
      onBlur={leave}
      onPointerEnter={point}
      onPointerLeave={leave}
    >
      {shortName(chord, Math.floor(room / (isSmall ? SMALL_LETTER : LETTER)))}
      {isComposed && fit?.inside != null && <i class="roll-fit" style={{ "--inside": fit.inside }} />}
    </button>
  );
}
