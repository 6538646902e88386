/** How much room there is, as a signal. */

import { type ReadonlySignal, signal } from "@preact/signals";

/** Whether the options and the files have a column of their own: as in app.css. */
export const isWide = matching("(min-width: 1100px)");

/** Whether what one points with first is exact, such as a mouse: only so things are dragged out of the page. */
export const hasFinePointer = matching("(pointer: fine)");

function matching(query: string): ReadonlySignal<boolean> {
  const list = window.matchMedia(query);
  const matches = signal(list.matches);
  list.addEventListener("change", () => {
    matches.value = list.matches;
  });
  return matches;
}
