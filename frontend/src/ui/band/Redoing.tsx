/** Keep and redo: what is done with the selected cells, three ways to choose from, and the piece's history. */

import "../../styles/redoing.css";
import { useLayoutEffect, useRef } from "preact/hooks";
import { ROLE_NAMES } from "../../music/piece";
import { copied, copy, paste, target } from "../../state/copying";
import { opened } from "../../state/opened";
import { piece, pieceLines } from "../../state/piece";
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
} from "../../state/redoing";
import {
  hasLocks,
  isLocked,
  lock,
  meant,
  parts,
  players,
  type Selection,
  select,
  selection,
  togglePlayer,
} from "../../state/selecting";
import { Candidates } from "../Candidates";
import { Changes } from "../Changes";
import { Icon } from "../Icon";
import { MidiFile } from "../MidiFile";
import { Steps } from "../Steps";
import type { BandView } from "./view";

const SEVERAL = 3;

export function Redoing({ view }: { readonly view: BandView }) {
  if (piece.value?.state !== "done" || changes.value === null) return null;
  return (
    <section class="redoing" aria-label="Keep and redo">
      <div class="redoing-bar">
        <span class="redoing-history">
          <Steps
            look="small"
            undo={{
              name: "Undo change",
              title: "Undo the last change of the piece (Ctrl+Z in the band)",
              isPossible: canUndoChange,
              go: undoChange,
            }}
            redo={{
              name: "Redo change",
              title: "Do it again (Ctrl+Shift+Z in the band)",
              isPossible: canRedoChange,
              go: redoChange,
            }}
          />
        </span>
        <Tools view={view} />
        <p class="muted redoing-state" role="status">
          {isChanging.value && (redone.value === null ? "One moment…" : `Playing it anew… ${percent(redone.value)}`)}
        </p>
        <Changes />
      </div>
      {hasCandidates.value && <Candidates />}
    </section>
  );
}

const percent = (share: number): string => (share > 0 ? `${Math.round(share * 100)} %` : "");

/** What can be done with the selection, where it is; without one, with everything. */
function Tools({ view }: { readonly view: BandView }) {
  const tools = useRef<HTMLDivElement>(null);
  const isSelected = selection.value !== null;
  const isOverRoll = opened.value !== null && view.arrangement.value === "stacked"; // they would lie on its notes
  const isFloating = isSelected && !isOverRoll;
  usePlace(tools, view, isFloating);
  const toCell = (): void => {
    if (!isSelected) return;
    tools.current?.closest(".band")?.querySelector<HTMLElement>(".band-cell[tabindex='0']")?.focus();
  };
  const close = (): void => {
    toCell();
    select(null);
  };
  const redoNow = (takes: number): void => {
    toCell(); // a button that can't be pressed for a while would lose the focus
    void redo(takes);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset groups fields, these are buttons
    <div
      ref={tools}
      role="group"
      aria-label="What is selected"
      class={isFloating ? "redoing-tools is-floating" : "redoing-tools"}
      hidden={isSelected && (view.isDrawing.value || hasCandidates.value)}
      onKeyDown={(event) => event.key === "Escape" && close()}
    >
      <button
        type="button"
        class="button small redoing-first"
        disabled={!canChange.value || parts.value.length === 0}
        title="What is selected is played anew, around all else; what is locked stays"
        onClick={() => redoNow(1)}
      >
        <Icon name="again" />
        {isSelected ? "Redo selection" : hasLocks.value ? "Redo what isn't locked" : "Redo everything"}
      </button>
      <button
        type="button"
        class="button small"
        disabled={!canChange.value || parts.value.length !== 1}
        title={parts.value.length > 1 ? "Locks divide the selection: select a part of it" : "Three ways to choose from"}
        onClick={() => redoNow(SEVERAL)}
      >
        Three takes
      </button>
      {isSelected && <OfSelection />}
      <details class="redoing-fields">
        <summary class="button small">Players and bars</summary>
        <Fields />
      </details>
      {isSelected && (
        <button
          type="button"
          class="button quiet small"
          aria-label="Select nothing"
          title="Select nothing (Escape)"
          onClick={close}
        >
          <Icon name="close" />
        </button>
      )}
    </div>
  );
}

/** What needs a selection. */
function OfSelection() {
  const { roles, from, to } = meant.value;
  return (
    <>
      <button
        type="button"
        class="button small"
        aria-pressed={isLocked.value}
        title="What is locked is left alone when other things are played anew"
        onClick={() => lock(!isLocked.value)}
      >
        <Icon name="lock" />
        {isLocked.value ? "Locked" : "Lock"}
      </button>
      <button
        type="button"
        class="button small"
        title="Copy these notes, to have them in other bars of the same players too (Ctrl+C)"
        onClick={copy}
      >
        <Icon name="copy" />
        Copy
      </button>
      {copied.value !== null && (
        <button
          type="button"
          class="button small"
          disabled={target.value === null}
          title={`Have ${selectionWords(copied.value)} here too (Ctrl+V)`}
          onClick={paste}
        >
          <Icon name="paste" />
          Paste
        </button>
      )}
      <MidiFile
        words="MIDI"
        look="small"
        about={`The MIDI of ${selectionWords(meant.value)}`}
        roles={roles}
        bars={{ from, to }}
      />
    </>
  );
}

/** "bars 2–3 of piano, bass". */
export function selectionWords({ roles, from, to }: Selection): string {
  const where = to - from === 1 ? `bar ${to}` : `bars ${from + 1}–${to}`;
  return `${where} of ${roles.map((role) => ROLE_NAMES[role].toLowerCase()).join(", ")}`;
}

const GAP = 8; // pixels

/** Have floating tools below the selection, within the frame; on a phone over the transport. */
function usePlace(tools: { readonly current: HTMLDivElement | null }, view: BandView, isFloating: boolean): void {
  const [chosen, scale, left, head, frame] = [
    selection.value,
    view.scale.value,
    view.left.value,
    view.head.value,
    view.frame.value,
  ];
  const arrangement = view.arrangement.value;
  const isDrawing = view.isDrawing.value;
  useLayoutEffect(() => {
    const element = tools.current;
    const box = element?.closest(".band-frame");
    if (!element || !box) return;
    const place = (): void => {
      const isBelow = isFloating && arrangement !== "stacked";
      const last = box.querySelector(`[data-role="${chosen?.roles.at(-1)}"]`);
      const above = (last?.getBoundingClientRect().bottom ?? 0) - box.getBoundingClientRect().top;
      const x = head + pieceLines.peek().onset(chosen?.from ?? 0) * scale - left;
      const room = frame - head - 2 * GAP;
      element.style.maxWidth = isBelow ? `${room}px` : "";
      const most = frame - element.offsetWidth - GAP;
      const transport = document.querySelector<HTMLElement>(".transport")?.offsetHeight ?? 0;
      Object.assign(element.style, {
        top: isBelow ? `${above + GAP}px` : "",
        left: isBelow ? `${Math.max(Math.min(x, most), head + GAP)}px` : "", // over cells alone
        bottom: isFloating && !isBelow ? `${transport + GAP}px` : "",
      });
    };
    const sizes = new ResizeObserver(place);
    sizes.observe(element);
    place();
    return () => sizes.disconnect();
  }, [tools, chosen, scale, left, head, frame, arrangement, isDrawing, isFloating]);
}

/** Who and which bars, to set without a pointer too. */
function Fields() {
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
    </fieldset>
  );
}
