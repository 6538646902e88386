/**
 * Chords changed within the person's text: the page shows them at once, the server says what the text is then. One edit
 * after the other, each of the text that the one before it left. Knows no page.
 */

import { batch, computed, signal } from "@preact/signals";
import { editChart, Problem } from "../api";
import { type Cell, cellsOf } from "../music/edit";
import { song } from "./band";
import { accept, waitFor } from "./chart";
import { goOn, type Version, version } from "./history";

/** An edit of the chords; it may be made of others than those that were there when it was asked for. */
export type Change = (cells: readonly Cell[]) => readonly Cell[];

/** Edits whose text is not known yet, and the version that they are of. */
const waiting = signal<{ readonly of: Version; readonly cells: readonly Cell[] } | null>(null);

/** The chords as they are to be; null where the text says what they are. */
export const coming = computed(() => (waiting.value?.of === version.value ? waiting.value.cells : null));

let queue: Change[] = [];
let isWorking = false;

/** Edit the text in the field, which is read. `writeAnew` does what can't be done within it. */
export function editInPlace(before: readonly Cell[], change: Change, writeAnew: (change: Change) => void): void {
  if (coming.peek() === null) queue = [];
  waiting.value = { of: version.peek(), cells: change(before) };
  queue.push(change);
  if (isWorking) return;
  isWorking = true;
  waitFor(work(writeAnew).finally(() => (isWorking = false)));
}

async function work(writeAnew: (change: Change) => void): Promise<void> {
  for (let change = queue[0]; change !== undefined; change = queue[0]) {
    const here = version.peek();
    const read = song.peek();
    if (read === null || coming.peek() === null) break; // edited elsewhere meanwhile: that counts
    const choices = here.source === null ? here.choices : {};
    const chords = change(cellsOf(read.chart)).map(({ name, beats }) => ({ name, duration: beats }));
    const answer = await editChart({ text: here.text, choices, chords }).catch(refused);
    if (version.peek() !== here) continue;
    const { text, song: found } = answer;
    batch(() => {
      if (text === null || found === null) {
        const all = queue;
        queue = [];
        waiting.value = null;
        all.forEach(writeAnew);
        return;
      }
      queue.shift();
      goOn({ ...here, text, choices, isTyped: false, source: null, changed: null, origin: null });
      accept(version.peek(), found);
      const cells = queue.reduce((all: readonly Cell[], next) => next(all), cellsOf(found.chart));
      waiting.value = queue.length ? { of: version.peek(), cells } : null;
    });
  }
  queue = [];
  waiting.value = null;
}

/** Where the server says no, or nothing, chords are written without it. Throws what is not its word. */
function refused(error: unknown): { readonly text: null; readonly song: null } {
  if (!(error instanceof Problem)) throw error;
  return { text: null, song: null };
}
