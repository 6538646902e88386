/** The chart as a score whose chords are heard, selected, dragged, moved, repeated and deleted. Knows no grammar of chords. */

import { useComputed } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import Sortable from "sortablejs";
import { dropIndex, type Segment } from "../../music/edit";
import type { ScoreBar } from "../../music/score";
import { STEPS_PER_BEAT } from "../../music/time";
import { voicingOf } from "../../music/voicing";
import { chart, chartLines, chartProblem } from "../../state/band";
import {
  announcement,
  cells,
  describe,
  moveCell,
  removeCell,
  repeatCell,
  select,
  selected,
  shownCells,
} from "../../state/cells";
import { heard } from "../../state/heard";
import { type Player, playState } from "../../state/playback";
import { writtenOrder } from "../../state/score";
import { ChordName, readName } from "./ChordName";
import { followIn } from "./follow";
import { isDense, ScoreBars } from "./ScoreBars";

const TOUCH_DELAY = 180; // ms that a finger rests before it drags; a quicker one scrolls the page
const STRUCK = 80; // velocity
const KEYS_ID = "score-keys";

interface Props {
  readonly player: Pick<Player, "strike">;
  readonly onPlay: (from: number) => void;
}

export function Score({ player, onPlay }: Props) {
  const all = shownCells.value;
  const order = writtenOrder.value;
  const box = useRef<HTMLDivElement>(null);
  const focused = useRef<number | null>(null); // where an edit takes the focus, until that is drawn
  const isStale = chartProblem.value !== null && cells.value === null;
  const isEmpty = all.length === 0;

  const focus = (at: number | undefined) =>
    box.current?.querySelector<HTMLElement>(`[role="option"][data-cell="${at}"]`)?.focus();
  useLayoutEffect(() => {
    if (focused.current === null) return;
    focus(order[Math.min(focused.current, order.length - 1)]);
    focused.current = null;
  });
  useEffect(() => (box.current ? followIn(box.current) : undefined), [isEmpty]);

  const playFrom = ({ played }: ScoreBar) => onPlay(chartLines.peek().onset(played[0] ?? 0));
  const toggle = (at: number) => {
    if (cells.peek() === null) return;
    const isOn = selected.peek() !== at;
    select(isOn ? at : null);
    const chord = chart.peek()?.chords[at];
    if (!isOn || playState.peek() !== "stopped" || chord?.name !== cells.peek()?.[at]?.name || !chord) return;
    for (const pitch of voicingOf(chord)) void player.strike("piano", pitch, STRUCK);
  };

  const press = (event: KeyboardEvent) => {
    const option = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-cell]") : null;
    if (!option) return;
    const at = Number(option.dataset.cell);
    const here = order.indexOf(at);
    const to = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: order.length - 1 }[event.key];
    if (to !== undefined) {
      const place = Math.max(0, Math.min(to, order.length - 1));
      if (!event.altKey) focus(order[place]);
      else if (moveCell(at, order[place] ?? at)) focused.current = place;
    } else if (event.key === "Delete" || event.key === "Backspace") {
      if (removeCell(at)) focused.current = here;
    } else if (event.key === "d" && (event.ctrlKey || event.metaKey)) {
      if (repeatCell(at)) focused.current = here + 1;
    } else if (event.key === "Enter" && event.shiftKey) {
      const bar = option.closest<HTMLElement>("[data-played]")?.dataset.played;
      onPlay(chartLines.peek().onset(Number(bar)));
    } else if (event.key === "Enter" || event.key === " ") {
      toggle(at);
    } else if (event.key === "Escape" && selected.value !== null) {
      select(null);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <>
      {isEmpty ? (
        <p class="score-empty muted">
          No chords yet. Type some, paste a song, take an example, or tap the chord palette.
        </p>
      ) : (
        <div
          ref={box}
          class={`score-bars ${isStale ? "is-stale" : ""} ${isDense() ? "is-dense" : ""}`}
          role="listbox"
          tabIndex={-1}
          aria-label="Chords of the chart"
          aria-describedby={KEYS_ID}
          onKeyDown={press}
        >
          <ScoreBars onBar={playFrom}>
            {(bar, at, segments) => <Row bar={bar} at={at} segments={segments} toggle={toggle} />}
          </ScoreBars>
        </div>
      )}
      <p id={KEYS_ID} class="hidden">
        Enter sounds a chord and selects it for the palette. Shift with Enter plays from its bar. Alt with the left or
        right arrow moves it, Delete removes it, Control D repeats it.
      </p>
      <p class="hidden" role="status">
        {announcement.value}
      </p>
    </>
  );
}

