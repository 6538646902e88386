/** Play, pause, where it is, loop and speed: the bar that stays at the bottom of the window. */

import { computed } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { player } from "../sound/player";
import { chartLines, mixer, setStrip } from "../state/band";
import { bars, piece, pieceLines } from "../state/piece";
import { INSTRUMENTS, instrumentsThere, playState, speed, starting } from "../state/playback";
import { playing } from "../state/playing";
import { Icon } from "./Icon";
import { obeyKeys } from "./keys";
import { LoopControls, toggleLoop } from "./LoopControls";
import { MidiSelect } from "./MidiSelect";
import { barAndBeat, barLine, clock, spokenBar } from "./places";
import { watch } from "./watching";
import "../styles/transport.css";

const SPEEDS = [50, 60, 70, 80, 90, 100, 110, 125, 150]; // per cent
const PAGE = 4; // bars that Page up and Page down go

interface Props {
  /** Press of Play; to pause is done here. */
  readonly onPlay: () => void;
  readonly children?: ComponentChildren;
}

/** Bars of what is open, or of the chart that would be; and when its steps are heard. */
const lines = computed(() => (piece.value ? pieceLines.value : chartLines.value));
const time = computed(() => playing.value.time);

export function TransportBar({ onPlay, children }: Props) {
  const state = playState.value;
  const press = () => (state === "stopped" ? onPlay() : player.pause());
  const message = startingWords() ?? (state === "waiting" ? "Waiting for the band…" : "");
  const latest = useRef(press);
  latest.current = press;
  useEffect(
    () =>
      obeyKeys({
        playOrPause: () => latest.current(),
        step: (direction) => player.seek(barLine(player.position(), direction, lines.value)),
        toStart: () => player.seek(0),
        toggleLoop: () => toggleLoop(lines.value.count),
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
        <LoopControls bars={lines.value.count} />
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

/** What is waited for, with how far it is where that is known. */
function startingWords(): string | null {
  const words = starting.value;
  const there = Math.floor(instrumentsThere.value * 100);
  return words === INSTRUMENTS && there > 0 && there < 100 ? `${words} ${there} %` : words;
}

/** The same place in a bar some bars on or back, within the piece. */
function pageFrom(step: number, bars: number): number {
  const { value } = lines;
  const bar = value.barAt(step);
  const target = Math.max(Math.min(bar + bars, value.count - 1), 0);
  return target === bar + bars ? value.onset(target) + step - value.onset(bar) : value.onset(target);
}

/** Where it is, told and as a slider. Read as often as it may change: Preact has no part in that. */
function Where() {
  const slider = useRef<HTMLInputElement>(null);
  const place = useRef<HTMLSpanElement>(null);
  const clockText = useRef<HTMLSpanElement>(null);
  const dragged = useRef(false);
  const { count, end } = lines.value;

  useEffect(() => {
    let shown = "";
    let spoken = "";
    return watch(() => {
      const input = slider.current;
      if (!input || !place.current || !clockText.current) return;
      const step = dragged.current ? input.valueAsNumber : player.position();
      if (!dragged.current) input.valueAsNumber = step;
      const within = Math.min(step, Math.max(lines.value.end - 1, 0));
      const now = `${barAndBeat(within, lines.value)} ${clock(time.value.seconds(step))}`;
      if (now !== shown) {
        [place.current.textContent, clockText.current.textContent] = now.split(" ") as [string, string];
        shown = now;
      }
      const bar = spokenBar(step, lines.value);
      if (bar !== spoken) input.setAttribute("aria-valuetext", bar);
      spoken = bar;
    });
  }, []);

  const jump = (event: KeyboardEvent) => {
    const direction = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    const page = { PageDown: -PAGE, PageUp: PAGE }[event.key];
    const here = player.position();
    if (direction) player.seek(barLine(here, direction as -1 | 1, lines.value));
    else if (page) player.seek(pageFrom(here, page));
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
          <span ref={clockText}>0:00</span> / {clock(time.value.seconds(end))}
        </span>
      </output>
      <input
        ref={slider}
        type="range"
        class="transport-seek"
        aria-label="Position"
        aria-valuetext={spokenBar(0, lines.value)}
        min={0}
        max={end}
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
