/** The chart, whole: the score, what is done to all of it, its text, the palette, and charts to begin with. */

import { effect, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { chartProblem, chartText, offer } from "../../state/band";
import { select } from "../../state/cells";
import { readingProblem, readNow, watchChart } from "../../state/chart";
import { watchHeard } from "../../state/heard";
import { canRedo, canUndo, clear, redo, undo } from "../../state/history";
import { piece } from "../../state/piece";
import type { Player } from "../../state/playback";
import { semitones, transpose } from "../../state/transposing";
import { Icon } from "../Icon";
import { JamButton, JamPlace } from "../jam/JamButton";
import { Steps } from "../Steps";
import { Assumptions } from "./Assumptions";
import { ChartField } from "./ChartField";
import { Examples } from "./Examples";
import { FollowMe } from "./FollowMe";
import { OpenFile } from "./OpenFile";
import { Palette } from "./Palette";
import { listenForPaste } from "./pasting";
import { Score } from "./Score";
import { ScoreHead } from "./ScoreHead";
import { isTextHidden, isTextOpen, openText, TEXT_ID, toggleText } from "./text-open";
import "../../styles/chart.css";

const PALETTE_ID = "chart-palette";

interface Props {
  readonly player: Player;
  /** Called where the person asks for the music; `from`: at a step of the chart. */
  readonly onPlay: (from?: number) => void;
}

export function ChartPanel({ player, onPlay }: Props) {
  const isOpen = useSignal(false);
  useEffect(watchChart, []);
  useEffect(() => watchHeard(player), [player]);
  useEffect(openWhereNeeded, []);
  useEffect(listenForUndo, []);
  useEffect(listenForPaste, []);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of undo, for all that is inside
    <div class="chart" onKeyDown={pressUndo}>
      <section class="score" aria-label="Chart">
        <ScoreHead />
        <Score player={player} onPlay={onPlay} />
      </section>
      <div class="chart-tools">
        <button
          type="button"
          class="button chart-opener"
          aria-expanded={isTextOpen.value}
          aria-controls={TEXT_ID}
          onClick={toggleText}
        >
          <Icon name="rename" /> Edit text
        </button>
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
        <OpenFile />
        <JamButton player={player} />
        <span class="chart-steps">
          <Steps
            look="quiet"
            undo={{ name: "Undo", title: "Undo (Ctrl+Z)", isPossible: canUndo, go: undo }}
            redo={{ name: "Redo", title: "Redo (Ctrl+Shift+Z)", isPossible: canRedo, go: redo }}
          />
          <button
            type="button"
            class="button quiet chart-clear"
            disabled={chartText.value === ""}
            onClick={() => {
              select(null);
              clear();
            }}
          >
            <Icon name="remove" />
            Clear
          </button>
        </span>
        <Transposer />
      </div>
      <JamPlace />
      <div id={TEXT_ID} class="chart-writing" hidden={isTextHidden}>
        <ChartField onPlay={() => onPlay()} />
      </div>
      {readingProblem.value && (
        <div class="chart-offline" role="status">
          <span>{readingProblem.value.message}</span>
          <button type="button" class="button small" onClick={() => readNow()}>
            Try again
          </button>
        </div>
      )}
      <Assumptions />
      <div id={PALETTE_ID} hidden={!isOpen.value}>
        {isOpen.value && <Palette />}
      </div>
      {(isTextOpen.value || piece.value === null) && <Examples />}
      <FollowMe player={player} onPlay={onPlay} />
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

/** The text is seen where there is no chart, and where something in it is wrong. */
function openWhereNeeded(): () => void {
  return effect(() => {
    if (chartText.value.trim() === "" || chartProblem.value !== null) openText();
  });
}

/** The keys of undo count where nothing has the focus too: what had it may have gone with the last change. */
function listenForUndo(): () => void {
  const press = (event: KeyboardEvent) => {
    if (event.target === document.body && !event.defaultPrevented) pressUndo(event);
  };
  window.addEventListener("keydown", press);
  return () => window.removeEventListener("keydown", press);
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
