/** Pointers and fingers on the cells: which rectangle they draw. Knows elements; what is selected is told by who listens. */

import type { Place } from "../../state/selecting";

/** What pointing means. */
export interface Pointing {
  /** The place under a point of the page; null where there is none. */
  placeAt(x: number, y: number): Place | null;
  /** All between two places is meant; `isEnded`: that is all. */
  draw(from: Place, to: Place, isEnded: boolean): void;
  /** Where a rectangle goes on that Shift extends. */
  anchor(): Place | null;
}

const HOLD = 350; // milliseconds that a finger rests before it draws; sooner it scrolls
const SLIP = 8; // pixels that it may move meanwhile

/** Listen to pointers on an element. A finger's tap selects a cell, a mouse draws at once. Returns what stops it. */
export function listenToPointing(grid: HTMLElement, pointing: Pointing): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  let from: Place | null = null; // where a rectangle is being drawn from
  let to: Place | null = null;
  let pressed: { readonly place: Place; readonly x: number; readonly y: number } | null = null; // by a finger
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isMeant = false; // the touch that ends now selected something

  const begin = (start: Place, here: Place): void => {
    from = start;
    to = here;
    pointing.draw(from, to, false);
  };
  const down = (event: PointerEvent): void => {
    const isCell = event.target instanceof Element && event.target.closest("[role=gridcell]") !== null;
    const place =
      isCell && event.button === 0 && event.isPrimary ? pointing.placeAt(event.clientX, event.clientY) : null;
    if (place === null) return;
    if (event.pointerType !== "touch") {
      grid.setPointerCapture(event.pointerId);
      begin((event.shiftKey && pointing.anchor()) || place, place);
      return;
    }
    pressed = { place, x: event.clientX, y: event.clientY };
    timer = setTimeout(() => begin(place, place), HOLD);
  };
  const move = (event: PointerEvent): void => {
    if (pressed && from === null && Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > SLIP) forget();
    const here = from && pointing.placeAt(event.clientX, event.clientY);
    if (!from || !here || (here.role === to?.role && here.bar === to.bar)) return;
    to = here;
    pointing.draw(from, to, false);
  };
  const up = (): void => {
    isMeant = pressed !== null;
    if (from === null && pressed) begin(pressed.place, pressed.place);
    if (from && to) pointing.draw(from, to, true);
    forget();
  };
  function forget(): void {
    clearTimeout(timer);
    pressed = from = to = null;
  }
  const cancel = (): void => {
    if (from && to) pointing.draw(from, to, true);
    forget();
  };
  grid.addEventListener("pointerdown", down, { signal });
  grid.addEventListener("pointermove", move, { signal });
  grid.addEventListener("pointerup", up, { signal });
  grid.addEventListener("pointercancel", cancel, { signal });
  // While a finger draws, the page doesn't scroll, and no menu opens.
  grid.addEventListener("touchmove", (event) => from && event.cancelable && event.preventDefault(), {
    signal,
    passive: false,
  });
  // Tools may have come up under the finger: the click that follows a touch is not for them.
  grid.addEventListener(
    "touchend",
    (event) => {
      if (isMeant && event.cancelable) event.preventDefault();
      isMeant = false;
    },
    { signal, passive: false },
  );
  grid.addEventListener("contextmenu", (event) => (from || pressed) && event.preventDefault(), { signal });
  return () => {
    clearTimeout(timer);
    stop.abort();
  };
}
