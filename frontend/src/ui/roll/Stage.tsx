/** The notes: a canvas to look at, to point at and to play from. Knows the view and the drawing. */

import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Harmony } from "../../music/harmony";
import { audible } from "../../state/band";
import { editedRole, isEditing, keys, part } from "../../state/editing";
import { alone } from "../../state/opened";
import { bars, isComposing, piece, pieceChart, pieceLines } from "../../state/piece";
import type { Player } from "../../state/playback";
import { fitCanvas } from "../canvas";
import { barLine } from "../places";
import { type Colours, coloursOf, watchTheme } from "./colours";
import { paint } from "./paint";
import { noteAt } from "./pick";
import type { View } from "./view";
import { chordName, noteWords } from "./words";

interface Props {
  readonly view: View;
  readonly player: Player;
  readonly harmonies: readonly Harmony[];
}

export function Stage({ view, player, harmonies }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  usePainting(canvas, view, harmonies);

  const value = useComputed(() => Math.min(view.bar.value + 1, Math.max(view.length.value, 1)));
  const words = useComputed(() => {
    const chord = pieceChart.value?.chords[view.chord.value];
    return chord ? `Bar ${value.value} of ${view.length.value}, ${chordName(chord)}` : "";
  });
  const lines = pieceLines.value;
  const scale = view.scale.value;

  const key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const here = player.position();
    const targets: Record<string, number> = {
      ArrowLeft: barLine(here, -1, lines),
      ArrowRight: barLine(here, 1, lines),
      Home: 0,
      End: lines.onset(Math.max(lines.count - 1, 0)),
    };
    const target = targets[event.key];
    if (target === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    player.seek(target);
  };
  const point = (event: PointerEvent): void => {
    const [x, y] = placeIn(event);
    const seen = alone.value === null ? audible.value : new Set([alone.value]);
    const scene = { bars: bars.value, lines, audible: seen, rows: view.rows.value, scale };
    const found = noteAt(x, y, scene);
    const words = found && noteWords(found.role, found.note, harmonies, pieceChart.value?.chords ?? [], lines);
    view.tip.value = words && { x: x - view.left.value, y: y + POINTER, lines: words };
  };
  return (
    <div
      class="roll-stage"
      role="slider"
      tabIndex={0}
      aria-label="Piano roll: place in the piece"
      aria-valuemin={1}
      aria-valuemax={Math.max(view.length.value, 1)}
      aria-valuenow={value}
      aria-valuetext={words}
      onKeyDown={key}
      onClick={(event) => {
        if (lines.end) player.seek(Math.min(Math.floor(placeIn(event)[0] / scale), lines.end));
      }}
      onPointerMove={(event) => event.pointerType === "mouse" && point(event)}
      onPointerLeave={() => {
        view.tip.value = null;
      }}
    >
      <canvas ref={canvas} class="roll-canvas" data-testid="roll" />
      <Composing view={view} />
    </div>
  );
}

const POINTER = 18; // pixels that a mouse's arrow covers

/** Where in the piece an event is, in pixels. */
function placeIn(event: MouseEvent): readonly [x: number, y: number] {
  const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}

/** What lies over the bars that aren't there. */
function Composing({ view }: { readonly view: View }) {
  const there = bars.value.length;
  const lines = pieceLines.value;
  if (!piece.value || there >= lines.count) return null;
  const scale = view.scale.value;
  const onset = lines.onset(there);
  return (
    <div
      class={isComposing.value ? "roll-missing is-composing" : "roll-missing"}
      style={{ left: `${onset * scale}px`, width: `${(lines.end - onset) * scale}px` }}
    />
  );
}

/** Draw the notes when something changed, once a frame at most. */
function usePainting(
  canvas: { readonly current: HTMLCanvasElement | null },
  view: View,
  harmonies: Props["harmonies"],
) {
  const colours = useSignal<Colours | null>(null);
  const draw = useRef(() => {});
  const frame = useRef(0);

  useEffect(() => {
    const read = (): void => {
      colours.value = canvas.current?.parentElement ? coloursOf(canvas.current.parentElement) : null;
    };
    read();
    return watchTheme(read);
  }, [canvas, colours]);
  const harmony = useSignal(harmonies);
  harmony.value = harmonies;

  useSignalEffect(() => {
    if (!colours.value) return;
    const scene = {
      bars: bars.value,
      lines: pieceLines.value,
      harmonies: harmony.value,
      audible: audible.value,
      rows: view.rows.value,
      scale: view.scale.value,
      colours: colours.value,
      alone: alone.value,
      edited: isEditing.value ? { role: editedRole.value, part: part.value, keys: keys.value } : null,
      ...view.drawn.value,
    };
    draw.current = () => {
      frame.current = 0;
      const { left, width, rows } = scene;
      const fitted = fitCanvas(canvas.current, { left, width, height: rows.height });
      if (fitted !== null) paint(fitted.context, { ...scene, ratio: fitted.ratio });
    };
    frame.current ||= requestAnimationFrame(() => draw.current());
  });
  useEffect(() => () => cancelAnimationFrame(frame.current), []);
}
