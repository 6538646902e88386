/** Charts to begin with: one click fills in the chords, the tempo and the style. */

import { offer } from "../../state/band";
import { select } from "../../state/cells";
import { loadText } from "../../state/history";

export function Examples() {
  const examples = offer.value?.examples ?? [];
  if (examples.length === 0) return null;
  return (
    <ul class="chart-examples" aria-label="Examples">
      {examples.map(({ name, progression, tempo, style }) => (
        <li key={name}>
          <button
            type="button"
            class="button small"
            title={progression}
            onClick={() => {
              select(null);
              loadText(progression, { options: { tempo, style } });
            }}
          >
            {name}
          </button>
        </li>
      ))}
    </ul>
  );
}
