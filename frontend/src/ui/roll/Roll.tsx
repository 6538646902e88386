/** The piano roll under its chords: what the band plays, to see, to go to and to loop. Puts its parts together. */

import "../../styles/roll.css";
import { type Signal, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { fitsOf, harmoniesOf } from "../../music/harmony";
import { ROLE_NAMES } from "../../music/piece";
import { audible } from "../../state/band";
import { forget, isEditing } from "../../state/editing";
import { alone } from "../../state/opened";
import { bars, heardRoles, piece, pieceChart, pieceLines } from "../../state/piece";
import { loop, type Player, playState } from "../../state/playback";
import { redoChange, undoChange } from "../../state/redoing";
import { select, selection } from "../../state/selecting";
import { EditButton, EditTools } from "./EditTools";
import { Gutter } from "./Gutter";
import { listenToGestures } from "./gestures";
import { Notation } from "./Notation";
import { NoteLayer } from "./NoteLayer";
import { watchPlayhead } from "./playhead";
import { Ribbon } from "./Ribbon";
import { Stage } from "./Stage";
import { View } from "./view";

const ZOOM_STEP = 1.4;

export function Roll({ player }: { readonly player: Player }) {
  const view = useMemo(() => new View(), []);
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const head = useRef<HTMLDivElement>(null);
  const placeHead = useRef(() => {});
  const harmonies = useComputed(() => harmoniesOf(pieceChart.value?.chords ?? []));
  const fits = useComputed(() => fitsOf(pieceChart.value?.chords ?? [], bars.value));
  const sounds = useComputed(
    () => new Set(bars.value.flatMap((bar) => (bar.drums ?? []).map(([, , pitch]) => pitch))).size,
  );
  const identity = useComputed(() => piece.value?.id);
  const isNotated = useSignal(false);

  useSignalEffect(() => {
    identity.value; // another piece: from its beginning
    view.reset();
    if (scroller.current) scroller.current.scrollLeft = 0;
  });
  const isOn = useComputed(() => playState.value !== "stopped"); // waiting for a bar is not a new start
  useSignalEffect(() => {
    if (isOn.value) view.following.value = true;
  });

  useEffect(() => {
    const [frame, stage] = [scroller.current, content.current?.querySelector<HTMLElement>(".roll-stage")];
    if (!frame || !stage || !head.current) return;
    const scrolled = (): void => {
      view.left.value = frame.scrollLeft;
    };
    const measure = new ResizeObserver(() => {
      view.width.value = frame.clientWidth;
      view.height.value = stage.clientHeight;
    });
    measure.observe(frame);
    measure.observe(stage);
    frame.addEventListener("scroll", scrolled);
    const stopListening = listenToGestures(frame, stage, {
      zoom: (factor, x) => view.zoomBy(factor, x),
      scrolled: () => {
        view.following.value = false;
        view.tip.value = null;
      },
    });
    const playhead = watchPlayhead(player, view, frame, head.current);
    placeHead.current = playhead.place;
    return () => {
      measure.disconnect();
      frame.removeEventListener("scroll", scrolled);
      stopListening();
      playhead.stop();
    };
  }, [player, view]);

  const scale = view.scale.value;
  useLayoutEffect(() => {
    const left = view.takeAnchor();
    if (left !== null && scroller.current) {
      scroller.current.scrollLeft = left;
      view.left.value = scroller.current.scrollLeft;
    }
    placeHead.current();
  }, [scale, view]);

  const key = (event: KeyboardEvent): void => {
    const zooms: Record<string, number> = { "+": ZOOM_STEP, "=": ZOOM_STEP, "-": 1 / ZOOM_STEP };
    const factor = zooms[event.key];
    if (factor && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      view.zoomBy(factor);
    } else if (event.key === "Escape" && (selection.value || loop.value)) {
      event.preventDefault();
      if (selection.value) select(null);
      else loop.value = null;
    } else if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      if (!forget()) void (event.shiftKey ? redoChange() : undoChange());
    }
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset groups fields, this groups a picture and its tools
    <div
      class={isEditing.value ? "roll is-editing" : "roll"}
      role="group"
      aria-label="Piano roll"
      style={{ "--roll-drums": alone.value === null ? sounds.value : 0 }}
      onKeyDown={key}
    >
      <Key />
      <Tools view={view} isNotated={isNotated} />
      <div class="roll-frame">
        <Gutter view={view} />
        <div ref={scroller} class="roll-scroller">
          <div ref={content} class="roll-content" style={{ width: `${view.content.value}px` }}>
            <Ribbon view={view} player={player} fits={fits.value} />
            <Stage view={view} player={player} harmonies={harmonies.value} />
            {isEditing.value && <NoteLayer view={view} player={player} />}
            <LoopBand view={view} />
            <div ref={head} class="roll-head" />
          </div>
        </div>
        <TipBox view={view} />
      </div>
      {isEditing.value && <EditTools player={player} />}
      {isNotated.value && alone.value !== null && <Notation />}
    </div>
  );
}

/** Who plays in which colour. */
function Key() {
  return (
    <ul class="roll-key" aria-label="Colours">
      {heardRoles.value.map((role) => (
        <li key={role} class={audible.value.has(role) ? `is-${role}` : `is-${role} is-silent`}>
          {ROLE_NAMES[role]}
        </li>
      ))}
      <li class="is-outside">Outside the chord</li>
    </ul>
  );
}

/** How near one looks, and whether the view goes along. */
function Tools({ view, isNotated }: { readonly view: View; readonly isNotated: Signal<boolean> }) {
  return (
    <div class="roll-tools">
      <EditButton />
      {alone.value !== null && (
        <button
          type="button"
          class="button small"
          aria-pressed={isNotated.value}
          title="What this player plays, as notes on staves"
          onClick={() => {
            isNotated.value = !isNotated.value;
          }}
        >
          Notation
        </button>
      )}
      <button
        type="button"
        class="button small"
        aria-pressed={view.following.value}
        onClick={() => {
          view.following.value = !view.following.value;
        }}
      >
        Follow
      </button>
      <button type="button" class="button small" aria-label="Zoom out" onClick={() => view.zoomBy(1 / ZOOM_STEP)}>
        −
      </button>
      <button type="button" class="button small" aria-label="Zoom in" onClick={() => view.zoomBy(ZOOM_STEP)}>
        +
      </button>
      <button
        type="button"
        class="button small"
        aria-label="Fit the whole piece"
        onClick={() => {
          view.zoom.value = "fit";
        }}
      >
        Fit
      </button>
    </div>
  );
}

/** The bars that are played again and again. */
function LoopBand({ view }: { readonly view: View }) {
  if (!loop.value || !view.length.value) return null;
  const [from, to] = [loop.value.from, loop.value.to].map((bar) => pieceLines.value.onset(bar) * view.scale.value);
  return <div class="roll-loop" style={{ left: `${from}px`, width: `${(to ?? 0) - (from ?? 0)}px` }} />;
}

/** A word on what is pointed at. Screen readers have it from the labels. */
function TipBox({ view }: { readonly view: View }) {
  const tip = view.tip.value;
  if (!tip) return null;
  const [title, ...lines] = tip.lines;
  const isRight = tip.x > view.width.value / 2;
  const x = Math.min(Math.max(tip.x, 0), view.width.value);
  return (
    <div
      class={isRight ? "roll-tip is-right" : "roll-tip"}
      aria-hidden="true"
      style={{ "--x": `${x}px`, "--y": `${tip.y}px` }}
    >
      <strong>{title}</strong>
      {lines.map((line) => (
        <span key={line}>{line}</span>
      ))}
    </div>
  );
}
