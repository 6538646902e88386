/** What the browser keeps of the options, the mixer, the metronome and locks, through a reload and for the next visit. Knows no page. */

import { effect } from "@preact/signals";
import { ROLES } from "../music/piece";
import { mixer, offer, options, type Strip, setOptions, setStrip } from "./band";
import { valuesOf } from "./fields";
import { countIn, metronome } from "./playback";

const OPTIONS = "sideman.options";
const MIXER = "sideman.mixer";
const CLICKS = "sideman.clicks";
const LOCKS = "sideman.locks";
const LOCKED_PIECES = 50; // whose locks are kept: those that were locked last

type Fields = Record<string, unknown>;

/** Set the mixer as it was left, and keep it from now on. */
export function recallMixer(): void {
  const strips = recall(MIXER);
  for (const role of ROLES) setStrip(role, readStrip(fieldsOf(strips[role])));
  effect(() => remember(MIXER, Object.fromEntries(ROLES.map((role) => [role, mixer[role].value]))));
}

/** Set metronome and count-in as they were left, and keep them from now on. */
export function recallClicks(): void {
  const kept = recall(CLICKS);
  metronome.value = kept.metronome === true;
  countIn.value = kept.countIn === true;
  effect(() => remember(CLICKS, { metronome: metronome.value, countIn: countIn.value }));
}

/** Set the options as they were left, and keep them from now on; what the server offers must be known. */
export function recallOptions(): void {
  setOptions(valuesOf(offer.value?.options ?? [], { ...options.value, ...recall(OPTIONS) }));
  effect(() => remember(OPTIONS, options.value));
}

/** What was locked in a piece, as it was remembered. */
export function recallLocks(id: string): readonly string[] {
  const cells = recall(LOCKS)[id];
  return Array.isArray(cells) ? cells.filter((cell) => typeof cell === "string") : [];
}

/** Keep what is locked in a piece. */
export function rememberLocks(id: string, cells: readonly string[]): void {
  const others = Object.entries(recall(LOCKS)).filter(([each]) => each !== id);
  const all = cells.length ? [...others, [id, cells] as const] : others;
  remember(LOCKS, Object.fromEntries(all.slice(-LOCKED_PIECES)));
}

/** Mutes and solos are of the moment: who comes again wants to hear the band. */
function readStrip({ volume, program }: Fields): Partial<Strip> {
  return { ...(typeof volume === "number" && { volume }), ...(typeof program === "number" && { program }) };
}

function recall(key: string): Fields {
  try {
    return fieldsOf(JSON.parse(localStorage.getItem(key) ?? "{}"));
  } catch {
    return {}; // nothing is kept for this page, or not by it
  }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function remember(key: string, value: object): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // The browser keeps nothing: the page works without.
  }
}
