/**
 * Notes of the open piece, edited by hand: whose, which are chosen, and what is sent when a gesture ends. What was edited is
 * shown at once and locked. Knows no pixels and no sound.
 */

import { batch, computed, effect, signal } from "@preact/signals";
import { movedBy, shiftsOf } from "../music/feel";
import { type Changed, changedBars, chosenOf, type Keys, type Part, partOf } from "../music/part";
import type { Role } from "../music/piece";
import { STEPS_PER_BEAT } from "../music/time";
import { compasses } from "./offer";
import {
  bars,
  type Draft,
  draftedTakes,
  drafts,
  heardCandidate,
  ownChart,
  piece,
  pieceLines,
  pieceShift,
  take,
} from "./piece";
import { giveNotes, hasCandidates, isChanging } from "./redoing";
import { lockBars, players } from "./selecting";

const NOBODY: Keys = new Set();
const PAUSE = 500; // milliseconds without a key after which a gesture by keys has ended
const KIT = { lowest: 35, highest: 81 }; // drum sounds of General MIDI
const ALL = { lowest: 0, highest: 127 };

const isWished = signal(false);
const wished = signal<Role>("piano");
/** Whether notes can be edited: the piece is done and nothing waits to be chosen. */
export const canEdit = computed(
  () => piece.value?.state === "done" && players.value.length > 0 && !hasCandidates.value,
);
export const isEditing = computed(() => isWished.value && canEdit.value);
/** Whose notes are edited. */
export const editedRole = computed<Role>(() =>
  players.value.includes(wished.value) ? wished.value : (players.value[0] ?? "piano"),
);
/** To so many steps places snap: sixteenths are 3. */
export const grid = signal(3);
const chosenKeys = signal<Keys>(NOBODY);
const preview = signal<Part | null>(null);

const heard = computed<Part>(() => (isEditing.value ? partOf(bars.value, editedRole.value) : []));
/** The player's notes as they are seen: with the gesture that is under way. */
export const part = computed<Part>(() => preview.value ?? heard.value);
/** Those that are chosen, as far as they are there. */
export const chosen = computed<Part>(() => chosenOf(part.value, chosenKeys.value));
export const keys = computed<Keys>(() => chosenKeys.value);
/** The velocity of what is chosen; null where nothing is. */
export const velocity = computed(() => {
  const all = chosen.value.map(([, , , each]) => each);
  return all.length ? Math.round(all.reduce((sum, each) => sum + each, 0) / all.length) : null;
});
/** The length of the notes that are added: as the last that was chosen. */
export const length = signal(STEPS_PER_BEAT / 2);
/** Where notes may stand: in the instrument's compass, and as far beyond it as the player goes. */
export const room = computed(() => {
  const compass = compasses.value.get(editedRole.value) ?? ALL;
  const { lowest, highest } = editedRole.value === "drums" ? KIT : compass;
  const there = heard.value.map(([, , pitch]) => pitch);
  const [low, high] = [Math.min(lowest, ...there), Math.max(highest, ...there)];
  const pitches = Array.from({ length: high - low + 1 }, (_, row) => low + row);
  const beats = ownChart.value?.beats ?? 0;
  return { end: Math.min(pieceLines.value.end, Math.ceil(beats * STEPS_PER_BEAT)), pitches };
});

export function edit(isOn: boolean): void {
  flush();
  batch(() => {
    isWished.value = isOn;
    choose(NOBODY);
  });
}

/** Edit the notes of another player. */
export function editPlayer(role: Role): void {
  flush();
  batch(() => {
    wished.value = role;
    choose(NOBODY);
  });
}

export function choose(chosen: Keys): void {
  chosenKeys.value = chosen;
  const [note] = chosenOf(part.peek(), chosen);
  if (note !== undefined && editedRole.peek() !== "drums") length.value = note[1];
}

/** Show what a gesture would make of the notes. */
export function show({ part: now, keys: meant }: Changed): void {
  batch(() => {
    preview.value = now;
    choose(meant);
  });
}

let timer: ReturnType<typeof setTimeout> | undefined;

/** The same of a key: the gesture ends after a pause. */
export function showByKey(changed: Changed): void {
  show(changed);
  clearTimeout(timer);
  timer = setTimeout(flush, PAUSE);
}

/** Forget the gesture that is under way; whether there was one. */
export function forget(): boolean {
  clearTimeout(timer);
  const was = preview.peek() !== null;
  preview.value = null;
  return was;
}

/** End the gesture that is under way: what it made of the notes stands from now on, locked. */
export function flush(): void {
  clearTimeout(timer);
  const [now, lines, role, of] = [preview.peek(), pieceLines.peek(), editedRole.peek(), take.peek()];
  if (now === null) return;
  const edited = changedBars(heard.peek(), now, lines);
  const shift = shiftsOf(draftedTakes.peek()[of] ?? [], pieceShift.peek(), compasses.peek()).get(role) ?? 0;
  const made = [...edited].map(([bar, notes]): Draft => ({ take: of, bar, role, notes: movedBy(notes, -shift) }));
  batch(() => {
    preview.value = null;
    stand(made);
  });
}

/** Have notes stand from now on, locked: shown at once, and sent. All are of one take, as composed. */
export function stand(made: readonly Draft[]): void {
  if (made.length === 0 || heardCandidate.peek() !== null) return;
  batch(() => {
    drafts.value = [...drafts.peek(), ...made];
    for (const { role, bar, take: of } of made) lockBars(role, [bar], of);
    queue.push({ id: piece.peek()?.id, made });
  });
  void send();
}

const queue: { readonly id: string | undefined; readonly made: readonly Draft[] }[] = [];
const waiting = (): readonly Draft[] => queue.flatMap(({ id, made }) => (id === piece.peek()?.id ? made : []));
let isSending = false;

/** Have the server take in what was edited, one gesture after the other. */
async function send(): Promise<void> {
  if (isSending) return;
  isSending = true;
  try {
    for (let next = queue[0]; next !== undefined; next = queue[0]) {
      await atRest();
      const { id, made } = next;
      const [first] = made;
      if (piece.peek()?.id === id && first !== undefined) {
        const roles = [...new Set(made.map(({ role }) => role))];
        const notesOf = (role: Role) => made.flatMap((draft) => (draft.role === role ? draft.notes : []));
        const notes = Object.fromEntries(roles.map((role) => [role, notesOf(role)]));
        await giveNotes({ notes, bars: [...new Set(made.map(({ bar }) => bar))], take: first.take });
      }
      queue.shift();
      drafts.value = waiting();
    }
  } finally {
    isSending = false;
  }
}

/** Until no other change is under way. */
function atRest(): Promise<void> {
  return new Promise((resolve) => {
    const stop = effect(() => {
      if (isChanging.value) return;
      resolve();
      queueMicrotask(() => stop());
    });
  });
}
