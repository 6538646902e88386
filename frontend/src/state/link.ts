/** Links to an exact piece: chart, options, seed and model in the address's fragment, which no server and no log sees. */

import type { Arrangement } from "../api";
import { ROLES, type Role } from "../music/piece";
import { DEFAULT_OPTIONS } from "./band";

const AS_THE_MODEL = 1; // temperature

/** What a link asks for. */
export interface Linked {
  readonly progression: string;
  readonly tempo: number;
  readonly style: string | null;
  readonly density: number | null;
  readonly takes: number;
  readonly tracks: readonly Role[];
  readonly temperature: number;
  readonly top_p: number | null;
  readonly seed: number;
  readonly model: string;
}

/** The fragment for a piece, without its "#". */
export function fragmentOf(piece: Linked): string {
  const fields = new URLSearchParams({ chords: piece.progression, tempo: String(piece.tempo) });
  if (piece.style !== null) fields.set("style", piece.style);
  if (piece.density !== null) fields.set("density", String(piece.density));
  if (piece.takes !== DEFAULT_OPTIONS.takes) fields.set("takes", String(piece.takes));
  if (piece.tracks.length < ROLES.length) fields.set("tracks", piece.tracks.join(","));
  if (piece.temperature !== AS_THE_MODEL) fields.set("temperature", String(piece.temperature));
  if (piece.top_p !== null) fields.set("top_p", String(piece.top_p));
  fields.set("seed", String(piece.seed));
  fields.set("model", piece.model);
  return fields.toString();
}

/** What a fragment asks for, with or without its "#"; null where it is no link to a piece. Ranges are the server's affair. */
export function readFragment(fragment: string): Linked | null {
  const fields = new URLSearchParams(fragment.replace(/^#/, ""));
  const progression = fields.get("chords");
  const model = fields.get("model");
  const seed = whole(fields.get("seed"));
  if (!progression || !model || seed === null) return null;
  const tracks = fields.get("tracks")?.split(",") ?? ROLES;
  return {
    progression,
    tempo: Number(fields.get("tempo")) || DEFAULT_OPTIONS.tempo,
    style: fields.get("style"),
    density: whole(fields.get("density")),
    takes: whole(fields.get("takes")) ?? DEFAULT_OPTIONS.takes,
    tracks: ROLES.filter((role) => tracks.includes(role)),
    temperature: decimal(fields.get("temperature")) ?? AS_THE_MODEL,
    top_p: decimal(fields.get("top_p")),
    seed,
    model,
  };
}

/** Whether a piece is the one that a link asks for. */
export function matches(linked: Linked, piece: Arrangement): boolean {
  return piece.state === "done" && fragmentOf(linked) === fragmentOf({ ...piece, tracks: inOrder(piece.tracks) });
}

const inOrder = (tracks: readonly Role[]): readonly Role[] => ROLES.filter((role) => tracks.includes(role));

function decimal(text: string | null): number | null {
  return text !== null && /^\d{1,16}(\.\d{1,20})?(e-?\d{1,3})?$/.test(text) ? Number(text) : null;
}

function whole(text: string | null): number | null {
  return text !== null && /^\d{1,16}$/.test(text) ? Number(text) : null;
}
