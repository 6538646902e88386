/** What stands beside the rows: octaves and drum sounds. Knows the rows' heights. */

import { OCTAVE } from "../../music/piece";
import { drumLabel, drumName } from "./drums";
import { yOfDrum, yOfPitch } from "./geometry";
import type { View } from "./view";
import { pitchName } from "./words";

export function Gutter({ view }: { readonly view: View }) {
  const rows = view.rows.value;
  const { low, high, drums } = rows.extent;
  if (!view.length.value) return <div class="roll-gutter" />;
  const octaves: number[] = [];
  for (let pitch = Math.ceil(low / OCTAVE) * OCTAVE; pitch <= high; pitch += OCTAVE) octaves.push(pitch);
  return (
    <div class="roll-gutter" aria-hidden="true">
      {octaves.map((pitch) => (
        <span key={pitch} class="roll-label" style={{ top: `${yOfPitch(rows, pitch) + rows.row / 2}px` }}>
          {pitchName(pitch)}
        </span>
      ))}
      {drums.map((pitch) => (
        <span
          key={`drum ${pitch}`}
          class="roll-label is-drum"
          title={drumName(pitch)}
          style={{ top: `${yOfDrum(rows, pitch) + rows.drumRow / 2}px` }}
        >
          {drumLabel(pitch, drums)}
        </span>
      ))}
    </div>
  );
}
