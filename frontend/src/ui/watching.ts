/** Looking at the player again and again: with each frame while it plays, now and then at rest. Draws nothing. */

import { effect, untracked } from "@preact/signals";
import { playState } from "../state/playback";

const AT_REST = 100; // milliseconds between two looks at a player that doesn't play

/** Call `look` with the time in milliseconds, at once and from now on, until the returned function is called. */
export function watch(look: (now: number) => void): () => void {
  let frame = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function stop(): void {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  }
  function tick(): void {
    look(performance.now());
    if (playState.peek() === "playing") frame = requestAnimationFrame(tick);
    else timer = setTimeout(tick, AT_REST);
  }
  const dispose = effect(() => {
    void playState.value;
    stop();
    untracked(tick);
  });
  return () => {
    dispose();
    stop();
  };
}
