/** The server's HTTP interface, typed: what goes over the wire and what comes back. Knows no page and no sound. */

import type { Chart, Role } from "./music/piece";

/** What a leader decides, as it is asked for. */
export interface ArrangementRequest {
  progression: string;
  tempo: number;
  style: string | null;
  tracks: readonly Role[];
  density: number | null;
  takes: number;
  seed?: number;
  model?: string;
}

export type State = "waiting" | "composing" | "done" | "stopped" | "failed";

/** A piece as the server keeps it. */
export interface Arrangement extends Required<ArrangementRequest> {
  readonly id: string;
  readonly name: string;
  readonly state: State;
  readonly detail: string | null;
  readonly created: string;
  readonly key: string;
  readonly bars: number;
  readonly beats: number;
  readonly seconds: number;
  readonly temperature: number;
  readonly top_p: number;
  readonly progress: { readonly bars: number; readonly of: number };
}

export interface Instrument {
  readonly program: number; // General MIDI, from 0
  readonly name: string;
}

/** What the server offers. */
export interface Offer {
  readonly version: string;
  readonly model: string;
  readonly soundfont: string;
  readonly styles: readonly string[];
  readonly tempo: { readonly minimum: number; readonly maximum: number; readonly default: number };
  readonly densities: number;
  readonly max_bars: number;
  readonly max_minutes: number;
  readonly max_takes: number;
  readonly max_text: number;
  readonly max_name: number;
  readonly retention_days: number;
  readonly tracks: readonly {
    readonly role: Role;
    readonly is_drum: boolean;
    readonly program: number;
    readonly volume: number; // MIDI controller 7 of a strip at its default
    readonly pan: number; // MIDI controller 10
    readonly instruments: readonly Instrument[];
  }[];
  readonly roots: readonly string[];
  readonly qualities: readonly { readonly name: string; readonly degrees: string }[];
  readonly examples: readonly {
    readonly name: string;
    readonly progression: string;
    readonly tempo: number;
    readonly style: string | null;
  }[];
}

/** A no from the server, with what is wrong, where, and what would be right, as far as it says so. */
export class Problem extends Error {
  constructor(
    readonly status: number, // 0: no answer at all
    readonly kind: string, // the end of the problem's type: "chords", "quota", …
    message: string,
    readonly value: string | null = null,
    readonly position: number | null = null, // character, from 1
    readonly remedy: string | null = null,
    readonly retryAfter: number | null = null, // seconds
  ) {
    super(message);
    this.name = "Problem";
  }
}

/** Milliseconds after which a server that was out of reach is asked again. */
export const RETRY = 3_000;

const UNREACHABLE = "The server can't be reached. Is it still running?";

/** An answer that says yes. Throws {@link Problem}. */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Problem(0, "network", UNREACHABLE);
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function problemOf(response: Response): Promise<Problem> {
  const body: Record<string, unknown> = await response.json().catch(() => ({}));
  const text = (field: string): string | null => (typeof body[field] === "string" ? body[field] : null);
  const retry = Number(response.headers.get("Retry-After") ?? Number.NaN);
  return new Problem(
    response.status,
    text("type")?.replace("urn:sideman:", "") ?? "unknown",
    text("detail") ?? `The server answers ${response.status} ${response.statusText}.`,
    text("value"),
    typeof body.position === "number" ? body.position : null,
    text("remedy"),
    Number.isNaN(retry) ? null : retry,
  );
}

async function json<Answer>(path: string, method = "GET", body?: unknown, signal?: AbortSignal): Promise<Answer> {
  const init: RequestInit = { method };
  if (signal) init.signal = signal;
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { "Content-Type": "application/json" };
  }
  return (await ask(path, init)).json();
}

export const getOffer = (): Promise<Offer> => json("/api/options");

export const parseChords = (progression: string, transpose = 0, signal?: AbortSignal): Promise<Chart> =>
  json("/api/chords:parse", "POST", { progression, transpose }, signal);

export const createArrangement = (request: ArrangementRequest): Promise<Arrangement> =>
  json("/api/arrangements", "POST", request);

export const getArrangement = (id: string): Promise<Arrangement> => json(`/api/arrangements/${id}`);

export const listArrangements = async (): Promise<readonly Arrangement[]> =>
  (await json<{ arrangements: Arrangement[] }>("/api/arrangements")).arrangements;

export const renameArrangement = (id: string, name: string): Promise<Arrangement> =>
  json(`/api/arrangements/${id}`, "PATCH", { name });

export async function deleteArrangement(id: string): Promise<void> {
  await ask(`/api/arrangements/${id}`, { method: "DELETE" });
}
