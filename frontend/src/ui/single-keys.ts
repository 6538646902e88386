/** Whether keys without Ctrl that write a character, such as L, are shortcuts too: kept in the browser. Knows no keys. */

import { effect, signal } from "@preact/signals";

const KEY = "sideman.single-keys";
const OFF = "off";

export const singleKeys = signal(!isOff());

effect(() => {
  try {
    if (singleKeys.value) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, OFF);
  } catch {
    // A browser that keeps nothing: the choice lasts as long as the page.
  }
});

function isOff(): boolean {
  try {
    return localStorage.getItem(KEY) === OFF;
  } catch {
    return false;
  }
}
