/** Whether keys without Ctrl that write a character, such as L, are shortcuts too: kept in the browser. Knows no keys. */

import { effect, signal } from "@preact/signals";
import { store, stored } from "../state/stored";

const KEY = "sideman.single-keys";
const OFF = "off";

export const singleKeys = signal(stored(KEY) !== OFF);

effect(() => store(KEY, singleKeys.value ? null : OFF));