interface RowProps {
  readonly bar: ScoreBar;
  readonly at: number; // its place in the score
  readonly segments: readonly Segment[];
  readonly toggle: (cell: number) => void;
}

function Row({ bar, at, segments, toggle }: RowProps) {
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (row.current) return sortable(row.current);
  }, []);
  const [played = 0] = bar.played;
  const missing =
    chartLines.value.length(played) / STEPS_PER_BEAT - segments.reduce((sum, { beats }) => sum + beats, 0);
  return (
    <>
      <div class="score-row" role="presentation" ref={row} data-played={played}>
        {segments.map((segment, place) => (
          <SegmentCell key={segment.cell} {...{ bar, at, segment, place, toggle }} />
        ))}
      </div>
      {missing > 0 && <span style={{ flex: `${missing} 1 0` }} />}
    </>
  );
}

interface SegmentProps extends Omit<RowProps, "segments"> {
  readonly segment: Segment;
  readonly place: number; // in its bar
}

function SegmentCell({ bar, at, segment, place, toggle }: SegmentProps) {
  const { cell: index, beats, isContinued, continues } = segment;
  const isHeard = useComputed(() => (heard.value?.bar === at && heard.value.segment === place ? "true" : undefined));
  const all = shownCells.value;
  const cell = all[index];
  const isSelected = selected.value === index;
  const shape = ["score-cell", isSelected && "is-selected", isContinued && "is-continued", continues && "continues"]
    .filter(Boolean)
    .join(" ");
  const common = {
    class: shape,
    "data-cell": index,
    "aria-current": isHeard,
    style: { flex: `${beats} 1 0` },
    onClick: () => toggle(index),
  };
  if (cell === undefined) return null;
  if (isContinued) {
    return (
      <div {...common} aria-hidden="true">
        <ChordName cell={cell} />
      </div>
    );
  }
  const order = writtenOrder.value;
  const name = readName(cell);
  const told = describe(all, index, bar.number - 1, [order.indexOf(index), order.length], name);
  return (
    <div
      {...common}
      role="option"
      tabIndex={index === (selected.value ?? order[0]) ? 0 : -1}
      aria-selected={isSelected}
      aria-label={[...(place === 0 ? signWords(bar) : []), told].join(": ")}
      title={name}
    >
      <ChordName cell={cell} />
    </div>
  );
}

/** What stands at a bar, for who doesn't see it. */
function signWords({ heading, opens, closes, ending, before, after, meter, number }: ScoreBar): readonly string[] {
  const words = [
    heading,
    number > 1 && meter,
    opens && "repeat begins",
    ending && `ending ${ending.replace(/\.$/, "")}`,
    closes > 0 && (closes > 2 ? `repeat ends, ${closes} times` : "repeat ends"),
    ...before,
    ...after,
  ].filter((word) => !!word);
  return words.length ? [words.join(", ")] : [];
}

/** Let the cells of a bar be dragged, within it and to other bars. Returns how to stop that. */
function sortable(row: HTMLElement): () => void {
  let next: Node | null = null; // behind the dragged cell, where it came from
  const dragging = Sortable.create(row, {
    group: "score",
    draggable: ".score-cell",
    animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
    delay: TOUCH_DELAY,
    delayOnTouchOnly: true,
    touchStartThreshold: 4, // px
    forceFallback: true, // the same look in every browser
    fallbackOnBody: true,
    fallbackTolerance: 4, // px; less is a click
    ghostClass: "score-ghost",
    dragClass: "score-dragged",
    onStart: ({ item }) => {
      next = item.nextSibling;
    },
    onEnd: ({ item, from }) => {
      const segments = [...(item.closest(".score-bars")?.querySelectorAll<HTMLElement>(".score-cell") ?? [])];
      const order = segments.map((segment) => Number(segment.dataset.cell));
      const to = dropIndex(order, segments.indexOf(item));
      from.insertBefore(item, next); // the page's own drawing puts the chords in their new places
      if (cells.peek() !== null) moveCell(Number(item.dataset.cell), to);
    },
  });
  return () => dragging.destroy();
}
