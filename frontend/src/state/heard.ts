/** Where in the score the music is, while it plays. Knows the player's clock, and no pixels. */

import { effect, signal, untracked } from "@preact/signals";
import { STEPS_PER_BEAT } from "../music/time";
import { pieceLines } from "./piece";
import { type Player, playState } from "./playback";
import { isInField } from "./playing";
import { passings, playedSegments } from "./score";

/** A chord of a written bar, and the how-manieth time the bar is played. */
export interface Heard {
  readonly bar: number; // in the score, from 0
  readonly segment: number; // of its chords, from 0
  readonly pass: number; // from 1
  readonly passes: number;
}

/** What sounds now; null while nothing does, and while what plays is another chart. */
export const heard = signal<Heard | null>(null);

/** Keep that so until the returned function is called. */
export function watchHeard(player: Pick<Player, "position">): () => void {
  let frame = 0;
  const tick = (): void => {
    const now = isInField.peek() ? at(player.position()) : null;
    if (!isSame(now, heard.peek())) heard.value = now;
    frame = requestAnimationFrame(tick);
  };
  const dispose = effect(() => {
    const isPlaying = playState.value !== "stopped";
    untracked(() => {
      cancelAnimationFrame(frame);
      if (isPlaying) tick();
      else heard.value = null;
    });
  });
  return () => {
    dispose();
    cancelAnimationFrame(frame);
    heard.value = null;
  };
}

function at(step: number): Heard | null {
  const lines = pieceLines.peek();
  const played = lines.barAt(step);
  const passing = passings.peek()[played];
  if (passing === undefined) return null; // a last chord that rings
  let beats = (step - lines.onset(played)) / STEPS_PER_BEAT;
  const segments = playedSegments.peek()[played] ?? [];
  const found = segments.findIndex((segment) => {
    beats -= segment.beats;
    return beats < 0;
  });
  const segment = found < 0 ? segments.length - 1 : found;
  return { bar: passing.at, segment, pass: passing.pass, passes: passing.passes };
}

const isSame = (one: Heard | null, other: Heard | null): boolean =>
  one?.bar === other?.bar && one?.segment === other?.segment && one?.pass === other?.pass;
