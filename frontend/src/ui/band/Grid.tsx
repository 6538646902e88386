/** The band as a grid of players and bars: each row headed by its strip, the playing bar lit through all of them. */

import { useSignal, useSignalEffect } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { MELODY, ROLES, type Role } from "../../music/piece";
import { copy, paste } from "../../state/copying";
import { forget } from "../../state/editing";
import { open, toggleOpen } from "../../state/opened";
import { bars, heardRoles, isComposing, piece } from "../../state/piece";
import { type Player, playState } from "../../state/playback";
import { redoChange, undoChange } from "../../state/redoing";
import { between, type Place, players, select, selection } from "../../state/selecting";
import { takesPart } from "../OwnPart";
import { coloursOf, watchTheme } from "../roll/colours";
import { watchPlayhead } from "../roll/playhead";
import { Cells } from "./Cells";
import { cellKey } from "./keys";
import { listenToPointing } from "./pointing";
import { Ruler } from "./Ruler";
import { Strip } from "./Strip";
import type { BandView } from "./view";

interface Props {
  readonly view: BandView;
  readonly player: Player;
  /** Go to the tools of the selection. */
  readonly toTools: () => void;
  /** What stands over the heads. */
  readonly children?: ComponentChildren;
}

export function Grid({ view, player, toTools, children }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const grid = useRef<HTMLDivElement>(null);
  const reached = useSignal<Place | null>(null);
  const anchor = useRef<Place | null>(null);
  useRoom(view, scroller);
  usePlayhead(view, player, scroller);

  const draw = (from: Place, to: Place, isEnded: boolean): void => {
    anchor.current = from;
    reached.value = to;
    view.isDrawing.value = !isEnded;
    select(between(from, to));
  };
  useEffect(() => {
    if (!grid.current) return;
    return listenToPointing(grid.current, {
      placeAt: (x, y) => placeAt(grid.current, view, x, y),
      draw,
      anchor: () => (selection.peek() ? anchor.current : null),
    });
  }, [view]);

  const roles = ROLES.filter((role) => role === MELODY || piece.value?.tracks.includes(role) !== false);
  const [first] = players.value;
  const place = placeIn(reached.value) ?? (first === undefined ? null : { role: first, bar: 0 });
  const go = (at: Place, to: Place, isExtending: boolean): void => {
    const begun = selection.peek() && anchor.current;
    anchor.current = isExtending ? (begun ?? at) : to;
    reached.value = to;
    select(between(anchor.current, to));
    view.following.value = false;
    cellOf(grid.current, to)?.focus();
  };
  const key = (event: KeyboardEvent): void => {
    if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      if (!forget()) void (event.shiftKey ? redoChange() : undoChange());
      return;
    }
    const at = placeOf(event.target);
    const meant = at && cellKey(event, at, players.peek(), view.lines.peek().count, selection.peek() !== null);
    if (!at || !meant) return;
    event.preventDefault();
    event.stopPropagation();
    if (meant.kind === "go") go(at, meant.to, meant.isExtending);
    else if (meant.kind === "open") open(at.role);
    else if (meant.kind === "copy") copy();
    else if (meant.kind === "paste") paste();
    else if (meant.kind === "nothing") select(null);
    else if (meant.kind === "tools") toTools();
    else select({ roles: players.peek(), from: 0, to: view.lines.peek().count });
  };
  return (
    <div ref={scroller} class="band-scroller">
      <div class="band-content" style={{ "--band-frame": `${view.frame.value}px` }}>
        <div class="band-line is-ruler">
          <div class="band-corner">{children}</div>
          <Ruler view={view} player={player} />
        </div>
        {/* biome-ignore lint/a11y/useSemanticElements: cells of a table can't be moved over by arrows */}
        <div
          ref={grid}
          role="grid"
          tabIndex={-1}
          class="band-grid"
          aria-label="Players and bars"
          aria-multiselectable="true"
          aria-describedby="band-keys"
          onKeyDown={key}
          onFocusIn={({ target }) => {
            const found = placeOf(target);
            if (found) reached.value = found;
          }}
          onDblClick={({ clientX, clientY }) => {
            const found = placeAt(grid.current, view, clientX, clientY);
            if (found) toggleOpen(found.role);
          }}
        >
          {roles.map((role) => (
            // biome-ignore lint/a11y/useSemanticElements: as its grid
            // biome-ignore lint/a11y/useFocusableInteractive: its cells take the focus
            <div key={role} role="row" class={`band-line is-${role}`} {...takesPart(role)}>
              {/* biome-ignore lint/a11y/useSemanticElements: as its grid */}
              {/* biome-ignore lint/a11y/useFocusableInteractive: its buttons take the focus */}
              <div role="rowheader" class="band-head">
                <Strip role={role} player={player} view={view} />
              </div>
              {isThere(role) && <Cells role={role} view={view} reached={place} />}
            </div>
          ))}
        </div>
        <Over view={view} />
      </div>
      <p id="band-keys" class="hidden">
        Arrows select a cell, with Shift several. Enter opens the player's roll, Tab goes to what can be done.
      </p>
    </div>
  );
}

