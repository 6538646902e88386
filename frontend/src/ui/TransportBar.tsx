/** Play, pause, where it is, loop and speed: the bar that stays at the bottom of the window. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { STEPS_PER_BAR, secondsOf } from "../music/piece";
import { player } from "../sound/player";
import { chart, mixer, options, setStrip } from "../state/band";
import { bars, piece } from "../state/piece";
import { playState, speed, starting } from "../state/playback";
import { Icon } from "./Icon";
import { obeyKeys } from "./keys";
import { LoopControls, toggleLoop } from "./LoopControls";
import { MidiSelect } from "./MidiSelect";
import { barAndBeat, barLine, clock, spokenBar } from "./places";
import "../styles/transport.css";

const SPEEDS = [50, 60, 70, 80, 90, 100, 110, 125, 150]; // per cent
const PAGE = 4; // bars that Page up and Page down go

interface Props {
  /** Press of Play; to pause is done here. */
  readonly onPlay: () => void;
  readonly children?: ComponentChildren;
}

/** Bars of what is open, or of the chart that would be. */
const length = () => piece.value?.bars ?? chart.value?.bars ?? 0;
const tempo = () => (piece.value?.tempo ?? options.value.tempo) * speed.value;

export function TransportBar({ onPlay, children }: Props) {
  const state = playState.value;
  const press = () => (state === "stopped" ? onPlay() : player.pause());
  const message = starting.value ?? (state === "waiting" ? "Waiting for the band…" : "");
  const latest = useRef(press);
  latest.current = press;
  useEffect(
    () =>
      obeyKeys({
        playOrPause: () => latest.current(),
        step: (direction) => player.seek(barLine(player.position(), direction, length())),
        toStart: () => player.seek(0),
        toggleLoop: () => toggleLoop(length()),
        mute: (role) => setStrip(role, { muted: !mixer[role].peek().muted }),
        solo: (role) => setStrip(role, { solo: !mixer[role].peek().solo }),
      }),
    [],
  );
  return (
    <section class="transport" aria-label="Playback">
      <div class="transport-inner">
        <button
          type="button"
          class="button primary transport-play"
          aria-label={state === "stopped" ? "Play" : "Pause"}
          aria-busy={message !== ""}
          title={state === "stopped" ? "Play (space)" : "Pause (space)"}
          onClick={press}
        >
          <Icon name={state === "stopped" ? "play" : "pause"} />
        </button>
        <button
          type="button"
          class="button transport-start"
          aria-label="Back to the start"
          title="Back to the start (Home)"
          onClick={() => player.seek(0)}
        >
          <Icon name="start" />
        </button>
        <Where />
        <LoopControls bars={length()} />
        <label class="transport-speed">
          <span class="hidden">Speed</span>
          <select
            class="field"
            title="Speed"
            value={Math.round(speed.value * 100)}
            onChange={(event) => {
              speed.value = Number(event.currentTarget.value) / 100;
            }}
          >
            {SPEEDS.map((percent) => (
              <option key={percent} value={percent}>
                {percent} %
              </option>
            ))}
          </select>
        </label>
        <MidiSelect />
        <div class="transport-more">{children}</div>
        <p class="transport-message" role="status">
          {message}
        </p>
      </div>
    </section>
  );
}

/** Where it is, told and as a slider. Read once a frame: Preact has no part in that. */
function Where() {
  const slider = useRef<HTMLInputElement>(null);
  const place = useRef<HTMLSpanElement>(null);
  const time = useRef<HTMLSpanElement>(null);
  const dragged = useRef(false);
  const count = length();
  const total = count * STEPS_PER_BAR;

  useEffect(() => {
    let shown = "";
    let spoken = "";
    let frame = requestAnimationFrame(function draw() {
      frame = requestAnimationFrame(draw);
      const input = slider.current;
      if (!input || !place.current || !time.current) return;
      const step = dragged.current ? input.valueAsNumber : player.position();
      if (!dragged.current) input.valueAsNumber = step;
      const now = `${barAndBeat(Math.min(step, Math.max(length() * STEPS_PER_BAR - 1, 0)))} ${clock(secondsOf(step, tempo()))}`;
      if (now !== shown) {
        [place.current.textContent, time.current.textContent] = now.split(" ") as [string, string];
        shown = now;
      }
      const bar = spokenBar(step, length());
      if (bar !== spoken) input.setAttribute("aria-valuetext", bar);
      spoken = bar;
    });
    return () => cancelAnimationFrame(frame);
  }, []);

  const jump = (event: KeyboardEvent) => {
    const direction = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    const page = { PageDown: -PAGE, PageUp: PAGE }[event.key];
    const here = player.position();
    if (direction) player.seek(barLine(here, direction as -1 | 1, length()));
    else if (page) player.seek(Math.max(0, Math.min(here + page * STEPS_PER_BAR, (length() - 1) * STEPS_PER_BAR)));
    else return;
    event.preventDefault();
  };

  return (
    <>
      <output class="transport-where" aria-live="off">
        <span class="transport-place">
          <span ref={place}>1.1</span> / {count}
        </span>
        <span class="transport-time muted">
          <span ref={time}>0:00</span> / {clock(secondsOf(total, tempo()))}
        </span>
      </output>
      <input
        ref={slider}
        type="range"
        class="transport-seek"
        aria-label="Position"
        aria-valuetext={spokenBar(0, count)}
        min={0}
        max={total}
        step={1}
        disabled={piece.value === null}
        style={{ "--composed": `${count ? (100 * bars.value.length) / count : 0}%` }}
        onInput={() => {
          dragged.current = true;
        }}
        onChange={(event) => {
          dragged.current = false;
          player.seek(event.currentTarget.valueAsNumber);
        }}
        onKeyDown={jump}
      />
    </>
  );
}
