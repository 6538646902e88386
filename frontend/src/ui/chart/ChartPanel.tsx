/** The chart, whole: the field, examples, what is done to all chords, the ribbon and the palette. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { chartProblem, chartText, offer } from "../../state/band";
import { select } from "../../state/cells";
import { watchChart } from "../../state/chart";
import { canRedo, canUndo, loadText, redo, undo } from "../../state/history";
import { semitones, transpose } from "../../state/transposing";
import { Icon } from "../Icon";
import { ChartField } from "./ChartField";
import { ChordRibbon } from "./ChordRibbon";
import { Examples } from "./Examples";
import { OpenFile } from "./OpenFile";
import { Palette } from "./Palette";
import "../../styles/chart.css";

const PALETTE_ID = "chart-palette";

/** `onPlay` is called where the person asks for the music from within the field. */
export function ChartPanel({ onPlay }: { onPlay: () => void }) {
  const isOpen = useSignal(false);
  useEffect(watchChart, []);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of undo, for all that is inside
    <div class="chart" onKeyDown={pressUndo}>
      <ChartField onPlay={onPlay} />
      <div class="chart-beginnings">
        <OpenFile />
        <Examples />
      </div>
      <ChordRibbon />
      <div class="chart-tools">
        <button
          type="button"
          class="button chart-opener"
          aria-expanded={isOpen.value}
          aria-controls={PALETTE_ID}
          disabled={offer.value === null}
          onClick={() => {
            isOpen.value = !isOpen.value;
          }}
        >
          <Icon name="palette" /> Chord palette
        </button>
        <span class="chart-steps">
          <button
            type="button"
            class="button quiet"
            aria-label="Undo"
            title="Undo (Ctrl+Z)"
            disabled={!canUndo.value}
            onClick={undo}
          >
            <Icon name="undo" />
          </button>
          <button
            type="button"
            class="button quiet"
            aria-label="Redo"
            title="Redo (Ctrl+Shift+Z)"
            disabled={!canRedo.value}
            onClick={redo}
          >
            <Icon name="redo" />
          </button>
          <button
            type="button"
            class="button quiet chart-clear"
            disabled={chartText.value === ""}
            onClick={() => {
              select(null);
              loadText("");
            }}
          >
            <Icon name="remove" />
            Clear
          </button>
        </span>
        <Transposer />
      </div>
      <div id={PALETTE_ID} hidden={!isOpen.value}>
        {isOpen.value && <Palette />}
      </div>
    </div>
  );
}

function Transposer() {
  const by = semitones.value;
  const isReady = chartProblem.value === null && chartText.value.trim() !== "";
  const shown = by > 0 ? `+${by}` : String(by).replace("-", "−");
  return (
    <fieldset class="chart-transposer">
      <legend class="hidden">Transpose</legend>
      <span class="muted" aria-hidden="true">
        Transpose
      </span>
      <button
        type="button"
        class="button"
        aria-label="Transpose down a semitone"
        title="A semitone down"
        disabled={!isReady}
        onClick={() => transpose(-1)}
      >
        <Icon name="minus" />
      </button>
      <output class="chart-semitones" aria-label={`${shown} semitones`}>
        {shown}
      </output>
      <button
        type="button"
        class="button"
        aria-label="Transpose up a semitone"
        title="A semitone up"
        disabled={!isReady}
        onClick={() => transpose(1)}
      >
        <Icon name="plus" />
      </button>
    </fieldset>
  );
}

/** Ctrl+Z, Ctrl+Shift+Z and Ctrl+Y, but where another field has its own. */
function pressUndo(event: KeyboardEvent): void {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.target instanceof HTMLInputElement) return;
  const key = event.key.toLowerCase();
  if (key !== "z" && key !== "y") return;
  event.preventDefault();
  if (key === "y" || event.shiftKey) redo();
  else undo();
}
