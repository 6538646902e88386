/**
 * The open piece changed in place: parts of it played anew, candidates, undo and redo. What a change makes of the piece is
 * asked for from the server. Knows no pixels and no sound.
 */

import { batch, computed, effect, signal, untracked } from "@preact/signals";
import {
  chooseCandidate,
  dropCandidates,
  type Editing,
  editNotes,
  getArrangement,
  getHistory,
  moveTo,
  type PieceHistory,
  Problem,
  parseChords,
  redoPart,
  renameRevision,
} from "../api";
import type { BarNotes } from "../music/piece";
import { listen } from "../stream";
import type { Redoing } from "../wire";
import { song } from "./band";
import { recallLocks, rememberLocks } from "./kept";
import { complain } from "./notice";
import { changePiece, piece, pieceShift, propose, type TakeBars, take } from "./piece";
import { beginSelecting, followBars, locks, parts } from "./selecting";
import { refreshPieces, report } from "./session";
import { chartsOf } from "./take-charts";

/** What was changed in the open piece; null while that isn't known. */
export const changes = signal<PieceHistory | null>(null);
/** Whether a change is under way. */
export const isChanging = signal(false);
/** How far what is played anew has come, from 0 to 1; null: nothing is. */
export const redone = signal<number | null>(null);

export const hasCandidates = computed(() => (changes.value?.candidates.length ?? 0) > 0);
/** Whether the piece can be changed now. */
export const canChange = computed(
  () => changes.value !== null && !isChanging.value && changes.value.composing === null && !hasCandidates.value,
);
export const canUndoChange = computed(() => canChange.value && (changes.value?.position ?? 0) > 0);
export const canRedoChange = computed(
  () => canChange.value && (changes.value?.position ?? 0) < (changes.value?.revisions.length ?? 0),
);

/** Have what is selected and not locked played anew in the take that is heard; of several takes one is to be chosen. */
export async function redo(takes = 1): Promise<void> {
  const of = take.peek();
  const wanted = takes === 1 ? parts.peek() : parts.peek().slice(0, 1);
  await change(async (id) => {
    for (const { tracks, bars } of wanted) await revise(id, { tracks, bars, take: of, takes });
  });
}

/** Have notes stand in bars of the open piece; false where it can't be changed now. */
export async function giveNotes(request: Editing): Promise<boolean> {
  if (!canChange.peek()) return false;
  await change((id) => editNotes(id, request));
  return true;
}

/** Have the bars whose chords or metres were changed in the field played anew, and no others. */
export async function playChange(): Promise<void> {
  const read = song.peek();
  if (read === null) return;
  const { meters } = read;
  const of = take.peek();
  await change(async (id) => {
    const shift = pieceShift.peek();
    const { progression } = shift === 0 ? read.chart : await parseChords(read.chart.progression, meters, -shift);
    await revise(id, { progression, meters, take: of });
  });
}

/** Let so many changes stand. */
export const goTo = (position: number): Promise<void> => change((id) => moveTo(id, position));

export async function undoChange(): Promise<void> {
  if (canUndoChange.peek()) await goTo((changes.peek()?.position ?? 0) - 1);
}

export async function redoChange(): Promise<void> {
  if (canRedoChange.peek()) await goTo((changes.peek()?.position ?? 0) + 1);
}

/** Let a candidate stand. */
export const choose = (candidate: number): Promise<void> => change((id) => chooseCandidate(id, candidate));

/** Leave the piece as it was before there were candidates. */
export const drop = (): Promise<void> => change((id) => dropCandidates(id));

/** Give a change another name. */
export async function nameChange(number: number, name: string): Promise<void> {
  const id = piece.peek()?.id;
  try {
    const told = id === undefined ? null : await renameRevision(id, number, name);
    if (piece.peek()?.id === id) changes.value = told;
  } catch (error) {
    report(error);
  }
}

/** Keep to the open piece's history, and keep its locks, from now on. */
export function followChanges(): () => void {
  const done = computed(() => (piece.value?.state === "done" ? piece.value.id : null));
  const stops = [
    effect(() => {
      const id = done.value;
      untracked(() => {
        batch(() => {
          changes.value = null;
          beginSelecting(id === null ? [] : recallLocks(id));
        });
        if (id !== null) void recall(id);
      });
    }),
    effect(() => {
      const locked = [...locks.value];
      const id = done.peek();
      if (id !== null) rememberLocks(id, locked);
    }),
  ];
  return () => stops.forEach((stop) => void stop());
}

/** What was changed before the page was opened, and what is under way. */
async function recall(id: string): Promise<void> {
  try {
    const told = await getHistory(id);
    if (piece.peek()?.id !== id) return;
    changes.value = told;
    if (told.composing !== null) await change(() => hearOut(id));
    else if (told.candidates.length) await offerCandidates(id, told);
  } catch (error) {
    if (!(error instanceof Problem)) throw error; // of an earlier version: it can be heard, not changed
  }
}

/** Change the open piece, and take in what it is then. */
async function change(make: (id: string) => Promise<unknown>): Promise<void> {
  const id = piece.peek()?.id;
  if (id === undefined || isChanging.peek()) return;
  isChanging.value = true;
  try {
    await make(id);
  } catch (error) {
    report(error);
  }
  try {
    await takeIn(id);
  } catch (error) {
    report(error);
  } finally {
    batch(() => {
      isChanging.value = false;
      redone.value = null;
    });
  }
}

async function revise(id: string, request: Redoing): Promise<void> {
  redone.value = 0;
  await redoPart(id, request);
  await hearOut(id);
}

/** Until what is played anew is there. */
async function hearOut(id: string): Promise<void> {
  const { failure } = await told(id, "/revisions");
  if (failure !== null) complain(`It was not played anew: ${failure}`);
}

async function takeIn(id: string): Promise<void> {
  const [now, history] = await Promise.all([getArrangement(id), getHistory(id)]);
  const [charts, { takes }] = await Promise.all([chartsOf(now, pieceShift.peek(), song.peek()), told(id, "")]);
  const before = piece.peek();
  if (before?.id !== id) return;
  batch(() => {
    followBars(before.revisions, now.revisions);
    changes.value = history;
    changePiece(now, charts, takes);
  });
  void refreshPieces();
  await offerCandidates(id, history);
}

async function offerCandidates(id: string, { candidates: [first] }: PieceHistory): Promise<void> {
  const candidates = first === undefined ? [] : (await told(id, "/revisions")).candidates;
  if (piece.peek()?.id === id) propose(first === undefined ? null : { take: first.take, bars: candidates });
}

interface Told {
  readonly takes: readonly TakeBars[];
  readonly candidates: readonly TakeBars[];
  readonly failure: string | null;
}

/** All that the server tells of a piece, or of what is played anew in it. */
function told(id: string, of: "" | "/revisions"): Promise<Told> {
  const takes: BarNotes[][] = [];
  const candidates: BarNotes[][] = [];
  return new Promise((resolve) => {
    const stop = listen(
      id,
      {
        bar: (number, bar, notes, candidate) => {
          const [rows, at] = candidate === null ? [takes, number] : [candidates, candidate];
          rows[at] ??= [];
          rows[at][bar] = notes;
        },
        progress: (bars, all) => {
          if (of !== "") redone.value = all ? bars / all : 0;
        },
        ended: (end, detail) => resolve({ takes, candidates, failure: end === "done" ? null : (detail ?? end) }),
        interrupted: (forGood) => {
          if (!forGood) return;
          stop();
          resolve({ takes, candidates, failure: "the connection to the server broke" });
        },
      },
      of,
    );
  });
}
