/** Keeping the sounding bar in sight within a box that scrolls; whoever scrolls it themselves is left alone. */

import { effect } from "@preact/signals";
import { heard } from "../../state/heard";

const ALONE = 4_000; // ms after the person has scrolled
const AHEAD = 0.28; // share of the box above the line that sounds
const MINE = ["wheel", "touchmove", "pointerdown", "keydown"] as const;

/** Have a box follow, until the returned function is called. */
export function followIn(box: HTMLElement): () => void {
  const stop = new AbortController();
  let touched = Number.NEGATIVE_INFINITY;
  for (const name of MINE) {
    box.addEventListener(name, () => (touched = performance.now()), { signal: stop.signal, passive: true });
  }
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const dispose = effect(() => {
    const bar = heard.value?.bar;
    if (bar === undefined || box.scrollHeight <= box.clientHeight + 1) return;
    if (performance.now() - touched < ALONE) return;
    const line = box.querySelector<HTMLElement>(`[data-bar="${bar}"]`);
    if (!line) return;
    const top = line.getBoundingClientRect().top - box.getBoundingClientRect().top;
    const isSeen = top >= 0 && top + 2 * line.offsetHeight <= box.clientHeight;
    if (isSeen) return;
    const to = box.scrollTop + top - box.clientHeight * AHEAD;
    box.scrollTo({ top: to, behavior: calm.matches ? "instant" : "smooth" });
  });
  return () => {
    dispose();
    stop.abort();
  };
}
