/** MIDI keyboards of the person: what is pressed on any of them. Knows no notes in time. */

import { askForAccess } from "./midi-access";
import { SoundError } from "./synth";

const KIND = 0xf0; // of a status byte, without its channel
const NOTE_OFF = 0x80;
const NOTE_ON = 0x90;
const NO_KEYBOARD = "No MIDI keyboard was found: plug one in, then press record again.";

/** Somebody who hears keys. */
export interface KeyListener {
  /** `time`: in the milliseconds of `performance.now()`. */
  pressed(pitch: number, velocity: number, time: number): void;
  released(pitch: number, time: number): void;
}

/** Hear all keyboards, those that are plugged in later too. Returns what ends it; throws {@link SoundError}. */
export async function listenToKeys(listener: KeyListener): Promise<() => void> {
  const access = await askForAccess();
  const heard = new Set<MIDIInput>();
  const hear = ({ data, timeStamp }: MIDIMessageEvent): void => {
    const [status = 0, pitch = 0, velocity = 0] = data ?? [];
    if ((status & KIND) === NOTE_ON && velocity > 0) listener.pressed(pitch, velocity, timeStamp);
    else if ((status & KIND) === NOTE_ON || (status & KIND) === NOTE_OFF) listener.released(pitch, timeStamp);
  };
  const attach = (): void => {
    for (const input of access.inputs.values()) {
      if (input.state !== "connected" || heard.has(input)) continue;
      heard.add(input);
      input.addEventListener("midimessage", hear);
    }
  };
  attach();
  if (heard.size === 0) throw new SoundError(NO_KEYBOARD);
  access.addEventListener("statechange", attach);
  return () => {
    access.removeEventListener("statechange", attach);
    for (const input of heard) input.removeEventListener("midimessage", hear);
  };
}
