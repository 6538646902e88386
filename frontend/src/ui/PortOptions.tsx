/** The MIDI devices of a list to choose from. */

import type { MidiPort } from "../sound/midi-out";

export function PortOptions({ ports }: { ports: readonly MidiPort[] }) {
  return (
    <>
      {ports.length === 0 && <option disabled>No MIDI device found</option>}
      {ports.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </>
  );
}
