/** Keep and redo: what is selected and locked, what is played anew, three ways to choose from, and the piece's history. */

import { ROLE_NAMES } from "../music/piece";
import { piece, pieceLines } from "../state/piece";
import {
  canChange,
  canRedoChange,
  canUndoChange,
  changes,
  hasCandidates,
  isChanging,
  redo,
  redoChange,
  redone,
  undoChange,
} from "../state/redoing";
import { hasLocks, isLocked, lock, meant, parts, players, select, selection, togglePlayer } from "../state/selecting";
import { Candidates } from "./Candidates";
import { Changes } from "./Changes";
import { Icon } from "./Icon";
import "../styles/redoing.css";

const SEVERAL = 3;

export function Redoing() {
  if (piece.value?.state !== "done" || changes.value === null) return null;
  return (
    <section class="panel redoing" aria-label="Keep and redo">
      <Selected />
      <div class="redoing-actions">
        <button
          type="button"
          class="button"
          disabled={!canChange.value || parts.value.length === 0}
          title="What is selected is played anew, around all else; what is locked stays"
          onClick={() => redo()}
        >
          <Icon name="again" />
          {selection.value ? "Redo selection" : hasLocks.value ? "Redo what isn't locked" : "Redo everything"}
        </button>
        <button
          type="button"
          class="button"
          disabled={!canChange.value || parts.value.length !== 1}
          title={
            parts.value.length > 1 ? "Locks divide the selection: select a part of it" : "Three ways to choose from"
          }
          onClick={() => redo(SEVERAL)}
        >
          Three takes
        </button>
        <button
          type="button"
          class="button"
          aria-pressed={isLocked.value}
          disabled={selection.value === null}
          title="What is locked is left alone when other things are played anew"
          onClick={() => lock(!isLocked.value)}
        >
          <Icon name="lock" />
          {isLocked.value ? "Locked" : "Lock"}
        </button>
        <span class="redoing-history">
          <button
            type="button"
            class="button"
            aria-label="Undo change"
            title="Undo the last change of the piece (Ctrl+Z in the roll)"
            disabled={!canUndoChange.value}
            onClick={undoChange}
          >
            <Icon name="undo" />
          </button>
          <button
            type="button"
            class="button"
            aria-label="Redo change"
            title="Do it again (Ctrl+Shift+Z in the roll)"
            disabled={!canRedoChange.value}
            onClick={redoChange}
          >
            <Icon name="redo" />
          </button>
        </span>
      </div>
      <p class="muted redoing-state" role="status">
        {isChanging.value && (redone.value === null ? "One moment…" : `Playing it anew… ${percent(redone.value)}`)}
      </p>
      {hasCandidates.value && <Candidates />}
      <Changes />
    </section>
  );
}

const percent = (share: number): string => (share > 0 ? `${Math.round(share * 100)} %` : "");

/** Who and which bars, to set without a pointer too. */
function Selected() {
  const { roles, from, to } = meant.value;
  const isWhole = selection.value === null;
  const last = pieceLines.value.count;
  const set = (first: number, end: number): void => {
    if (first >= 0 && first < end && end <= last) select({ roles, from: first, to: end });
  };
  return (
    <fieldset class="redoing-selected">
      <legend class="hidden">Selection</legend>
      {players.value.map((role) => (
        <button
          key={role}
          type="button"
          class={`button small redoing-player is-${role}`}
          aria-pressed={!isWhole && roles.includes(role)}
          onClick={() => togglePlayer(role)}
        >
          {ROLE_NAMES[role]}
        </button>
      ))}
      <label class="redoing-bars">
        Bars
        <input
          type="number"
          class="field"
          aria-label="First bar of the selection"
          min={1}
          max={to}
          value={from + 1}
          onChange={({ currentTarget }) => set(currentTarget.valueAsNumber - 1, to)}
        />
      </label>
      <label class="redoing-bars">
        to
        <input
          type="number"
          class="field"
          aria-label="Last bar of the selection"
          min={from + 1}
          max={last}
          value={to}
          onChange={({ currentTarget }) => set(from, currentTarget.valueAsNumber)}
        />
      </label>
      <button type="button" class="button quiet small" disabled={isWhole} onClick={() => select(null)}>
        Select nothing
      </button>
    </fieldset>
  );
}
