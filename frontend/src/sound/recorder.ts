/** What the person plays on a MIDI keyboard while the open piece plays, taken down as somebody's own part. Knows no page. */

import { effect, signal, untracked } from "@preact/signals";
import type { Note, Role } from "../music/piece";
import { midiOf } from "../music/smf";
import { complain, tell } from "../state/notice";
import { givePart } from "../state/own";
import { pieceLines, pieceMeters, pieceTempo } from "../state/piece";
import { type Player, playState } from "../state/playback";
import { listenToKeys } from "./midi-in";

const SHORTEST = 1; // steps

/** For whom something is recorded; null: nothing is. */
export const recording = signal<Role | null>(null);

let finish: (() => void) | null = null;

/** Record for a player from now on, until the music stops; plays it where it doesn't. */
export async function record(role: Role, player: Player): Promise<void> {
  if (recording.peek() !== null) return;
  recording.value = role;
  const notes: Note[] = [];
  const held = new Map<number, readonly [onset: number, velocity: number]>();
  const release = (pitch: number): void => {
    const key = held.get(pitch);
    if (key === undefined) return;
    held.delete(pitch);
    player.release(role, pitch);
    const [onset, velocity] = key;
    const end = player.position(); // before the onset where a loop began again
    notes.push([onset, Math.max(end - onset, SHORTEST), pitch, velocity]);
  };
  try {
    const stop = await listenToKeys({
      pressed(pitch, velocity) {
        release(pitch);
        player.press(role, pitch, velocity);
        held.set(pitch, [player.position(), velocity]);
      },
      released: release,
    });
    finish = () => {
      finish = null;
      stop();
      for (const pitch of [...held.keys()]) release(pitch);
      recording.value = null;
      take(role, notes);
    };
    if (playState.peek() === "stopped") await player.play();
    endWithTheMusic();
  } catch (error) {
    recording.value = null;
    complain(error instanceof Error ? error.message : String(error));
  }
}

/** End the recording, and have what was played as a part. */
export function endRecording(): void {
  finish?.();
}

function endWithTheMusic(): void {
  const mine = finish;
  const dispose = effect(() => {
    if (playState.value !== "stopped") return;
    untracked(() => {
      if (finish === mine) finish?.();
      queueMicrotask(() => dispose());
    });
  });
}

function take(role: Role, notes: readonly Note[]): void {
  if (notes.length === 0) {
    complain("Nothing was played on a MIDI keyboard: nothing was recorded.");
    return;
  }
  const data = midiOf(notes, pieceLines.peek(), pieceMeters.peek(), pieceTempo.peek());
  if (!givePart(role, "Recorded", data)) return;
  tell(`${notes.length} note${notes.length === 1 ? "" : "s"} recorded: compose anew to have the band play with it.`);
}
