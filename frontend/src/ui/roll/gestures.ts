/** Pointer, wheel and fingers on what scrolls. Knows elements; what a gesture does is told by who listens. */

/** What gestures mean. */
export interface Gestures {
  /** Come nearer by a factor around a place, in pixels from the left edge of what scrolls. */
  zoom(factor: number, x: number): void;
  /** The person has scrolled. */
  scrolled(): void;
}

const WHEEL_ZOOM = 0.0025; // of a pixel that the wheel was turned
const LINE = 16; // pixels, where a wheel counts lines
const DRAG = 4; // pixels that a pointer may move in a click
const INERTIA = 1200; // milliseconds that scrolling goes on after a finger has left

/** Listen to gestures on a scrolling element; `surface` is the part of it that is dragged. Returns what stops it. */
export function listenToGestures(scroller: HTMLElement, surface: HTMLElement, gestures: Gestures): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  const xOf = (clientX: number): number => clientX - scroller.getBoundingClientRect().left;
  let touched = Number.NEGATIVE_INFINITY; // when the person last did something that scrolls
  let before = scroller.scrollLeft;

  const wheel = (event: WheelEvent): void => {
    const turned = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * LINE : event.deltaY;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      gestures.zoom(Math.exp(-turned * WHEEL_ZOOM), xOf(event.clientX));
      return;
    }
    touched = performance.now();
    // A plain wheel turns the roll once it has the focus; otherwise it would catch the person who scrolls the page.
    if (event.deltaX || event.shiftKey || !scroller.contains(document.activeElement)) return;
    const left = scroller.scrollLeft;
    scroller.scrollLeft = left + turned;
    if (scroller.scrollLeft !== left) event.preventDefault();
  };

  let spread = 0; // pixels between two fingers
  const spreadOf = ([a, b]: TouchList): number =>
    a && b ? Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) : 0;
  const pinch = (event: TouchEvent): void => {
    const [a, b] = event.touches;
    touched = performance.now();
    if (!a || !b) return;
    event.preventDefault();
    const now = spreadOf(event.touches);
    if (spread > 0 && now > 0) gestures.zoom(now / spread, xOf((a.clientX + b.clientX) / 2));
    spread = now;
  };

  let grip: { readonly x: number; readonly left: number } | null = null; // where a mouse holds the surface
  let isDrag = false;
  const drag = (event: PointerEvent): void => {
    if (!grip) return;
    const moved = event.clientX - grip.x;
    if (!isDrag && Math.abs(moved) < DRAG) return;
    if (!isDrag) surface.setPointerCapture(event.pointerId);
    isDrag = true;
    touched = performance.now();
    scroller.scrollLeft = grip.left - moved;
  };
  const release = (): void => {
    grip = null;
  };

  scroller.addEventListener("wheel", wheel, { signal, passive: false });
  scroller.addEventListener("touchstart", pinch, { signal, passive: false });
  scroller.addEventListener("touchmove", pinch, { signal, passive: false });
  scroller.addEventListener("touchend", ({ touches }) => (spread = spreadOf(touches)), { signal });
  scroller.addEventListener("scroll", scrolled, { signal });
  scroller.addEventListener(
    "pointerdown",
    (event) => {
      if (event.target === scroller) touched = Number.POSITIVE_INFINITY; // its scroll bar
    },
    { signal },
  );
  scroller.addEventListener("pointerup", () => (touched = Math.min(touched, performance.now())), { signal });
  surface.addEventListener(
    "pointerdown",
    (event) => {
      isDrag = false;
      if (event.pointerType === "mouse" && event.button === 0) grip = { x: event.clientX, left: scroller.scrollLeft };
    },
    { signal },
  );
  surface.addEventListener("pointermove", drag, { signal });
  surface.addEventListener("pointerup", release, { signal });
  surface.addEventListener("pointercancel", release, { signal });
  // A drag ends in a click, which is none.
  surface.addEventListener("click", (event) => isDrag && event.stopPropagation(), { signal, capture: true });

  function scrolled(): void {
    if (scroller.scrollLeft !== before && performance.now() - touched < INERTIA) gestures.scrolled();
    before = scroller.scrollLeft;
  }
  return () => stop.abort();
}
