/** A jam: the chord that leads, where the music is, and what can be done with what was played. Loaded when it is opened. */

import { useEffect, useRef } from "preact/hooks";
import { beginJamming, jamPlace, stopJamming, tapChord } from "../../sound/jam";
import { player } from "../../sound/player";
import { options } from "../../state/band";
import { loadText } from "../../state/history";
import { type JamState, jamChord, jamKept, jamState, noKeyboard, tapped } from "../../state/jam";
import { tell } from "../../state/notice";
import { save } from "../../takeaway";
import { Icon } from "../Icon";
import "../../styles/jam.css";

const LOOK = 50; // milliseconds between two looks at the beat
const FILE = "Jam.mid";
const KEPT = "The chords of the jam are in the chart: press play, and the band composes over them.";

/** Begin within the press that opened this, as browsers want it. */
export const begin = (): Promise<void> => beginJamming(player);

export const end = (): Promise<void> => stopJamming();

const WORDS: Record<JamState, string> = {
  off: "The band isn't there.",
  starting: "Getting the band ready…",
  waiting: "Strike a chord: the band begins with it.",
  playing: "",
  over: "The band has stopped.",
};

export function JamPanel({ onClose }: { readonly onClose: () => void }) {
  const state = jamState.value;
  const isOn = state === "waiting" || state === "playing" || state === "starting";
  return (
    <section class="panel jam" aria-label="Jam">
      <div class="jam-heard">
        <output class="jam-chord" aria-live="off" aria-label="Chord that leads">
          {jamChord.value ?? "–"}
        </output>
        <Where />
        <p class="jam-words" role="status">
          {words(state)}
        </p>
      </div>
      {isOn && (
        <fieldset class="jam-tapped" disabled={state === "starting"}>
          <legend class="muted">{noKeyboard.value ?? "Strike chords on your keyboard, or tap them"}</legend>
          {tapped.value.map((name) => (
            <button
              key={name}
              type="button"
              class="button jam-tap"
              aria-pressed={jamChord.value === name}
              onPointerDown={({ timeStamp }) => tapChord(name, timeStamp)}
              onClick={({ detail, timeStamp }) => detail === 0 && tapChord(name, timeStamp)}
            >
              {name}
            </button>
          ))}
        </fieldset>
      )}
      <div class="jam-tools">
        {isOn ? (
          <button type="button" class="button primary" disabled={state === "starting"} onClick={end}>
            <Icon name="stop" /> Stop
          </button>
        ) : (
          <button type="button" class="button primary" onClick={begin}>
            <Icon name="again" /> Jam again
          </button>
        )}
        {jamKept.value && <Keep />}
        {!isOn && (
          <button type="button" class="button quiet" onClick={onClose}>
            <Icon name="close" /> Close
          </button>
        )}
      </div>
    </section>
  );
}

function words(state: JamState): string {
  const bars = jamKept.value?.bars;
  if (state !== "over" || bars === undefined) return WORDS[state];
  return `The band has played ${bars} bar${bars === 1 ? "" : "s"}.`;
}

/** What was played, as a chart or as a file. */
function Keep() {
  const kept = jamKept.value;
  if (kept === null) return null;
  return (
    <>
      <button
        type="button"
        class="button"
        title="Put the chords that you played into the chart"
        onClick={() => {
          const { tempo, style } = options.peek(); // in which it was played
          loadText(kept.chart.trimEnd(), { options: { tempo, style } });
          tell(KEPT);
        }}
      >
        <Icon name="paste" /> Keep as chart
      </button>
      <button
        type="button"
        class="button"
        aria-label="MIDI of the jam"
        title="What was played, as a MIDI file"
        onClick={() => save(kept.midi, FILE)}
      >
        <Icon name="download" /> MIDI
      </button>
    </>
  );
}

/** Bar and beat, read as often as they may change: Preact has no part in that. */
function Where() {
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    const timer = setInterval(() => {
      const here = jamPlace();
      if (place.current) place.current.textContent = here ? `${here.bar + 1}.${here.beat + 1}` : "";
    }, LOOK);
    return () => clearInterval(timer);
  }, []);
  return <span class="jam-place" ref={place} data-testid="jam-place" />;
}
