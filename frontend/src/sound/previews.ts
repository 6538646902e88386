/**
 * Four bars of a style, to choose by ear: the same chords for all, each at the tempo that its songs have. Composed with the
 * weights that come with the package (`previews.json`, which its tests write); loaded when first asked for. Plays on the
 * synthesizer that the open piece has, which stops.
 */

import { batch, effect, untracked } from "@preact/signals";
import { Playing } from "../music/feel";
import type { BarNotes } from "../music/piece";
import { BarLines, SECONDS_PER_MINUTE, STEPS_PER_BEAT } from "../music/time";
import { feel } from "../state/band";
import { interlude, previewed } from "../state/interlude";
import { complain } from "../state/notice";
import { hands } from "../state/offer";
import { playState } from "../state/playback";
import { HIDDEN_HORIZON, HORIZON, type Lender, TICK } from "./conductor";
import { type Score, Transport } from "./transport";

const NO_PREVIEWS = "The styles couldn't be loaded from the server. Is it still running?";
const METRE = "4/4";
const BEATS = 4; // of a bar

/** Some bars of a style. */
export interface Preview {
  readonly tempo: number; // beats a minute
  readonly bars: readonly BarNotes[];
}

let end = (): void => {}; // what plays
let attempt = 0; // counts beginnings and ends: what was awaited for an earlier one is void

/** Play the bars of a style in place of what plays. Call it where the person pressed something. */
export async function playPreview(player: Lender, style: string, load = loadPreviews): Promise<void> {
  stopPreview();
  player.takeBack(stopPreview); // also from one that isn't there yet
  const mine = attempt;
  previewed.value = style;
  const loading = load().catch(() => null);
  const [all, synth] = await Promise.all([loading, player.lend(stopPreview)]);
  if (mine !== attempt) {
    if (previewed.peek() === null) player.takeBack(stopPreview); // stopped meanwhile; a later one has it else
    return;
  }
  end = () => player.takeBack(stopPreview);
  const preview = all?.[style];
  if (synth === null || preview === undefined) {
    if (all === null) complain(NO_PREVIEWS);
    stopPreview();
    return;
  }
  const score = scoreOf(preview);
  const transport = new Transport(synth, () => score);
  const tick = (): void => {
    transport.tick(document.hidden ? HIDDEN_HORIZON : HORIZON);
    if (transport.state === "stopped") stopPreview();
  };
  const secondsPerStep = SECONDS_PER_MINUTE / (preview.tempo * STEPS_PER_BEAT);
  interlude.value = { style, secondsPerStep, bars: preview.bars }; // the players of the style, in balance
  await synth.settled();
  if (mine !== attempt) return;
  transport.play();
  const timer = setInterval(tick, TICK);
  const dispose = effect(() => {
    if (playState.value !== "stopped") untracked(() => queueMicrotask(stopPreview));
  });
  end = () => {
    clearInterval(timer);
    dispose();
    transport.pause();
    player.takeBack(stopPreview);
  };
  tick();
}

/** Have nothing of a style play any more. */
export function stopPreview(): void {
  attempt += 1;
  const ended = end;
  end = () => {};
  ended();
  if (previewed.peek() === null) return; // what else plays is not ours
  batch(() => {
    interlude.value = null;
    previewed.value = null;
  });
}

function scoreOf({ tempo, bars }: Preview): Score {
  const steps = BEATS * STEPS_PER_BEAT;
  const lines = new BarLines(
    Array.from({ length: bars.length + 1 }, (_, bar) => bar * steps),
    steps,
    [METRE],
  );
  const playing = new Playing({ ...feel.peek(), ritardando: false }, hands.peek(), tempo, lines, lines.end);
  return { bars, length: bars.length, lines, playing, loop: null, rounds: 1, metronome: false };
}

async function loadPreviews(): Promise<Readonly<Record<string, Preview>>> {
  const { default: previews } = await import("../music/previews.json");
  return previews as unknown as Readonly<Record<string, Preview>>;
}
