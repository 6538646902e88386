/** The server's HTTP interface of jams. Knows no page and no sound; loaded when somebody jams. */

import { ask, call, callOf } from "./api";
import type { JamBarView, JamChord, JamRequest, JamView } from "./wire";

const PATIENCE = 8_000; // milliseconds for an answer: no band waits longer

const hurried = () => ({ signal: AbortSignal.timeout(PATIENCE) });

export const beginJam = (body: JamRequest): Promise<JamView> => call("POST /api/jams", { body, ...hurried() });

/** The next bar, over a chord, or over the one that holds. */
export const playBar = (identity: string, body: JamChord): Promise<JamBarView> =>
  call("POST /api/jams/{identity}/bars", { identity, body, ...hurried() });

/** The last bar again, over another chord from a beat on. */
export const turnBar = (identity: string, chord: JamChord, beat: number): Promise<JamBarView> =>
  call("POST /api/jams/{identity}/turns", { identity, body: { ...chord, beat }, ...hurried() });

export const endJam = (identity: string): Promise<void> => call("DELETE /api/jams/{identity}", { identity });

/** What was played before a bar: as a chart in text, and as a MIDI file. */
export async function fetchJam(identity: string, until: number): Promise<{ chart: string; midi: Blob }> {
  const query = `?until=${until}`;
  const [view, file] = await Promise.all([
    ask(callOf("GET /api/jams/{identity}", { identity }).path + query),
    ask(callOf("GET /api/jams/{identity}/midi", { identity }).path + query),
  ]);
  const { chart }: JamView = await view.json();
  return { chart: chart ?? "", midi: await file.blob() };
}