/** Whether a row has cells: a melody that isn't there has none. */
const isThere = (role: Role): boolean => role !== MELODY || heardRoles.value.includes(MELODY);

/** What goes through all rows: the playing bar and the playhead, moved without being drawn anew, and bars to come. */
function Over({ view }: { readonly view: BandView }) {
  const lit = useRef<HTMLDivElement>(null);
  useSignalEffect(() => {
    const [lines, scale, bar] = [view.lines.value, view.scale.value, view.bar.value];
    if (!lit.current) return;
    lit.current.style.transform = `translateX(${lines.onset(bar) * scale}px)`;
    lit.current.style.width = `${lines.length(bar) * scale}px`;
  });
  const [lines, scale, there] = [view.lines.value, view.scale.value, bars.value.length];
  const isMissing = piece.value !== null && there < lines.count;
  const left = lines.onset(there) * scale;
  return (
    <div class="band-over" style={{ width: `${view.content.value}px` }} hidden={piece.value === null}>
      <div ref={lit} class="band-lit" />
      {isMissing && (
        <div
          class={isComposing.value ? "roll-missing is-composing" : "roll-missing"}
          style={{ left: `${left}px`, width: `${lines.end * scale - left}px` }}
        />
      )}
      <div class="band-playhead" />
    </div>
  );
}

/** Know how much room there is, and the colours. */
function useRoom(view: BandView, scroller: { readonly current: HTMLDivElement | null }): void {
  useEffect(() => {
    const frame = scroller.current;
    const find = (selector: string) => frame?.querySelector<HTMLElement>(selector);
    const [corner, cells] = [find(".band-corner"), find(".band-cells")];
    if (!frame || !corner || !cells) return;
    const coarse = matchMedia("(pointer: coarse)");
    const measure = (): void => {
      view.frame.value = frame.clientWidth;
      view.head.value = corner.offsetWidth;
      view.height.value = cells.clientHeight;
      view.least.value = coarse.matches ? LEAST_TOUCHED : LEAST;
    };
    const sizes = new ResizeObserver(measure);
    for (const each of [frame, corner, cells]) sizes.observe(each);
    const colour = (): void => {
      view.colours.value = coloursOf(frame);
    };
    colour();
    const stopWatching = watchTheme(colour);
    return () => {
      sizes.disconnect();
      stopWatching();
    };
  }, [view, scroller]);
}

const LEAST = 30; // pixels of a bar
const LEAST_TOUCHED = 44; // a thumb's width

function usePlayhead(view: BandView, player: Player, scroller: { readonly current: HTMLDivElement | null }): void {
  useEffect(() => {
    const frame = scroller.current;
    const head = frame?.querySelector<HTMLElement>(".band-playhead");
    if (!frame || !head) return;
    const playhead = watchPlayhead(player, view, frame, head);
    const stop = new AbortController();
    const leave = (): void => {
      view.following.value = false;
    };
    frame.addEventListener("scroll", () => (view.left.value = frame.scrollLeft), { signal: stop.signal });
    frame.addEventListener("touchmove", leave, { signal: stop.signal, passive: true });
    frame.addEventListener("wheel", (event) => (event.deltaX || event.shiftKey) && leave(), {
      signal: stop.signal,
      passive: true,
    });
    frame.addEventListener("pointerdown", (event) => event.target === frame && leave(), { signal: stop.signal });
    return () => {
      playhead.stop();
      stop.abort();
    };
  }, [view, player, scroller]);
  useSignalEffect(() => {
    if (playState.value === "playing") view.following.value = true;
  });
}

/** The place as far as it is there. */
const placeIn = (place: Place | null): Place | null =>
  place !== null && players.value.includes(place.role) ? place : null;

function cellOf(grid: HTMLElement | null, { role, bar }: Place): HTMLElement | null {
  return grid?.querySelector(`[data-role="${role}"] [data-bar="${bar}"]`) ?? null;
}

/** The place of a cell; null of anything else. */
function placeOf(cell: EventTarget | null): Place | null {
  if (!(cell instanceof HTMLElement) || !cell.matches("[role=gridcell]")) return null;
  const role = players.peek().find((each) => each === cell.closest<HTMLElement>("[data-role]")?.dataset.role);
  return role === undefined ? null : { role, bar: Number(cell.dataset.bar) };
}

/** The nearest cell to a point of the page, of those that can be selected. */
function placeAt(grid: HTMLElement | null, view: BandView, x: number, y: number): Place | null {
  const rows = players.peek().flatMap((role) => {
    const box = grid?.querySelector(`[data-role="${role}"]`)?.getBoundingClientRect();
    return box ? [{ role, box, off: Math.max(box.top - y, y - box.bottom, 0) }] : [];
  });
  const nearest = rows.reduce((best, row) => (best && best.off <= row.off ? best : row), rows[0]);
  const lines = view.lines.peek();
  if (!nearest || lines.count === 0) return null;
  const bar = lines.barAt(Math.max((x - nearest.box.left) / view.scale.peek(), 0));
  return { role: nearest.role, bar: Math.min(bar, lines.count - 1) };
}
