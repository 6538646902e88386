/** What the pointer and keys do to a player's notes. Knows pixels by the rows, and no elements. */

import {
  added,
  between,
  keyOf,
  lengthened,
  moved,
  neighbour,
  noteOf,
  resized,
  snapped,
  struck,
  without,
} from "../../music/part";
import { type Note, OCTAVE } from "../../music/piece";
import type { BarLines } from "../../music/time";
import {
  choose,
  chosen,
  editedRole,
  forget,
  grid,
  keys,
  length,
  part,
  room,
  show,
  showByKey,
} from "../../state/editing";
import type { Rows } from "./geometry";
import { type Hit, hitOf, MOUSE, placeAt, type Reach } from "./hit";

const LOUDER = 8; // a press of + or -
const VELOCITY = 90; // of a note that is added where none is near
const SLACK = 4; // pixels that a pointer may move in a click

/** Where things stand. */
export interface Field {
  readonly rows: Rows;
  readonly scale: number;
  readonly lines: BarLines;
}

/** A box that is drawn to choose notes, in pixels. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** What a pointer does from its press on. */
export interface Gesture {
  /** The note that is held; null where an empty place is. */
  readonly held: Note | null;
  /** Go on to a place; the box that is drawn, where one is. */
  to(x: number, y: number): Frame | null;
}

/** Begin at a place; with `more` notes are chosen besides. */
export function press(x: number, y: number, more: boolean, reach: Reach, { rows, scale, lines }: Field): Gesture {
  const [role, before] = [editedRole.peek(), part.peek()];
  const hit = hitOf(x, y, before, role, rows, scale, reach);
  if (hit === null) return boxFrom(x, y, more, { rows, scale, lines });
  const name = keyOf(hit.note);
  const already = new Set(chosen.peek().map(keyOf));
  if (more) {
    const [others, all] = [new Set([...already].filter((key) => key !== name)), new Set([...already, name])];
    choose(already.has(name) ? others : all);
  } else if (!already.has(name)) choose(new Set([name]));
  const meant = new Set(chosen.peek().map(keyOf));
  let [isMoved, last] = [false, ""];
  return {
    held: hit.note,
    to(nowX, nowY) {
      isMoved ||= Math.hypot(nowX - x, nowY - y) > SLACK;
      if (!isMoved || !meant.has(name)) return null;
      const [steps, up] = wayOf(hit, x, y, nowX, nowY, { rows, scale, lines });
      if (`${steps} ${up}` === last) return null;
      last = `${steps} ${up}`;
      show(hit.isEnd ? lengthened(before, meant, steps) : moved(before, meant, steps, up, room.peek()));
      return null;
    },
  };
}

/** How far a note is dragged: steps, on the grid, and pitches of the room. */
function wayOf({ note, isEnd }: Hit, x: number, y: number, nowX: number, nowY: number, field: Field) {
  const { rows, scale, lines } = field;
  const [onset, duration, pitch] = note;
  const by = (nowX - x) / scale;
  if (isEnd) return [snapped(onset + duration + by, grid.peek(), lines) - onset - duration, 0] as const;
  const steps = Math.abs(by) < 0.5 ? 0 : snapped(onset + by, grid.peek(), lines) - onset;
  if (editedRole.peek() !== "drums") return [steps, Math.round((y - nowY) / rows.row)] as const;
  const sounds = rows.extent.drums;
  const row = sounds.indexOf(pitch) + Math.round((y - nowY) / rows.drumRow);
  const to = sounds[Math.min(Math.max(row, 0), sounds.length - 1)] ?? pitch;
  return [steps, to - pitch] as const; // every sound is a pitch of the room
}

function boxFrom(x: number, y: number, more: boolean, { rows, scale }: Field): Gesture {
  const before = more ? keys.peek() : new Set<string>();
  choose(before);
  return {
    held: null,
    to(nowX, nowY) {
      const [left, right] = [Math.min(x, nowX), Math.max(x, nowX)];
      const [top, bottom] = [Math.min(y, nowY), Math.max(y, nowY)];
      if (right - left < SLACK && bottom - top < SLACK) return null;
      const role = editedRole.peek();
      const high = placeAt(left, Math.max(top, 0), role, rows, scale)?.pitch ?? 127;
      const low = placeAt(right, Math.min(bottom, rows.height - 1), role, rows, scale)?.pitch ?? 0;
      choose(new Set([...before, ...between(part.peek(), left / scale, right / scale, low, high)]));
      return { left, top, width: right - left, height: bottom - top };
    },
  };
}

