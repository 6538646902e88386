/** Access to the MIDI devices of the person, asked for once. */

import { SoundError } from "./synth";

const NO_ACCESS = "This browser gave no access to MIDI. Allow MIDI for this page in its settings, then try again.";

/** Whether this browser has MIDI at all. */
export const hasMidi = (): boolean => typeof navigator.requestMIDIAccess === "function";

/** Asks the person for leave. Throws {@link SoundError} where there is none. */
export async function askForAccess(): Promise<MIDIAccess> {
  try {
    return await navigator.requestMIDIAccess({ sysex: false });
  } catch (cause) {
    throw new SoundError(NO_ACCESS, { cause });
  }
}
