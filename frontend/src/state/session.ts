/** What happens when somebody presses something: composing, opening, renaming, deleting. Knows no pixels and no sound. */

import { batch, computed, signal } from "@preact/signals";
import {
  type Arrangement,
  type ArrangementRequest,
  changeArrangement,
  createArrangement,
  deleteArrangement,
  getArrangement,
  listArrangements,
  Problem,
  RETRY,
  type Revision,
} from "../api";
import { isOfChords, movedKey } from "../music/key";
import { COMMON_METERS, type Song } from "../music/piece";
import type { Section } from "../music/wishes";
import { type End, listen } from "../stream";
import type { ChartText, GivenPart } from "../wire";
import { optionsOf, playOptionsOf, setOptions, song, wishes } from "./band";
import { accept, isReadable, namedIn } from "./chart";
import { isSameText, readText, titleOf, writtenChart } from "./chart-text";
import type { Values } from "./fields";
import { loadText, version } from "./history";
import { complain, notice } from "./notice";
import { givenParts, keepParts, recallParts } from "./own";
import { addBar, closePiece, openPiece, piece, pieceChart, pieceShift, pieceText, toldKey } from "./piece";
import { difference, playedSo, shiftOf } from "./playing";
import { chartsOf } from "./take-charts";

const GONE = 404;
const BROKEN = "The connection to the server broke. Trying again…";

/** The pieces of this browser, the latest first. */
export const pieces = signal<readonly Arrangement[]>([]);

/** Whether a piece is being asked for right now. */
export const isAsking = signal(false);

const wasBrokenOff = computed(() => piece.value?.state === "stopped" || piece.value?.state === "failed");

/** Whether what the field and the options ask for is open, in whatever key and tempo: to play it needs no composing. */
export const isCurrent = computed(() => piece.value !== null && difference.value === null && !wasBrokenOff.value);

/** The chords of a piece, the metres of its bars, its sections, and its chart: its title, its key, and how it is written. */
interface Played extends Pick<Arrangement, "progression" | "meters"> {
  readonly sections?: readonly Section[];
  readonly title?: string;
  readonly key?: string;
  readonly chart?: ChartText | null;
}

/** What a piece must have, whatever stands in the field. */
interface Exactly extends Partial<Played> {
  readonly played?: Values; // its tempo too
  readonly seed?: number;
  readonly model?: string;
  readonly revisions?: readonly Revision[];
  readonly given?: readonly GivenPart[];
}

/** Have the band compose what is in the field; a piece that was broken off, from its own seeds. Whether it began. */
export async function compose(exactly?: Exactly): Promise<boolean> {
  if (isAsking.value) return false;
  isAsking.value = true;
  notice.value = null;
  const {
    played: so,
    given = givenParts(),
    ...asked
  }: Exactly = exactly ?? (difference.value === null ? asOpen() : {});
  const { seed, ...others } = wishes.value;
  const chosen = typeof seed === "number" ? { seed } : {};
  const { title, key, chart, ...field } = played();
  const told = { ...(title && { title }), ...(key && { key }), ...(chart && { chart }) };
  const named = asked.progression === undefined ? told : {}; // of other chords it is none of these
  const request: ArrangementRequest = { ...field, ...named, ...others, ...chosen };
  try {
    const arrangement = await createArrangement({ ...request, ...so, ...asked, ...(given.length > 0 && { given }) });
    keepParts(arrangement.id, given);
    if (exactly?.given) recallParts(arrangement.id);
    void refreshPieces();
    return await show(arrangement);
  } catch (error) {
    report(error);
    return false;
  } finally {
    isAsking.value = false;
  }
}

/** The open piece once more, to the note. */
function asOpen(): Exactly {
  if (piece.value === null) return {};
  const { id, progression, meters, sections, title, key, chart, seed, revisions, tempo } = piece.value;
  const given = givenParts(id);
  const same = { progression, meters, sections, title, key, chart, seed, revisions, given };
  return { ...same, played: { ...playedSo.value, tempo } };
}

/** What was read in the field. */
function played() {
  const read = song.value;
  return {
    progression: read?.chart.progression ?? "",
    meters: read?.meters ?? COMMON_METERS,
    sections: read?.passages ?? [],
    title: titleOf(read),
    key: read?.key ?? null,
    chart: writtenChart.value,
  };
}

/** Have another version composed: the same chords and options, other notes. */
export function composeAnother(): Promise<boolean> {
  setOptions({ seed: null });
  return compose({});
}

let openings = 0; // what was asked for before the last of them is void

/**
 * Open a piece of the list: its chart, as it is written or else its chords, in the key in which it is played, and its
 * options come back with it. `played`: in another way.
 */
export async function open(arrangement: Arrangement, played: Values = {}): Promise<void> {
  openings += 1;
  const mine = openings;
  const { chart = null } = arrangement; // pieces that the browser kept before have none
  try {
    const written = writtenChart.peek();
    const isWritten = chart !== null && written !== null && isSameText(written, chart);
    const read = chart === null || isWritten ? null : await readText(chart);
    if (mine !== openings || !(await show(arrangement, played))) return;
    recallParts(arrangement.id, pieceShift.value);
    const options = optionsOf({ ...arrangement, ...played });
    if (chart !== null && read !== null && isOfPiece(read)) {
      const { text, name = "", choices = {} } = chart;
      batch(() => {
        loadText(text, { name, choices, taken: namedIn(read), options }); // the piece's own tempo and style, not the chart's
        accept(version.peek(), read);
      });
      return;
    }
    const isThere = isReadable.value && song.value !== null && isOfPiece(song.value);
    const text = isThere ? version.value.text : pieceText.value;
    if (text !== null) loadText(text, { options });
  } catch (error) {
    report(error);
  }
}

/** Whether something that was read is the open piece's chart, as it is played now. */
function isOfPiece(read: Song): boolean {
  const chart = pieceChart.value;
  if (chart === null || shiftOf(read) === null || !chart.progression.startsWith(read.chart.progression)) return false;
  const key = toldKey.value && movedKey(toldKey.value, pieceShift.value);
  const isInKey = key === null || isOfChords(key, chart) || key === read.key;
  return isInKey && (!piece.value?.title || piece.value.title === titleOf(read));
}

let stopListening = (): void => {};

/** Open a piece as it is, with its feel, without its chords and other options. False: another was opened meanwhile. */
export async function show(arrangement: Arrangement, played: Values = {}): Promise<boolean> {
  openings += 1;
  const mine = openings;
  const so: Arrangement = { ...arrangement, ...played };
  const charts = await chartsOf(arrangement, so.transpose, song.peek());
  const [first] = charts;
  if (mine !== openings || first === undefined) return false;
  batch(() => {
    setOptions(playOptionsOf(so));
    openPiece(arrangement, first.own, first.moved, so, charts);
  });
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

/** Take in that a piece of the list has changed. */
export function updatePiece(changed: Arrangement): void {
  pieces.value = pieces.value.map((each) => (each.id === changed.id ? changed : each));
}

export async function rename(id: string, name: string): Promise<void> {
  try {
    const renamed = await changeArrangement(id, { name });
    if (piece.value?.id === id) piece.value = { ...piece.value, name: renamed.name, file_name: renamed.file_name };
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
export function report(error: unknown): void {
  if (!(error instanceof Problem)) throw error;
  complain(error.retryAfter === null ? error.message : `${error.message} (in ${Math.ceil(error.retryAfter)} s)`);
}
