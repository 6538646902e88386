/** What can be done to the selected chord as a whole, by a tap. Knows its place, and nothing of chords. */

import { moveCell, removeCell, repeatCell } from "../../state/cells";
import { Icon, type IconName } from "../Icon";

interface Action {
  readonly name: string;
  readonly icon: IconName;
  readonly act: (at: number) => boolean;
  readonly isPossible?: (at: number, count: number) => boolean;
}

const ACTIONS: readonly Action[] = [
  { name: "Move chord left", icon: "left", act: (at) => moveCell(at, at - 1), isPossible: (at) => at > 0 },
  {
    name: "Move chord right",
    icon: "right",
    act: (at) => moveCell(at, at + 1),
    isPossible: (at, count) => at < count - 1,
  },
  { name: "Repeat chord", icon: "repeat", act: repeatCell },
  { name: "Delete chord", icon: "remove", act: removeCell },
];

/** `at` is the place of the chord among `count`; `onDone` is called after each action. */
export function ChordActions({ at, count, onDone }: { at: number; count: number; onDone: () => void }) {
  return (
    <span class="palette-actions">
      {ACTIONS.map(({ name, icon, act, isPossible }) => (
        <button
          type="button"
          class="button palette-action"
          key={name}
          aria-label={name}
          title={name}
          aria-disabled={isPossible?.(at, count) === false} // not `disabled`, which would lose the focus at the edge
          onClick={() => {
            if (act(at)) onDone();
          }}
        >
          <Icon name={icon} />
        </button>
      ))}
    </span>
  );
}
