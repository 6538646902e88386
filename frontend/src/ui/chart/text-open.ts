/** Whether the chart's text is seen: kept in the browser where the person has opened or closed it. Knows no page. */

import { computed, signal } from "@preact/signals";
import { store, stored } from "../../state/stored";

export const TEXT_ID = "chart-text"; // of its element
const KEY = "sideman.chart-text";
const OPEN = "open";

export const isTextOpen = signal(kept());
export const isTextHidden = computed(() => !isTextOpen.value);

/** Open it, where something leads there. */
export function openText(): void {
  isTextOpen.value = true;
}

/** Close it once it is read and played, unless the person has opened it or is in it. */
export function closeText(): void {
  const isIn = document.getElementById(TEXT_ID)?.contains(document.activeElement);
  if (!kept() && !isIn) isTextOpen.value = false;
}

/** Open or close it by hand. */
export function toggleText(): void {
  isTextOpen.value = !isTextOpen.peek();
  store(KEY, isTextOpen.peek() ? OPEN : null);
}

function kept(): boolean {
  return stored(KEY) === OPEN;
}
