/** What the browser keeps of the options and the mixer, through a reload and for the next visit. Knows no page. */

import { effect } from "@preact/signals";
import { ROLES, type Role } from "../music/piece";
import { mixer, type Options, options, type Strip, setOptions, setStrip } from "./band";

const OPTIONS = "sideman.options";
const MIXER = "sideman.mixer";

type Fields = Record<string, unknown>;

/** Set the options and the mixer as they were left, and keep them from now on. Ranges are the server's affair. */
export function recallSettings(): void {
  setOptions(readOptions(recall(OPTIONS)));
  const strips = recall(MIXER);
  for (const role of ROLES) setStrip(role, readStrip(fieldsOf(strips[role])));
  effect(() => remember(OPTIONS, options.value));
  effect(() => remember(MIXER, Object.fromEntries(ROLES.map((role) => [role, mixer[role].value]))));
}

function readOptions({ tempo, style, tracks, density, takes, seed }: Fields): Partial<Options> {
  const playing = Array.isArray(tracks) ? ROLES.filter((role) => tracks.includes(role)) : [];
  return {
    ...(typeof tempo === "number" && { tempo }),
    ...(typeof style === "string" && { style }),
    ...(typeof density === "number" && { density }),
    ...(typeof takes === "number" && { takes }),
    ...(typeof seed === "number" && { seed }),
    ...(playing.length > 0 && { tracks: playing as readonly Role[] }),
  };
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
