/** The cells of a player: its notes bar by bar, what is selected, locked, or waits to be chosen. */

import { type ReadonlySignal, useComputed, useSignalEffect } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { ROLE_NAMES, type Role } from "../../music/piece";
import { audible } from "../../state/band";
import { bars, candidates, piece, take } from "../../state/piece";
import { changes } from "../../state/redoing";
import { lockedBars, type Place, players, selection } from "../../state/selecting";
import { fitCanvas } from "../canvas";
import { type Ink, inkOf, type Span, spanOf } from "./layout";
import { CellPainter } from "./paint-cells";
import type { BandView } from "./view";

const CHUNK = 16; // bars on one canvas: one of all bars of a long piece would be larger than browsers take

interface Props {
  readonly role: Role;
  readonly view: BandView;
  readonly reached: Place | null; // that the tab key leads to
}

export function Cells({ role, view, reached }: Props) {
  const { count } = view.lines.value;
  const ink = useComputed(() => inkOf(bars.value, role, view.lines.value));
  const span = useComputed(() => spanOf(bars.value, role));
  const chunks = Array.from({ length: Math.ceil(count / CHUNK) }, (_, index) => index * CHUNK);
  return (
    <div
      class={`band-cells${audible.value.has(role) ? "" : " is-silent"}`}
      role="presentation"
      data-role={role}
      style={{ width: `${view.content.value}px` }}
    >
      <span aria-hidden="true">
        {chunks.map((first) => (
          <Picture
            key={first}
            role={role}
            view={view}
            ink={ink}
            span={span}
            first={first}
            last={Math.min(first + CHUNK, count)}
          />
        ))}
      </span>
      <Marks role={role} view={view} reached={reached} />
    </div>
  );
}

/** What can be selected, and what is the matter with it. */
function Marks({ role, view, reached }: Props) {
  if (!players.value.includes(role) || piece.value?.state !== "done") return null;
  const { lines, scale } = { lines: view.lines.value, scale: view.scale.value };
  const locked = new Set(lockedBars(role));
  const chosen = selection.value?.roles.includes(role) ? selection.value : null;
  const offered = offeredBars(role);
  return Array.from({ length: lines.count }, (_, bar) => {
    const isSelected = chosen !== null && bar >= chosen.from && bar < chosen.to;
    const states = { locked: locked.has(bar), offered: offered.has(bar) };
    return (
      // biome-ignore lint/a11y/useSemanticElements: as its grid
      <div
        key={bar}
        role="gridcell"
        class={`band-cell${isSelected ? " is-selected" : ""}${states.locked ? " is-locked" : ""}${
          states.offered ? " is-offered" : ""
        }`}
        data-bar={bar}
        tabIndex={reached?.role === role && reached.bar === bar ? 0 : -1}
        aria-selected={isSelected}
        aria-label={cellWords(role, bar, bars.value[bar]?.[role]?.length ?? 0, states)}
        style={{ left: `${lines.onset(bar) * scale}px`, width: `${lines.length(bar) * scale}px` }}
      />
    );
  });
}

/** The bars of a player in which new takes differ, as long as one is to be chosen. */
function offeredBars(role: Role): ReadonlySet<number> {
  const [first] = changes.value?.candidates ?? [];
  const isHere = first !== undefined && candidates.value?.take === take.value && first.tracks.includes(role);
  return new Set(isHere ? first.bars : []);
}

/** "Piano, bar 3, 7 notes, locked". */
export function cellWords(
  role: Role,
  bar: number,
  notes: number,
  { locked, offered }: { readonly locked: boolean; readonly offered: boolean },
): string {
  const count = notes === 0 ? "rests" : `${notes} note${notes === 1 ? "" : "s"}`;
  const words = [ROLE_NAMES[role], `bar ${bar + 1}`, count];
  if (locked) words.push("locked");
  if (offered) words.push("to be chosen");
  return words.join(", ");
}

interface PictureProps {
  readonly role: Role;
  readonly view: BandView;
  readonly ink: ReadonlySignal<readonly (readonly Ink[])[]>;
  readonly span: ReadonlySignal<Span>;
  readonly first: number;
  readonly last: number;
}

/** The notes of some bars. */
function Picture({ role, view, ink, span, first, last }: PictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useMemo(() => new CellPainter(), []);
  const frame = useRef(0);
  const draw = useRef(() => {});
  useSignalEffect(() => {
    const [lines, scale, height, colours] = [view.lines.value, view.scale.value, view.height.value, view.colours.value];
    const scene = { ink: ink.value, span: span.value, lines, first, last, scale, height };
    if (colours === null || height === 0 || lines.count < last) return;
    draw.current = () => {
      frame.current = 0;
      const [left, width] = [lines.onset(first) * scale, (lines.onset(last) - lines.onset(first)) * scale];
      const fitted = fitCanvas(canvas.current, { left, width, height });
      if (fitted === null) return;
      const { context, ratio } = fitted;
      painter.paint(context, { ...scene, ratio, colour: colours.tracks[role] });
    };
    frame.current ||= requestAnimationFrame(() => draw.current());
  });
  useEffect(() => () => cancelAnimationFrame(frame.current), []);
  return <canvas ref={canvas} class="band-picture" data-testid="notes-small" />;
}
