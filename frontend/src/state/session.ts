/** What happens when somebody presses something: composing, opening, renaming, deleting. Knows no pixels and no sound. */

import { batch, computed, signal } from "@preact/signals";
import {
  type Arrangement,
  type ArrangementRequest,
  createArrangement,
  deleteArrangement,
  getArrangement,
  listArrangements,
  Problem,
  parseChords,
  RETRY,
  type Revision,
  renameArrangement,
} from "../api";
import { type End, listen } from "../stream";
import { chart, chartProblem, chartText, offered, optionsOf, setOptions, wishes } from "./band";
import { isSame } from "./fields";
import { addBar, closePiece, openPiece, piece } from "./piece";

const GONE = 404;
const BROKEN = "The connection to the server broke. Trying again…";

/** The pieces of this browser, the latest first. */
export const pieces = signal<readonly Arrangement[]>([]);

/** Something the person should know; `status` of what goes well, `problem` of what doesn't. */
export interface Notice {
  readonly kind: "status" | "problem";
  readonly text: string;
}

export const notice = signal<Notice | null>(null);

/** Whether a piece is being asked for right now. */
export const isAsking = signal(false);

const complain = (text: string): void => {
  notice.value = { kind: "problem", text };
};

/** Whether the open piece was made from what the field and the options ask for. */
const fits = computed(() => {
  const open = piece.value;
  if (open === null || chartProblem.value !== null || chart.value?.progression !== open.progression) return false;
  const made = new Map<string, unknown>(Object.entries(open));
  return Object.entries(wishes.value).every(
    ([name, wanted]) =>
      offered(name)?.shapes === false || (name === "seed" && wanted === null) || isSame(wanted, made.get(name)),
  );
});

const wasBrokenOff = computed(() => piece.value?.state === "stopped" || piece.value?.state === "failed");

/** Whether what the field and the options ask for is open: to play it needs no composing. */
export const isCurrent = computed(() => fits.value && !wasBrokenOff.value);

/** Seed, model and revisions that a piece must have. */
interface Exactly {
  readonly seed?: number;
  readonly model?: string;
  readonly revisions?: readonly Revision[];
}

/** Have the band compose what is in the field; a piece that was broken off, from its own seeds. Whether it began. */
export async function compose(exactly?: Exactly): Promise<boolean> {
  if (isAsking.value) return false;
  isAsking.value = true;
  notice.value = null;
  const again = fits.value && piece.value ? { seed: piece.value.seed, revisions: piece.value.revisions } : {};
  const { seed, ...others } = wishes.value;
  const chosen = typeof seed === "number" ? { seed } : {};
  const request: ArrangementRequest = { progression: chartText.value, ...others, ...chosen };
  try {
    const arrangement = await createArrangement({ ...request, ...(exactly ?? again) });
    void refreshPieces();
    return await show(arrangement);
  } catch (error) {
    report(error);
    return false;
  } finally {
    isAsking.value = false;
  }
}

/** Have another version composed: the same chords and options, other notes. */
export function composeAnother(): Promise<boolean> {
  setOptions({ seed: null });
  return compose({});
}

/** Open a piece of the list: its chords and options come back with it. */
export async function open(arrangement: Arrangement): Promise<void> {
  try {
    if (!(await show(arrangement))) return;
    batch(() => {
      chartText.value = arrangement.progression;
      setOptions(optionsOf(arrangement));
    });
  } catch (error) {
    report(error);
  }
}

let openings = 0; // what was asked for before the last of them is void
let stopListening = (): void => {};

/** Open a piece as it is, without its chords and options. Whether nothing else was opened meanwhile. */
export async function show(arrangement: Arrangement): Promise<boolean> {
  openings += 1;
  const mine = openings;
  const read = chart.peek();
  const chords = read?.progression === arrangement.progression ? read : await parseChords(arrangement.progression);
  if (mine !== openings) return false;
  batch(() => openPiece(arrangement, chords));
  hear(arrangement.id);
  return true;
}

/** Hear of the open piece from its first bar on, or again. */
function hear(id: string): void {
  stopListening();
  const stop = listen(id, {
    bar: (number, bar, notes) => {
      if (notice.value?.text === BROKEN) notice.value = null;
      addBar(number, bar, notes);
    },
    ended: (end, detail) => conclude(id, end, detail),
    interrupted: (forGood) => {
      complain(BROKEN);
      if (!forGood) return;
      const timer = setTimeout(() => void hearAgain(id), RETRY);
      stopListening = () => clearTimeout(timer);
    },
  });
  stopListening = stop;
}

/** After a connection that ended for good: hear of the piece again, unless it is gone. */
async function hearAgain(id: string): Promise<void> {
  try {
    await getArrangement(id);
  } catch (error) {
    if (piece.value?.id === id && error instanceof Problem && error.status === GONE) {
      close();
      complain("This piece is no longer there: it was deleted, or it was too old.");
      void refreshPieces();
      return;
    }
  }
  if (piece.value?.id === id) hear(id);
}

function conclude(id: string, state: End, detail: string | null): void {
  void refreshPieces();
  if (piece.value?.id !== id) return;
  piece.value = { ...piece.value, state, detail };
  if (state !== "done")
    complain(`The piece was not finished: ${detail ?? state}. Press play to have it composed again.`);
  else if (notice.value?.text === BROKEN) notice.value = null;
}

function close(): void {
  stopListening();
  openings += 1;
  batch(closePiece);
}

/** Ask the server which pieces there are. */
export async function refreshPieces(): Promise<void> {
  try {
    pieces.value = await listArrangements();
  } catch (error) {
    report(error);
  }
}

export async function rename(id: string, name: string): Promise<void> {
  try {
    const renamed = await renameArrangement(id, name);
    if (piece.value?.id === id) piece.value = { ...piece.value, name: renamed.name };
  } catch (error) {
    report(error);
  }
  await refreshPieces();
}

export async function remove(id: string): Promise<void> {
  try {
    await deleteArrangement(id);
    if (piece.value?.id === id) close();
  } catch (error) {
    report(error);
  }
  await refreshPieces();
}

/** Tell the person of an error: at the chords where it is about them. Anything that is no {@link Problem} is ours. */
function report(error: unknown): void {
  if (!(error instanceof Problem)) throw error;
  if (error.kind === "chords") chartProblem.value = error;
  else complain(error.retryAfter === null ? error.message : `${error.message} (in ${Math.ceil(error.retryAfter)} s)`);
}
