/** Whose notes are edited, on which grid, and what can be done with those that are chosen. */

import "../../styles/editing.css";
import { keyOf, struck, without } from "../../music/part";
import { ROLE_NAMES, type Role } from "../../music/piece";
import {
  chosen,
  edit,
  editedRole,
  editPlayer,
  flush,
  grid,
  isEditing,
  part,
  show,
  velocity,
} from "../../state/editing";
import { canEditOpened } from "../../state/opened";
import { piece, pieceLines } from "../../state/piece";
import type { Player } from "../../state/playback";
import { players } from "../../state/selecting";
import { chosenWords } from "./words";

const GRIDS: readonly (readonly [steps: number, name: string])[] = [
  [12, "Quarters"],
  [6, "Eighths"],
  [4, "Triplets"],
  [3, "Sixteenths"],
  [1, "Finest"],
];
const KEYS =
  "Arrows move, with Shift they lengthen and go by octaves, Ctrl and left or right go to another note, " +
  "plus and minus change the velocity, Enter adds, Delete deletes, Escape chooses nothing.";

export function EditButton() {
  if (piece.value?.state !== "done") return null;
  return (
    <button
      type="button"
      class="button small"
      aria-pressed={isEditing.value}
      disabled={!canEditOpened.value}
      title="Move, lengthen, add and delete the notes of a player; what was edited is locked"
      onClick={() => edit(!isEditing.peek())}
    >
      Edit notes
    </button>
  );
}

export function EditTools({ player }: { readonly player: Player }) {
  const names = new Set(chosen.value.map(keyOf));
  const isNone = names.size === 0;
  const sound = (): void => {
    const [note] = chosen.peek();
    if (note) void player.strike(editedRole.peek(), note[2], note[3]);
  };
  return (
    <fieldset class="editing">
      <legend class="hidden">Edit notes</legend>
      <label class="editing-field">
        Player
        <select
          class="field"
          value={editedRole.value}
          onChange={({ currentTarget }) => editPlayer(currentTarget.value as Role)}
        >
          {players.value.map((role) => (
            <option key={role} value={role}>
              {ROLE_NAMES[role]}
            </option>
          ))}
        </select>
      </label>
      <label class="editing-field">
        Grid
        <select
          class="field"
          value={grid.value}
          onChange={({ currentTarget }) => {
            grid.value = Number(currentTarget.value);
          }}
        >
          {GRIDS.map(([steps, name]) => (
            <option key={steps} value={steps}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label class="editing-field editing-velocity">
        Velocity
        <input
          type="range"
          min={1}
          max={127}
          disabled={isNone}
          value={velocity.value ?? 64}
          onInput={({ currentTarget }) => show(struck(part.peek(), names, currentTarget.valueAsNumber))}
          onChange={() => {
            flush();
            sound();
          }}
        />
        <output>{velocity.value ?? "–"}</output>
      </label>
      <button
        type="button"
        class="button small"
        disabled={isNone}
        onClick={() => {
          show(without(part.peek(), names));
          flush();
        }}
      >
        Delete notes
      </button>
      <p class="muted editing-state">
        {isNone
          ? "Press a note, or an empty place twice to add one."
          : chosenWords(editedRole.value, chosen.value, pieceLines.value)}
      </p>
      <p id="edit-keys" class="hidden">
        {KEYS}
      </p>
    </fieldset>
  );
}
