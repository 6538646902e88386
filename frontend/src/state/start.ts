/** What is there when the page opens: the piece of a link or the last one, a chart that was shared. Knows no pixels. */

import { effect, untracked } from "@preact/signals";
import { getOffer, type Offer, Problem, parseChords, RETRY } from "../api";
import { movedKey } from "../music/key";
import { textOf } from "../music/text";
import type { OptionView } from "../wire";
import { offer, setOptions } from "./band";
import type { Values } from "./fields";
import { takeShared } from "./files";
import { loadText, version, withoutChart } from "./history";
import { recallOptions } from "./kept";
import { type Linked, pieceOf, playedOf, readFragment } from "./link";
import { notice } from "./notice";
import { watchScore } from "./own";
import { piece } from "./piece";
import { playedSo } from "./playing";
import { compose, isAsking, open, pieces, refreshPieces, show } from "./session";
import { hasOtherChords } from "./take-charts";

const NO_SERVER = "The server can't be reached. Is it still running? Trying again…";
const ANOTHER_MODEL =
  "The piece of this link was composed with another model. Press play to hear what the one here makes of its chords.";
const ANOTHER_VERSION =
  "The link holds something that the server doesn't know. Press play to hear what it makes of the chords without it.";

/** Ask the server what it offers and open what there is. `edited`: the field holds chords that a person left there. */
export async function start(edited: boolean): Promise<void> {
  window.addEventListener("hashchange", () => void openLink());
  const left = version.value;
  const shared = takeShared();
  offer.value = await asked();
  recallOptions();
  if (shared) setOptions({ ...withoutChart(left), ...version.value.brought }); // it was read before the options were known
  watchScore();
  await refreshPieces();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void refreshPieces(); // another tab may have changed them
  });
  if (await openLink()) return;
  const [latest] = pieces.value;
  if (latest === undefined || piece.value !== null || isAsking.value) return; // somebody was faster
  if (edited || shared) await show(latest);
  else await open(latest);
}

/** What is told relative to a model, as it is unless told otherwise. */
function asTheModelWants(fields: readonly OptionView[]): Values {
  return Object.fromEntries(fields.filter(({ relative }) => relative).map((field) => [field.name, field.default]));
}

/** What the server offers, as soon as it answers. */
async function asked(): Promise<Offer> {
  for (;;) {
    try {
      const answer = await getOffer();
      if (notice.value?.text === NO_SERVER) notice.value = null;
      return answer;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      notice.value = { kind: "problem", text: NO_SERVER };
      await new Promise((resolve) => setTimeout(resolve, RETRY));
    }
  }
}

/** What the field shows of a piece; of chords that the server can't read, those. */
async function textOfPiece({ progression, meters, sections, title, key }: Linked, shift: number): Promise<string> {
  const chart = await parseChords(progression, meters, shift).catch(() => null);
  return chart ? textOf({ chart, meters, sections, title, key: key && movedKey(key, shift) }) : progression;
}

/** Once the open piece is done, put the chords in the field that its changes left it with, unless somebody was faster. */
function showChangedChords(): void {
  const [id, text] = [piece.value?.id, version.value.text];
  const stop = effect(() => {
    const now = piece.value;
    if (now?.id === id && now?.state !== "done") return;
    queueMicrotask(() => stop());
    if (now !== null && now.id === id && version.peek().text === text) untracked(() => void open(now, playedSo.value));
  });
}

/** Open the piece that the address asks for, if it does; have it composed again where it isn't in the list. */
async function openLink(): Promise<boolean> {
  const fields = offer.value?.options ?? [];
  const linked = readFragment(location.hash, fields);
  if (linked === null) return false;
  const known = pieceOf(linked, pieces.value, fields, offer.value?.model);
  const { model, progression, meters, sections, title, key, revisions, options } = linked;
  const played = playedOf(fields, options);
  if (known !== undefined) {
    await open(known, played);
  } else {
    const { seed, tempo = null, transpose } = options;
    const isOurs = linked.isUnderstood && model === offer.value?.model;
    const set = { ...options, tempo: played.play_tempo ?? tempo, play_tempo: null, transpose: 0 };
    const text = await textOfPiece(linked, typeof transpose === "number" ? transpose : 0);
    loadText(text, { options: isOurs ? set : { ...set, ...asTheModelWants(fields), seed: null } });
    if (!isOurs) notice.value = { kind: "status", text: linked.isUnderstood ? ANOTHER_MODEL : ANOTHER_VERSION };
    else if (
      !(await compose({
        progression,
        meters,
        sections,
        title,
        ...(key !== null && { key }),
        seed,
        model,
        revisions,
        given: [],
        played: { ...played, tempo },
      }))
    )
      return true; // play asks for it again
    else if (hasOtherChords(linked)) showChangedChords();
    setOptions({ seed: null });
  }
  history.replaceState(null, "", location.pathname); // what is done next is another piece
  return true;
}
