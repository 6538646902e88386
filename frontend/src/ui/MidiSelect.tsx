/**
 * Where the band is heard: in the browser, or on a MIDI device; and whose clock the page follows. Not there in browsers
 * without MIDI.
 */

import { askForClocks, clockPort, clockPorts, clockWords, followClock } from "../sound/clock-in";
import { hasMidi } from "../sound/midi-access";
import { askForMidi, chooseMidi, midiClock, midiPorts, midiSynth } from "../sound/midi-out";
import { player } from "../sound/player";
import { soundProblem } from "../state/playback";
import { Menu } from "./Menu";

const CHANNELS = "Channels: 1 piano, 2 guitar, 3 bass, 4 strings, 10 drums";

async function ask(): Promise<void> {
  try {
    await askForMidi();
    await askForClocks();
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
          {ports.length === 0 && <option disabled>No MIDI device found</option>}
          {ports.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <ClockIn />
    </>
  );
}

/** Whose clock the page follows. */
function ClockIn() {
  const [followed, ports] = [clockPort.value, clockPorts.value ?? []];
  return (
    <Menu
      name="Follow a clock"
      words="Clock in"
      kind={followed === null ? "clock-in" : "clock-in is-on"}
      title="Have a studio or a drum machine start, stop and lead the page"
    >
      <label class="practice-choice">
        Follow the clock of
        <select
          class="field"
          value={followed?.id ?? ""}
          onChange={(event) => followClock(event.currentTarget.value || null, player)}
        >
          <option value="">nobody</option>
          {ports.length === 0 && <option disabled>No MIDI device found</option>}
          {ports.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <p class="muted clock-in-words" role="status">
        {clockWords.value}
      </p>
    </Menu>
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
