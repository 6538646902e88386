/** The chart alone, as large as the window allows, for a stand or a phone: it goes along with the music. */

import { useComputed } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Segment } from "../../music/edit";
import { heightOf, type ScoreBar } from "../../music/score";
import { chartLines, options, song } from "../../state/band";
import { shownCells } from "../../state/cells";
import { heard } from "../../state/heard";
import { pieceTempo } from "../../state/piece";
import { countIn, type Player, playState, speed, starting } from "../../state/playback";
import { isInField } from "../../state/playing";
import { score } from "../../state/score";
import { Icon } from "../Icon";
import { ChordName, readName } from "./ChordName";
import { followIn } from "./follow";
import { isFollowing, keepAwake } from "./following";
import { isDense, ScoreBars } from "./ScoreBars";
import { keyWords } from "./ScoreHead";
import "../../styles/follow.css";

interface Props {
  readonly player: Pick<Player, "pause">;
  readonly onPlay: (from?: number) => void;
}

export function FollowMe(props: Props) {
  return isFollowing.value ? <Opened {...props} /> : null;
}

function Opened({ player, onPlay }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const box = useRef<HTMLElement>(null);
  const press = () => (playState.peek() === "stopped" ? onPlay() : player.pause());
  useEffect(() => {
    const stops = [keepAwake(), box.current ? followIn(box.current) : () => {}];
    dialog.current?.showModal();
    return () => {
      for (const stop of stops) stop();
    };
  }, []);
  const tempo = isInField.value ? pieceTempo.value : options.value.tempo;
  const isStopped = playState.value === "stopped";
  const waits = starting.value ?? (playState.value === "waiting" ? "Waiting for the band…" : "");
  return (
    <dialog
      ref={dialog}
      class="follow"
      aria-label="Follow me"
      onClose={() => {
        isFollowing.value = false;
      }}
      onKeyDown={(event) => {
        const isElsewhere = event.target instanceof Element && event.target.closest("button") === null;
        if (event.key !== " " || !isElsewhere) return;
        event.preventDefault();
        press();
      }}
    >
      <div class="follow-bar">
        <button
          type="button"
          class="button primary follow-play"
          aria-label={isStopped ? "Play" : "Pause"}
          aria-busy={waits !== ""}
          onClick={press}
        >
          <Icon name={isStopped ? "play" : "pause"} />
        </button>
        <p class="follow-about">
          {song.value?.title && <strong class="follow-title">{song.value.title} </strong>}
          <span class="muted">{keyWords()}</span>
          <span class="follow-tempo">♩ = {Math.round(tempo * speed.value)}</span>
          <span class="follow-waits" role="status">
            {waits}
          </span>
        </p>
        <button
          type="button"
          class="button"
          aria-pressed={countIn.value}
          title="Click a bar before it plays"
          onClick={() => {
            countIn.value = !countIn.peek();
          }}
        >
          Count-in
        </button>
        <button
          type="button"
          class="button"
          aria-label="Leave"
          title="Leave (Escape)"
          onClick={() => dialog.current?.close()}
        >
          <Icon name="close" />
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
      <section class="follow-score" ref={box} tabIndex={0} aria-label="The chart">
        <div
          class={`score-bars ${isDense() ? "is-dense" : ""}`}
          style={{ "--lines": heightOf(score.value, 4), "--short-lines": heightOf(score.value, 2) }}
        >
          <ScoreBars onBar={({ played }) => onPlay(chartLines.peek().onset(played[0] ?? 0))}>
            {(bar, at, segments) => <Row bar={bar} at={at} segments={segments} />}
          </ScoreBars>
        </div>
      </section>
    </dialog>
  );
}

interface RowProps {
  readonly bar: ScoreBar;
  readonly at: number; // its place in the score
  readonly segments: readonly Segment[];
}

function Row({ bar, at, segments }: RowProps) {
  const words = segments.map(({ cell }) => shownCells.value[cell]).map((cell) => (cell ? readName(cell) : ""));
  return (
    <div class="score-row" role="img" aria-label={`Bar ${bar.number}: ${words.join(" ")}`}>
      {segments.map((segment, place) => (
        <Part key={place} at={at} place={place} segment={segment} />
      ))}
    </div>
  );
}

function Part({ at, place, segment }: { at: number; place: number; segment: Segment }) {
  const isHeard = useComputed(() => (heard.value?.bar === at && heard.value.segment === place ? "true" : undefined));
  const cell = shownCells.value[segment.cell];
  return (
    <span
      class={`score-cell ${segment.isContinued ? "is-continued" : ""}`}
      aria-current={isHeard}
      style={{ flex: `${segment.beats} 1 0` }}
    >
      {cell && <ChordName cell={cell} />}
    </span>
  );
}
