/** The server's HTTP interface: what can be asked of it, and how it says no. Knows no page and no sound. */

import { signal } from "@preact/signals";
import type { Chart, Song } from "./music/piece";
import type {
  ArrangementRequest,
  ArrangementView,
  Changing,
  ChartRequest,
  DrawRequest,
  EditView as Edited,
  EditedView as EditedHistory,
  Editing,
  EditRequest,
  HistoryView,
  ImportRequest,
  Operations,
  OptionsView,
  Problem as ProblemDetails,
  Redoing,
  RevisionView,
} from "./wire";

export type {
  ArrangementRequest,
  ChartRequest,
  DrawRequest,
  Editing,
  EditRequest,
  EditView as Edited,
  State,
} from "./wire";

/** A piece as the server keeps it. */
export type Arrangement = ArrangementView;
/** Some bars of some tracks of a piece, composed anew around all else. */
export type Revision = RevisionView;
/** What was changed in a piece, and what was undone. */
export type PieceHistory = HistoryView;
/** What the server offers. */
export type Offer = OptionsView;

/** A part of a chart that can't be read: what, where, and what would be right. */
export type Fault = NonNullable<ProblemDetails["faults"]>[number];

/** What is known of a no besides its kind and its message. */
interface Details extends Pick<ProblemDetails, "faults"> {
  readonly retryAfter?: number; // seconds
}

/** A no from the server, with what is wrong in a chart, as far as it says so. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly faults: readonly Fault[]; // of a chart, all of them in their order
  readonly retryAfter: number | null;

  constructor(
    readonly status: number, // 0: no answer at all
    readonly kind: string, // the end of the problem's type: "chart", "quota", …
    message: string,
    details: Details = {},
  ) {
    super(message);
    this.faults = details.faults ?? [];
    this.retryAfter = details.retryAfter ?? null;
  }
}

/** Whether the last answer is one of before: the server is out of reach, and the browser had kept it. */
export const isKept = signal(false);

/** Milliseconds after which a server that was out of reach is asked again. */
export const RETRY = 3_000;

const UNREACHABLE = "The server can't be reached. Is it still running?";
const PARAMETER = "{identity}";
const NUMBER = "{number}";
const NO_CONTENT = 204;
const KEPT = "Sideman-Kept"; // a header that the page's worker sets

/** An answer that says yes. Throws {@link Problem}. */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Problem(0, "network", UNREACHABLE);
  }
  isKept.value = response.headers.has(KEPT);
  if (!response.ok || isProblem(response)) throw await problemOf(response);
  return response;
}

/** All that an answer holds; `heard` is told how many bytes are there. */
export async function download(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  heard: (bytes: number) => void,
): Promise<Blob> {
  const parts: BlobPart[] = [];
  let size = 0;
  const reader = body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    parts.push(next.value);
    size += next.value.length;
    heard(size);
  }
  return new Blob(parts);
}

async function problemOf(response: Response): Promise<Problem> {
  const { type, detail, status = response.status, ...details } = await problemDetails(response);
  const retryAfter = Number(response.headers.get("Retry-After") ?? Number.NaN);
  return new Problem(
    status,
    type?.replace("urn:sideman:", "") ?? "unknown",
    detail ?? `The server answers ${response.status} ${response.statusText}.`,
    { ...details, ...(Number.isNaN(retryAfter) ? {} : { retryAfter }) },
  );
}

const isProblem = (response: Response): boolean =>
  response.headers.get("Content-Type")?.startsWith("application/problem+json") ?? false;

/** What the server says of a no; nothing where another program says it in the server's place. */
async function problemDetails(response: Response): Promise<Partial<ProblemDetails>> {
  return isProblem(response) ? response.json().catch(() => ({})) : {};
}

type Operation = keyof Operations;
type Answer<Name extends Operation> = Operations[Name]["answer"];

interface Asked<Name extends Operation> {
  readonly identity?: string;
  readonly number?: number;
  readonly body?: Operations[Name]["body"];
  readonly headers?: HeadersInit;
  readonly signal?: AbortSignal | undefined;
}

/** A request of the server, as the page's worker is told of it. */
export interface Call {
  readonly path: string;
  readonly method: string;
  readonly body?: string;
}

