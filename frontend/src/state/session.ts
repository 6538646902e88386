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
import { textOf } from "../music/edit";
import { type Chart, COMMON_METERS, isSameRow, type Song } from "../music/piece";
import { type End, listen } from "../stream";
import { chartProblem, offer, offered, optionsOf, setOptions, song, wishes } from "./band";
import { isReadable } from "./chart";
import { isSame } from "./fields";
import { loadText, version } from "./history";
import { complain, notice } from "./notice";
import { addBar, closePiece, openPiece, piece } from "./piece";

const GONE = 404;
const BROKEN = "The connection to the server broke. Trying again…";

/** The pieces of this browser, the latest first. */
export const pieces = signal<readonly Arrangement[]>([]);

/** Whether a piece is being asked for right now. */
export const isAsking = signal(false);

/** Whether a song is what a piece was made from. */
function plays(read: Song | null, made: Played): boolean {
  return read?.chart.progression === made.progression && isSameRow(read.meters, made.meters);
}

/** Whether the open piece was made from what the field and the options ask for. */
const fits = computed(() => {
  const open = piece.value;
  if (open === null || chartProblem.value !== null || !plays(song.value, open)) return false;
  const made = new Map<string, unknown>(Object.entries(open));
  return Object.entries(wishes.value).every(
    ([name, wanted]) =>
      offered(name)?.shapes === false || (name === "seed" && wanted === null) || isSame(wanted, made.get(name)),
  );
});

const wasBrokenOff = computed(() => piece.value?.state === "stopped" || piece.value?.state === "failed");

/** Whether what the field and the options ask for is open: to play it needs no composing. */
export const isCurrent = computed(() => fits.value && !wasBrokenOff.value);

/** The chords of a piece, and the metres of its bars. */
type Played = Pick<Arrangement, "progression" | "meters">;

/** What a piece must have, whatever stands in the field. */
interface Exactly extends Partial<Played> {
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
  const request: ArrangementRequest = { ...played(), ...others, ...chosen };
  try {
    const arrangement = await createArrangement({ ...request, ...(exactly ?? again) });
    void refreshPieces();
    return (await show(arrangement)) !== null;
  } catch (error) {
    report(error);
    return false;
  } finally {
    isAsking.value = false;
  }
}

/** What was read in the field, and the name that it has there. */
function played(): Played & { readonly name?: string } {
  const { chart, meters, title } = song.value ?? { chart: null, meters: COMMON_METERS, title: "" };
  const name = [...title].slice(0, offer.value?.max_name).join("");
  return { progression: chart?.progression ?? "", meters, ...(name && { name }) };
}

/** Have another version composed: the same chords and options, other notes. */
export function composeAnother(): Promise<boolean> {
  setOptions({ seed: null });
  return compose({});
}

/** Open a piece of the list: its chords and options come back with it. */
export async function open(arrangement: Arrangement): Promise<void> {
  try {
    const chords = await show(arrangement);
    if (chords === null) return;
    const isThere = isReadable.value && plays(song.value, arrangement);
    loadText(isThere ? version.value.text : textOf({ chart: chords, ...arrangement }), {
      options: optionsOf(arrangement),
    });
  } catch (error) {
    report(error);
  }
}

let openings = 0; // what was asked for before the last of them is void
let stopListening = (): void => {};

/** Open a piece as it is, without its chords and options. Its chart; null where something else was opened meanwhile. */
export async function show(arrangement: Arrangement): Promise<Chart | null> {
  openings += 1;
  const mine = openings;
  const { progression, meters } = arrangement;
  const read = song.peek();
  const chords = read && plays(read, arrangement) ? read.chart : await parseChords(progression, meters);
  if (mine !== openings) return null;
  batch(() => openPiece(arrangement, chords));
  hear(arrangement.id);
  return chords;
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

/** Tell the person of an error. Anything that is no {@link Problem} is ours. */
function report(error: unknown): void {
  if (!(error instanceof Problem)) throw error;
  complain(error.retryAfter === null ? error.message : `${error.message} (in ${Math.ceil(error.retryAfter)} s)`);
}
