/**
 * What the browser keeps for when the server is out of reach: the page, what the server offers, and the pieces that were
 * opened. The page's worker keeps it; here it is told what. Knows no pixels.
 */

import { computed, effect, signal, untracked } from "@preact/signals";
import { type Call, callOf, isKept } from "../api";
import { movedKey } from "../music/key";
import { textOf } from "../music/text";
import { eventsOf } from "../stream";
import { textOfVersion, version } from "./history";
import { charts, keyBeside, piece, type TakeChart } from "./piece";
import { instrumentsThere } from "./playback";
import { changes } from "./redoing";
import { pieces, refreshPieces } from "./session";

const WORKER = "/sw.js";
const INSTRUMENTS = "/instruments/";
const CALM = 1_000; // ms after which a piece that changes is kept as it is then
const AGAIN = 10_000; // ms between looks for a server that is away

/** Whether the browser keeps pages: over https, or from the machine itself. */
const worker = signal<ServiceWorker | null>(null);

/** Have the page kept, and the open piece as it changes, from now on. Pages that aren't built do without. */
export function keepPage(): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  void register().catch(() => {}); // it is a convenience: nothing is told where it fails
  keepPieces((calls) => worker.value?.postMessage(calls));
}

async function register(): Promise<void> {
  await navigator.serviceWorker.register(WORKER);
  worker.value = (await navigator.serviceWorker.ready).active;
}

/** Tell `keep` what is worth keeping, each time that it has changed; and look for a server that is away. */
export function keepPieces(keep: (calls: readonly Call[]) => void): () => void {
  const opened = computed(() => (piece.value?.state === "done" ? piece.value : null));
  const stops = [
    effect(() => {
      void [worker.value, opened.value, changes.value, charts.value, pieces.value, version.value];
      void instrumentsThere.value;
      if (isKept.value) return undefined;
      const timer = setTimeout(() => untracked(() => keep([...ofPage(), ...ofPiece()])), CALM);
      return () => clearTimeout(timer);
    }),
    effect(() => {
      if (!isKept.value) return undefined;
      const timer = setInterval(() => void refreshPieces(), AGAIN);
      return () => clearInterval(timer);
    }),
  ];
  return () => stops.forEach((stop) => void stop());
}

/** What the page asks for whatever is opened, and the instruments that were heard before the worker was there. */
function ofPage(): readonly Call[] {
  const heard = performance.getEntriesByType("resource").map(({ name }) => new URL(name, location.href));
  const instruments = heard.filter(({ pathname }) => pathname.startsWith(INSTRUMENTS));
  return [
    callOf("GET /api/options"),
    callOf("GET /api/arrangements"),
    ...instruments.map(({ pathname, search }) => ({ path: pathname + search, method: "GET" })),
  ];
}

/** What is asked for when the open piece is opened again. */
function ofPiece(): readonly Call[] {
  const opened = piece.value;
  if (opened?.state !== "done") return [];
  const identity = opened.id;
  return [
    callOf("GET /api/arrangements/{identity}", { identity }),
    callOf("GET /api/arrangements/{identity}/revisions", { identity }),
    { path: eventsOf(identity), method: "GET" },
    ...new Map(readings().map((call) => [call.body, call])).values(),
  ];
}

/** What is read when it is opened again: the chords of its takes, and the text that stands in the field then. */
function readings(): readonly Call[] {
  const { chart = null } = piece.value ?? {};
  const plain = charts.value.map((chart) => ({ text: textAsOpened(chart), name: "", choices: {} }));
  const texts = [textOfVersion(version.value), ...(chart ? [chart] : []), ...plain];
  return [
    ...charts.value.flatMap(({ own: { progression }, meters, shift }) =>
      [0, shift].map((transpose) => callOf("POST /api/chords:parse", { body: { progression, meters, transpose } })),
    ),
    ...texts.map((body) => callOf("POST /api/charts", { body })),
  ];
}

function textAsOpened({ own, moved, shift, meters, sections }: TakeChart): string {
  const told = piece.value && keyBeside(piece.value, own);
  return textOf({
    chart: moved,
    meters,
    sections,
    title: piece.value?.title ?? "",
    key: told && movedKey(told, shift),
  });
}