/** What is asked of the server by an operation. */
export function callOf<Name extends Operation>(name: Name, asked: Asked<Name> = {}): Call {
  const { identity = "", number = 0, body } = asked;
  const [method = "", path = ""] = name.split(" ");
  const address = path.replace(PARAMETER, encodeURIComponent(identity)).replace(NUMBER, String(number));
  return { path: address, method, ...(body !== undefined && { body: JSON.stringify(body) }) };
}

function answerTo<Name extends Operation>(name: Name, asked: Asked<Name>): Promise<Response> {
  const { path, ...init } = callOf(name, asked);
  const headers = { ...(init.body !== undefined && { "Content-Type": "application/json" }), ...asked.headers };
  return ask(path, { ...init, headers, ...(asked.signal && { signal: asked.signal }) });
}

/** What the server answers to an operation. Throws {@link Problem}. */
export async function call<Name extends Operation>(name: Name, asked: Asked<Name> = {}): Promise<Answer<Name>> {
  const response = await answerTo(name, asked);
  return response.status === NO_CONTENT ? undefined : response.json();
}

export const getOffer = (): Promise<Offer> => call("GET /api/options");

/** The chords of a piece, moved by some semitones. */
export const parseChords = (
  progression: string,
  meters: readonly string[],
  transpose = 0,
  signal?: AbortSignal,
): Promise<Chart> => call("POST /api/chords:parse", { body: { progression, meters, transpose }, signal });

/** Read a chart in whatever way it is written; one that can't be read is no failure that a browser complains of. */
export const readChart = (body: ChartRequest, signal?: AbortSignal): Promise<Song> =>
  call("POST /api/charts", { body, signal, headers: { Prefer: "handling=lenient" } });

/** Put other chords into the text of a chart; null where that can't be done. */
export const editChart = (body: EditRequest): Promise<Edited> => call("POST /api/charts:edit", { body });

/** A chart on paper, as a file. */
export async function drawChart(body: DrawRequest): Promise<Blob> {
  return (await answerTo("POST /api/charts:draw", { body })).blob();
}

export const createArrangement = (body: ArrangementRequest): Promise<Arrangement> =>
  call("POST /api/arrangements", { body });

/** Have a piece opened as it is, from its document. */
export const importArrangement = (body: ImportRequest): Promise<Arrangement> =>
  call("POST /api/arrangements:import", { body });

export const getArrangement = (identity: string): Promise<Arrangement> =>
  call("GET /api/arrangements/{identity}", { identity });

export const listArrangements = async (): Promise<readonly Arrangement[]> =>
  (await call("GET /api/arrangements")).arrangements;

/** Give a piece another name, or have it played in another way. */
export const changeArrangement = (identity: string, body: Changing): Promise<Arrangement> =>
  call("PATCH /api/arrangements/{identity}", { identity, body });

export const deleteArrangement = (identity: string): Promise<void> =>
  call("DELETE /api/arrangements/{identity}", { identity });

export const getHistory = (identity: string): Promise<PieceHistory> =>
  call("GET /api/arrangements/{identity}/revisions", { identity });

/** Have a part of a piece composed anew; its events tell how far that is. */
export const redoPart = (identity: string, body: Redoing): Promise<PieceHistory> =>
  call("POST /api/arrangements/{identity}/revisions", { identity, body });

/** Have notes stand in bars of a piece, at once. */
export const editNotes = (identity: string, body: Editing): Promise<EditedHistory> =>
  call("POST /api/arrangements/{identity}/edits", { identity, body });

/** Let so many changes of a piece stand. */
export const moveTo = (identity: string, position: number): Promise<PieceHistory> =>
  call("PATCH /api/arrangements/{identity}/revisions", { identity, body: { position } });

export const renameRevision = (identity: string, number: number, name: string): Promise<PieceHistory> =>
  call("PATCH /api/arrangements/{identity}/revisions/{number}", { identity, number, body: { name } });

export const chooseCandidate = (identity: string, number: number): Promise<PieceHistory> =>
  call("POST /api/arrangements/{identity}/candidates/{number}", { identity, number });

export const dropCandidates = (identity: string): Promise<PieceHistory> =>
  call("DELETE /api/arrangements/{identity}/candidates", { identity });
