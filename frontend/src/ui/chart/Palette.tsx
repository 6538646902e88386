/** The chord palette: build a chart by tapping roots, qualities and durations. Names come from the server's tables. */

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { type Cell, cell } from "../../music/edit";
import { pitchClassOf } from "../../music/notes";
import { type ChordParts, NO_CHORD, nameOf } from "../../music/piece";
import { chart, chartProblem, offer } from "../../state/band";
import { addCell, cells, changeCell, select, selected, selectedCell, shownCells } from "../../state/cells";
import { ChordActions } from "./ChordActions";
import { fittingChords } from "./diatonic";
import "../../styles/palette.css";

const DURATIONS: readonly number[] = [1, 2, 4, 8]; // beats
const SHORTEST = 0.25; // beats, of those typed here
const HOME = "C major";
const MANY = 4; // chords; from there on their key is clear

/** What the qualities are called by people who play. */
const QUALITY_WORDS: Readonly<Record<string, string>> = {
  "": "major",
  m: "minor",
  "7": "seventh",
  m7: "minor 7",
  M7: "major 7",
  "m7-5": "half-dim.",
  dim: "diminished",
  sus4: "sus 4",
  "7sus4": "7 sus 4",
  aug: "augmented",
  m6: "minor 6",
  "7(9)": "ninth",
  "m7(9)": "minor 9",
  add9: "add 9",
  "6": "sixth",
  mM7: "minor maj 7",
  "7-5": "7 flat 5",
};

