/** The chart as cells on a ribbon of bars: select, drag, move, repeat and delete chords. Knows no grammar of chords. */

import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import Sortable from "sortablejs";
import { barsOf, type Cell, dropIndex, type Segment } from "../../music/edit";
import { headingsOf } from "../../music/form";
import { COMMON_METERS, isSameRow } from "../../music/piece";
import { STEPS_PER_BEAT, TimeMap } from "../../music/time";
import { chartLines, chartProblem, options, song } from "../../state/band";
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
import { isReadable } from "../../state/chart";
import { clock } from "../places";
import "../../styles/ribbon.css";

const TOUCH_DELAY = 180; // ms that a finger rests before it drags; a quicker one scrolls the page
const KEYS_ID = "ribbon-keys";

export function ChordRibbon() {
  const all = shownCells.value;
  const ribbon = useRef<HTMLDivElement>(null);
  const focused = useRef<number | null>(null); // where an edit takes the focus, until that is drawn
  const isStale = chartProblem.value !== null && cells.value === null;
  const isOfSong = isReadable.value || cells.value === null; // else the chords were changed since it was read
  const headings = isOfSong && song.value ? headingsOf(song.value) : new Map<number, string>();

  const focus = (at: number) =>
    ribbon.current?.querySelector<HTMLElement>(`[role="option"][data-cell="${at}"]`)?.focus();
  useLayoutEffect(() => {
    if (focused.current === null) return;
    focus(Math.min(focused.current, all.length - 1));
    focused.current = null;
  });

  const press = (event: KeyboardEvent) => {
    const option = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-cell]") : null;
    if (!option) return;
    const at = Number(option.dataset.cell);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) {
      const place = Math.max(0, Math.min(to, all.length - 1));
      if (!event.altKey) focus(place);
      else if (moveCell(at, place)) focused.current = place;
    } else if (event.key === "Delete" || event.key === "Backspace") {
      if (removeCell(at)) focused.current = at;
    } else if (event.key === "d" && (event.ctrlKey || event.metaKey)) {
      if (repeatCell(at)) focused.current = at + 1;
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
    <section class="ribbon" aria-label="Chart">
      <Summary />
      {all.length === 0 ? (
        <p class="ribbon-empty muted">No chords yet. Type some above, take an example, or open the chord palette.</p>
      ) : (
        <div
          ref={ribbon}
          class={`ribbon-bars ${isStale ? "is-stale" : ""}`}
          role="listbox"
          tabIndex={-1}
          aria-label="Chords of the chart"
          aria-describedby={KEYS_ID}
          onKeyDown={press}
        >
          {barsOf(all, chartLines.value).map((segments, bar) => (
            <Bar key={bar} bar={bar} segments={segments} all={all} heading={headings.get(bar)} />
          ))}
        </div>
      )}
      <p id={KEYS_ID} class="hidden">
        Enter selects a chord for the palette. Alt with the left or right arrow moves it, Delete removes it, Control D
        repeats it.
      </p>
      <p class="hidden" role="status">
        {announcement.value}
      </p>
    </section>
  );
}

function toggle(at: number): void {
  if (cells.peek() !== null) select(selected.peek() === at ? null : at);
}

/** What it is called, key, metre, bars, and time at the tempo that is set. */
function Summary() {
  const read = song.value;
  if (!read || read.chart.bars === 0) return null;
  const { chart, title, meters } = read;
  const time = clock(new TimeMap(options.value.tempo).seconds(chartLines.value.end));
  const kinds = [...new Set(meters)];
  return (
    <p class="ribbon-summary muted">
      {chartProblem.value !== null && "Before the mistake: "}
      {title && <strong class="ribbon-title">{title}</strong>}
      {title && ", "}
      {read.key ?? chart.key}
      {isSameRow(kinds, COMMON_METERS) ? "" : `, ${kinds.join(" and ")}`}, {chart.bars}{" "}
      {chart.bars === 1 ? "bar" : "bars"}, {time}
    </p>
  );
}

interface BarProps {
  readonly bar: number; // from 0
  readonly segments: readonly Segment[];
  readonly all: readonly Cell[];
  readonly heading: string | undefined; // where a section begins
}

function Bar({ bar, segments, all, heading }: BarProps) {
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (row.current) return sortable(row.current);
  }, []);
  const missing = chartLines.value.length(bar) / STEPS_PER_BEAT - segments.reduce((sum, { beats }) => sum + beats, 0);
  return (
    <div class={`ribbon-bar ${heading === undefined ? "" : "begins"}`} role="presentation">
      <span class="ribbon-number" aria-hidden="true">
        {bar + 1}
        {heading && <strong class="ribbon-heading">{heading}</strong>}
      </span>
      <div class="ribbon-row" role="presentation" ref={row}>
        {segments.map((segment, at) => (
          <SegmentCell
            key={segment.cell}
            segment={segment}
            bar={bar}
            all={all}
            heading={at === 0 ? heading : undefined}
          />
        ))}
      </div>
      {missing > 0 && <span style={{ flex: `${missing} 1 0` }} />}
    </div>
  );
}

interface SegmentProps extends Omit<BarProps, "segments"> {
  readonly segment: Segment;
}

function SegmentCell({ segment, bar, all, heading }: SegmentProps) {
  const { cell: at, beats, isContinued, continues } = segment;
  const isSelected = selected.value === at;
  const shape = ["ribbon-cell", isSelected && "is-selected", isContinued && "is-continued", continues && "continues"]
    .filter(Boolean)
    .join(" ");
  const common = { class: shape, "data-cell": at, style: { flex: `${beats} 1 0` }, onClick: () => toggle(at) };
  const name = all[at]?.name ?? "";
  if (isContinued) {
    return (
      <div {...common} aria-hidden="true">
        <span class="ribbon-name">{name}</span>
      </div>
    );
  }
  return (
    <div
      {...common}
      role="option"
      tabIndex={at === (selected.value ?? 0) ? 0 : -1}
      aria-selected={isSelected}
      aria-label={[heading, describe(all, at, bar)].filter(Boolean).join(": ")}
      title={name}
    >
      <span class="ribbon-name">{name}</span>
    </div>
  );
}

/** Let the cells of a bar be dragged, within it and to other bars. Returns how to stop that. */
function sortable(row: HTMLElement): () => void {
  let next: Node | null = null; // behind the dragged cell, where it came from
  const dragging = Sortable.create(row, {
    group: "ribbon",
    draggable: ".ribbon-cell",
    animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
    delay: TOUCH_DELAY,
    delayOnTouchOnly: true,
    touchStartThreshold: 4, // px
    forceFallback: true, // the same look in every browser
    fallbackOnBody: true,
    fallbackTolerance: 4, // px; less is a click
    ghostClass: "ribbon-ghost",
    dragClass: "ribbon-dragged",
    onStart: ({ item }) => {
      next = item.nextSibling;
    },
    onEnd: ({ item, from }) => {
      const bars = item.closest(".ribbon-bars");
      const segments = [...(bars?.querySelectorAll<HTMLElement>(".ribbon-cell") ?? [])];
      const order = segments.map((segment) => Number(segment.dataset.cell));
      const to = dropIndex(order, segments.indexOf(item));
      from.insertBefore(item, next); // the page's own drawing puts the chords in their new places
      if (cells.peek() !== null) moveCell(Number(item.dataset.cell), to);
    },
  });
  return () => dragging.destroy();
}
