/** Whether the chart's text is seen: kept in the browser where the person has opened or closed it. Knows no page. */

import { computed, signal } from "@preact/signals";

const KEY = "sideman.chart-text";
const OPEN = "open";

export const isTextOpen = signal(kept());
export const isTextHidden = computed(() => !isTextOpen.value);

/** Open it, where something leads there. */
export function openText(): void {
  isTextOpen.value = true;
}

/** Open or close it by hand. */
export function toggleText(): void {
  isTextOpen.value = !isTextOpen.peek();
  try {
    if (isTextOpen.peek()) localStorage.setItem(KEY, OPEN);
    else localStorage.removeItem(KEY);
  } catch {
    // A browser that keeps nothing: the choice lasts as long as the page.
  }
}

function kept(): boolean {
  try {
    return localStorage.getItem(KEY) === OPEN;
  } catch {
    return false;
  }
}