export function Palette() {
  const draft = useSignal({ root: "C", quality: "", slash: null as string | null });
  const beats = useSignal(4);
  const add = useRef<HTMLButtonElement>(null);
  const at = selected.value;
  const current = selectedCell.value;
  const roots = offer.value?.roots ?? [];
  const qualities = offer.value?.qualities ?? [];

  // With a chord selected the palette shows and changes that one, else the chord that Add would put in.
  const parts = current ? current.parts : draft.value;
  const duration = current ? current.beats : beats.value;
  const become = (next: Cell) => {
    if (at !== null) changeCell(at, next);
  };
  const setParts = (change: Partial<NonNullable<ChordParts>>) => {
    draft.value = { ...(parts ?? draft.value), ...change };
    if (current) become(renamed(current, draft.value));
  };
  const setBeats = (next: number) => {
    beats.value = next;
    if (current) become(cell(current.parts, next));
  };
  const put = (chosen: ChordParts) => (current ? become(renamed(current, chosen)) : addCell(cell(chosen, beats.value)));
  // The buttons of the selected chord go with it: whoever pressed the last of them by keyboard stays in the palette.
  const leave = () => {
    if (selected.peek() === null) add.current?.focus();
  };
  const isLocked = cells.value === null && chartProblem.value !== null;
  const key = useSteadyKey();

  return (
    <fieldset class="palette" disabled={isLocked}>
      <legend class="hidden">Chord palette</legend>
      <Group name={`Fits ${key}: tap to ${current ? "change" : "add"}`} kind="fits">
        {fittingChords(key).map(({ numeral, root, quality }) => (
          <button
            type="button"
            class="button palette-chord"
            key={numeral}
            aria-pressed={current ? current.name === root + quality : undefined}
            onClick={() => {
              draft.value = { root, quality, slash: null };
              put(draft.value);
            }}
          >
            <strong>{root + quality}</strong>
            <small>{numeral}</small>
          </button>
        ))}
        <button
          type="button"
          class="button palette-chord"
          aria-pressed={current ? current.parts === null : undefined}
          onClick={() => put(null)}
        >
          <strong>{NO_CHORD}</strong>
          <small>no chord</small>
        </button>
      </Group>
      <Group name="Root" kind="roots">
        {roots.map((root) => (
          <button
            type="button"
            class="button palette-root"
            key={root}
            aria-pressed={parts !== null && pitchClassOf(parts.root) === pitchClassOf(root)}
            onClick={() => setParts({ root })}
          >
            {root}
          </button>
        ))}
      </Group>
      <Group name="Quality" kind="qualities">
        {qualities.map(({ name, degrees }) => (
          <button
            type="button"
            class="button palette-chord"
            key={name}
            title={degrees}
            aria-pressed={parts?.quality === name}
            onClick={() => setParts({ quality: name })}
          >
            <strong>{(parts ?? draft.value).root + name}</strong>
            <small>{QUALITY_WORDS[name] ?? degrees}</small>
          </button>
        ))}
      </Group>
      <div class="palette-last">
        <Group name="Beats" kind="beats">
          {DURATIONS.map((choice) => (
            <button
              type="button"
              class="button"
              key={choice}
              aria-pressed={duration === choice}
              onClick={() => setBeats(choice)}
            >
              {choice}
            </button>
          ))}
          <input
            class="field palette-custom"
            type="number"
            inputMode="decimal"
            aria-label="Beats, any number"
            min={SHORTEST}
            step={SHORTEST}
            value={duration}
            onChange={({ currentTarget }) => {
              const wanted = Math.round(currentTarget.valueAsNumber / SHORTEST) * SHORTEST;
              if (wanted >= SHORTEST) setBeats(wanted);
              currentTarget.value = String(wanted >= SHORTEST ? wanted : duration);
            }}
          />
        </Group>
        <Group name="Bass" kind="bass">
          <select
            class="field"
            aria-label="Bass note"
            value={bassOf(parts, roots)}
            onChange={({ currentTarget }) => setParts({ slash: currentTarget.value || null })}
          >
            <option value="">as the root</option>
            {roots.map((root) => (
              <option key={root} value={root}>
                {root}
              </option>
            ))}
          </select>
        </Group>
        <div class="palette-do">
          {current && at !== null && (
            <>
              <ChordActions at={at} count={shownCells.value.length} onDone={leave} />
              <button
                type="button"
                class="button"
                onClick={() => {
                  select(null);
                  leave();
                }}
              >
                Done
              </button>
            </>
          )}
          <button
            type="button"
            class="button primary"
            ref={add}
            onClick={() => addCell(current ?? cell(draft.value, duration))}
          >
            Add {current?.name ?? nameOf(draft.value)}
            {current && " after it"}
          </button>
        </div>
      </div>
      <p class="palette-note muted" role="status">
        {isLocked
          ? "First mend the chords in the field."
          : current
            ? `Changing ${current.name}, chord ${(at ?? 0) + 1}.`
            : "Select a chord above to change it."}
      </p>
    </fieldset>
  );
}

/** The same time with another chord. */
function renamed(old: Cell, parts: ChordParts): Cell {
  return { ...old, name: nameOf(parts), parts };
}

/** The key of the chart. While there are few chords, it stays as it is as long as they fit: nothing moves under a finger. */
function useSteadyKey(): string {
  const key = useRef(HOME);
  const found = chart.value?.key ?? key.current;
  const fitting = fittingChords(key.current).map(({ root, quality }) => root + quality);
  const all = shownCells.value;
  if (all.length === 0) key.current = HOME;
  if (all.length >= MANY || !all.every(({ name, parts }) => parts === null || fitting.includes(name)))
    key.current = found;
  return key.current;
}

/** The bass among the notes of the palette, by its sound. */
function bassOf(parts: ChordParts | null, roots: readonly string[]): string {
  const bass = parts?.slash ?? null;
  return bass === null ? "" : (roots.find((root) => pitchClassOf(root) === pitchClassOf(bass)) ?? "");
}

function Group({ name, kind, children }: { name: string; kind: string; children: ComponentChildren }) {
  return (
    <fieldset class="palette-group">
      <legend>{name}</legend>
      <div class={`palette-grid palette-${kind}`}>{children}</div>
    </fieldset>
  );
}
