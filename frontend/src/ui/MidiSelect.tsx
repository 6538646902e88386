/**
 * Where the band is heard: in the browser, or on a MIDI device; and whose clock the page follows. Not there in browsers
 * without MIDI.
 */

import { type Signal, signal } from "@preact/signals";
import type { FunctionComponent } from "preact";
import { hasMidi } from "../sound/midi-access";
import { askForMidi, chooseMidi, midiClock, midiPorts, midiSynth } from "../sound/midi-out";
import { soundProblem } from "../state/playback";
import { PortOptions } from "./PortOptions";

const CHANNELS = "Channels: 1 piano, 2 guitar, 3 bass, 4 strings, 10 drums";

/** The menu of whose clock is followed; loaded when somebody has MIDI. */
const clockIn: Signal<FunctionComponent | null> = signal(null);

async function ask(): Promise<void> {
  try {
    await askForMidi();
    const { askForClocks, ClockIn } = await import("./ClockIn");
    await askForClocks();
    clockIn.value = ClockIn;
  } catch (error) {
    soundProblem.value = error instanceof Error ? error.message : String(error);
  }
}

export function MidiSelect() {
  if (!hasMidi()) return null;
  const ports = midiPorts.value;
  if (ports === null) {
    return (
      <button
        type="button"
        class="button transport-midi"
        title="Play on a MIDI device, or follow its clock"
        onClick={ask}
      >
        MIDI out
      </button>
    );
  }
  const ClockIn = clockIn.value;
  return (
    <>
      {midiSynth.value !== null && <ClockButton />}
      <label class="transport-midi">
        <span class="hidden">Play on</span>
        <select
          class="field"
          title={CHANNELS}
          value={midiSynth.value?.id ?? ""}
          onChange={(event) => chooseMidi(event.currentTarget.value || null)}
        >
          <option value="">This browser</option>
          <PortOptions ports={ports} />
        </select>
      </label>
      {ClockIn && <ClockIn />}
    </>
  );
}

function ClockButton() {
  return (
    <button
      type="button"
      class="button"
      aria-pressed={midiClock.value}
      title="Send the tempo, start, stop and song position too: a studio or a drum machine plays along"
      onClick={() => {
        midiClock.value = !midiClock.value;
      }}
    >
      Clock
    </button>
  );
}
