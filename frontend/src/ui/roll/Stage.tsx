/** The notes: a canvas to look at, to point at and to play from. Knows the view and the drawing. */

import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Harmony } from "../../music/harmony";
import { STEPS_PER_BAR } from "../../music/piece";
import { audible } from "../../state/band";
import { bars, isComposing, piece, pieceChart } from "../../state/piece";
import type { Player } from "../../state/playback";
import { barLine } from "../places";
import { type Colours, coloursOf, watchTheme } from "./colours";
import { paint } from "./paint";
import { noteAt } from "./pick";
import type { View } from "./view";
import { chordTitle, noteWords } from "./words";

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
    return chord ? `Bar ${value.value} of ${view.length.value}, ${chordTitle(chord).split(": ")[1]}` : "No piece yet";
  });
  const steps = view.length.value * STEPS_PER_BAR;
  const scale = view.scale.value;

  const key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const here = player.position();
    const bars = view.length.value;
    const targets: Record<string, number> = {
      ArrowLeft: barLine(here, -1, bars),
      ArrowRight: barLine(here, 1, bars),
      Home: 0,
      End: Math.max(bars - 1, 0) * STEPS_PER_BAR,
    };
    const target = targets[event.key];
    if (target === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    player.seek(target);
  };
  const point = (event: PointerEvent): void => {
    const [x, y] = placeIn(event);
    const found = noteAt(x, y, bars.value, audible.value, view.rows.value, scale);
    const lines = found && noteWords(found.role, found.note, harmonies, pieceChart.value?.chords ?? []);
    view.tip.value = lines && { x: x - view.left.value, y: y + POINTER, lines };
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
        if (steps) player.seek(Math.min(Math.floor(placeIn(event)[0] / scale), steps));
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
  const of = view.length.value;
  if (!piece.value || there >= of) return null;
  const bar = view.scale.value * STEPS_PER_BAR;
  return (
    <div
      class={isComposing.value ? "roll-missing is-composing" : "roll-missing"}
      style={{ left: `${there * bar}px`, width: `${(of - there) * bar}px` }}
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
      length: view.length.value,
      harmonies: harmony.value,
      audible: audible.value,
      rows: view.rows.value,
      scale: view.scale.value,
      colours: colours.value,
      ...view.drawn.value,
    };
    draw.current = () => {
      frame.current = 0;
      const element = canvas.current;
      const context = element?.getContext("2d");
      if (!element || !context) return;
      const ratio = window.devicePixelRatio || 1;
      const [width, height] = [Math.round(scene.width * ratio), Math.round(scene.rows.height * ratio)];
      if (element.width !== width || element.height !== height) Object.assign(element, { width, height });
      Object.assign(element.style, {
        left: `${scene.left}px`,
        width: `${scene.width}px`,
        height: `${scene.rows.height}px`,
      });
      paint(context, { ...scene, ratio });
    };
    frame.current ||= requestAnimationFrame(() => draw.current());
  });
  useEffect(() => () => cancelAnimationFrame(frame.current), []);
}