/** What the pointer looks like over a place: what a press would do. */
export function cursorOver(x: number, y: number, { rows, scale }: Field): "crosshair" | "ew-resize" | "grab" {
  const hit = hitOf(x, y, part.peek(), editedRole.peek(), rows, scale, MOUSE);
  return hit === null ? "crosshair" : hit.isEnd ? "ew-resize" : "grab";
}

/** Add a note at a place; the note, or null where there is no row. */
export function addAt(x: number, y: number, { rows, scale, lines }: Field): Note | null {
  const place = placeAt(x, y, editedRole.peek(), rows, scale);
  return place && addNote(place.step, place.pitch, lines);
}

function addNote(step: number, pitch: number, lines: BarLines): Note | null {
  const onset = snapped(step, grid.peek(), lines, Math.floor);
  if (onset < 0 || onset >= room.peek().end || !room.peek().pitches.includes(pitch)) return null;
  const near = neighbour(part.peek(), new Set(), -1, onset + 1) ?? neighbour(part.peek(), new Set(), 1, onset);
  const note = noteOf(editedRole.peek(), onset, length.peek(), pitch, near?.[3] ?? VELOCITY);
  show(added(part.peek(), note));
  return note;
}

/** What a key means, and the note that is to be heard; undefined where the key means nothing. */
export function pressKey(
  {
    key,
    shiftKey,
    ctrlKey,
    metaKey,
    altKey,
  }: Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">,
  here: number,
  lines: BarLines,
): { readonly sounds: boolean } | undefined {
  const [before, names, all] = [part.peek(), new Set(chosen.peek().map(keyOf)), room.peek()];
  const isGoing = ctrlKey || metaKey;
  const direction = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: 1, ArrowDown: -1 }[key] ?? 0;
  const isAcross = key === "ArrowLeft" || key === "ArrowRight";
  if (altKey) return undefined;
  if (isGoing && key.toLowerCase() === "a") {
    choose(new Set(before.map(keyOf)));
    return { sounds: false };
  }
  if (isAcross && (isGoing || names.size === 0)) {
    const next = neighbour(before, names, direction > 0 ? 1 : -1, here);
    if (next !== undefined) choose(new Set([keyOf(next)]));
    return { sounds: next !== undefined };
  }
  if (isGoing) return undefined;
  if (key === "Enter" || key === "Insert") return insert(here, lines);
  if (key === "Escape" && (names.size > 0 || forget())) {
    choose(new Set());
    return { sounds: false };
  }
  if (names.size === 0) return undefined;
  if (key === "Delete" || key === "Backspace") show(without(before, names));
  else if (key === "+" || key === "=") showByKey(struck(before, names, LOUDER, true));
  else if (key === "-") showByKey(struck(before, names, -LOUDER, true));
  else if (isAcross && shiftKey) showByKey(resized(before, names, direction));
  else if (isAcross) showByKey(moved(before, names, direction * grid.peek(), 0, all));
  else if (direction !== 0) showByKey(moved(before, names, 0, direction * (shiftKey ? octave() : 1), all));
  else return undefined;
  return { sounds: direction !== 0 && !isAcross };
}

const octave = (): number => (editedRole.peek() === "drums" ? 1 : OCTAVE);

/** A note after the last chosen one, of its pitch; without any at the playhead, as high as the player's last. */
function insert(here: number, lines: BarLines): { readonly sounds: boolean } {
  const [last, near] = [chosen.peek().at(-1), neighbour(part.peek(), new Set(), -1, here + 1) ?? part.peek()[0]];
  const { pitches } = room.peek();
  const pitch = (last ?? near)?.[2] ?? pitches[pitches.length >> 1] ?? 60;
  const step = last ? last[0] + Math.max(last[1], grid.peek()) : here;
  return { sounds: addNote(step, pitch, lines) !== null };
}
