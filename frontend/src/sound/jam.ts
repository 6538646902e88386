/** Lets a MIDI keyboard, or chords that are tapped, lead the band of this page. Knows timers; loaded when somebody jams. */

import { batch, effect, untracked } from "@preact/signals";
import { Problem } from "../api";
import { beginJam, endJam, fetchJam, playBar, turnBar } from "../jams";
import { Playing } from "../music/feel";
import { type BarNotes, COMMON_METERS, type Note, type Role } from "../music/piece";
import { BarLines, SECONDS_PER_MINUTE, STEPS_PER_BEAT } from "../music/time";
import { feel, offered, options, song, wishes } from "../state/band";
import { interlude } from "../state/interlude";
import { jamChord, jamKept, jamState, noKeyboard } from "../state/jam";
import { complain, notice } from "../state/notice";
import { hands } from "../state/offer";
import { playState, soundProblem } from "../state/playback";
import type { JamBarView, JamRequest, JamView } from "../wire";
import { HIDDEN_HORIZON, type Lender, TICK } from "./conductor";
import { CYCLE, type JamBand, JamConductor, type JamPlace } from "./jam-conductor";
import { JamKeys } from "./jam-keys";
import { hasMidi } from "./midi-access";
import { listenToKeys } from "./midi-in";
import type { Synth } from "./synth";

const HORIZON = 0.06; // seconds that are sent ahead: what is sent can't follow another chord
const BALANCED = 8; // bars by which players are balanced
const PATIENCE = 16; // bars without a key, after which it ends
const UNREADABLE = 422;
const MILLISECONDS = 1000;

const NO_MIDI = "This browser has no MIDI: tap the chords.";
const NO_KEYBOARD = "No MIDI keyboard was found: tap the chords, or plug one in and jam again.";
const BROKEN = "The connection to the server broke, so the band stopped.";
const SLOW = "The server took too long to answer, so the band stopped.";
const FAULT = "The jam failed. Reload the page, or try another browser.";
const LEFT = `Nobody played a chord for ${PATIENCE} bars, so the band stopped.`;
const LOST = "What was played couldn't be fetched from the server.";

interface Running {
  readonly id: string;
  readonly conductor: JamConductor;
  readonly keys: JamKeys;
  readonly synth: Synth;
  tick(): void;
  /** Let go of timers, keyboards and the sound. */
  end(): void;
}

let running: Running | null = null;
let attempt = 0; // counts beginnings and ends: what was awaited for an earlier one is void

/** Begin a jam with what is set now; it waits for a chord. Call it where the person pressed something. */
export async function beginJamming(player: Lender): Promise<void> {
  if (running !== null || jamState.peek() === "starting") return;
  attempt += 1;
  const mine = attempt;
  batch(() => {
    jamState.value = "starting";
    jamChord.value = null;
    jamKept.value = null;
    notice.value = null;
  });
  const [synth, stopListening] = await Promise.all([player.lend(endJamming), listen()]);
  const asked = requestOf();
  const view = synth && mine === attempt ? await beginJam(asked).catch(refused) : null;
  if (synth === null || view === null || mine !== attempt) {
    stopListening();
    player.takeBack(endJamming);
    if (view) void endJam(view.id).catch(() => {});
    if (mine === attempt) jamState.value = "off";
    return;
  }
  running = lead(view, asked, synth, () => {
    stopListening();
    player.takeBack(endJamming);
  });
  jamState.value = "waiting";
}

/** Sound that can't be had is told by the player, a keyboard that isn't there beside the chords. */
function refused(error: unknown): null {
  complain(wordsOf(error));
  return null;
}

const endJamming = (): void => void stopJamming();

/** End the jam, and have what was played. `why`: it ends by itself. */
export async function stopJamming(why: string | null = null): Promise<void> {
  attempt += 1;
  const mine = attempt;
  const ended = running;
  running = null;
  if (ended === null) {
    if (jamState.peek() === "starting") jamState.value = "off";
    return;
  }
  const bars = ended.conductor.stop() + 1;
  ended.end();
  batch(() => {
    interlude.value = null;
    jamState.value = "over";
    if (why !== null) complain(why);
  });
  if (bars > 0) {
    try {
      const kept = await fetchJam(ended.id, bars);
      if (mine === attempt) jamKept.value = { ...kept, bars };
    } catch {
      if (why === null) complain(LOST);
    }
  }
  await endJam(ended.id).catch(() => {}); // it ends by itself in a while
}

/** Have a chord lead by its name; `time`: when it was tapped, in the milliseconds of `performance.now()`. */
export function tapChord(name: string, time: number): void {
  if (running === null) return;
  running.keys.tap(name, heardAt(running.synth, time));
  running.tick();
}

/** Where the music is; null before it has begun. */
export const jamPlace = (): JamPlace | null => running?.conductor.place() ?? null;

/** Have keyboards lead. Returns what ends it. */
async function listen(): Promise<() => void> {
  const none = (why: string) => {
    noKeyboard.value = why;
    return () => {};
  };
  if (!hasMidi()) return none(NO_MIDI);
  const take = (key: (running: Running) => void): void => {
    if (running === null) return;
    key(running);
    running.tick();
  };
  try {
    const stop = await listenToKeys({
      pressed: (pitch, _, time) => take(({ keys, synth }) => keys.press(pitch, heardAt(synth, time))),
      released: (pitch, time) => take(({ keys, synth }) => keys.release(pitch, heardAt(synth, time))),
    });
    noKeyboard.value = null;
    return stop;
  } catch {
    return none(NO_KEYBOARD);
  }
}

/** What was heard at a moment of the page, by the synthesizer's clock. */
const heardAt = (synth: Synth, time: number): number => synth.heard() - (performance.now() - time) / MILLISECONDS;

/** What of the options a jam has, in the metre of the chart. */
function requestOf(): JamRequest & { readonly metre: string } {
  const told = Object.entries(wishes.peek()).filter(([name]) => offered(name)?.live);
  const [metre = "4/4"] = song.peek()?.meters ?? COMMON_METERS;
  return { ...Object.fromEntries(told), metre };
}

function lead(view: JamView, { metre }: { readonly metre: string }, synth: Synth, release: () => void): Running {
  const { id, steps, beats, tempo } = view;
  const lines = new BarLines([0, steps], steps, [metre]);
  const exact = { ...feel.peek(), ritardando: false };
  const playing = new Playing(exact, hands.peek(), tempo, lines, (CYCLE + 1) * steps);
  const heard: JamBarView[] = [];
  const balance = (): void => {
    const secondsPerStep = SECONDS_PER_MINUTE / (tempo * STEPS_PER_BEAT);
    interlude.value = { style: options.peek().style, secondsPerStep, bars: inRow(heard, steps) };
  };
  balance();
  const keys = new JamKeys();
  const conductor = new JamConductor({
    synth,
    band: bandOf(id),
    leader: keys,
    playing,
    steps,
    beats,
    settled(bar) {
      if (heard.at(-1)?.number === bar.number) heard.pop();
      heard.push(bar);
      heard.splice(0, heard.length - BALANCED);
      batch(() => {
        jamState.value = "playing";
        jamChord.value = bar.chords.at(-1)?.name ?? null;
        balance();
      });
    },
    failed: (error) => void stopJamming(wordsOf(error)),
  });
  const tick = (): void => {
    const alone = synth.heard() - keys.touched;
    if (conductor.place() && alone > PATIENCE * playing.time.seconds(steps)) void stopJamming(LEFT);
    else conductor.tick(document.hidden ? HIDDEN_HORIZON : HORIZON);
  };
  const timer = setInterval(tick, TICK);
  document.addEventListener("visibilitychange", tick);
  const dispose = effect(() => {
    if (playState.value !== "stopped") untracked(() => queueMicrotask(() => void stopJamming()));
  });
  soundProblem.value = null;
  return {
    id,
    conductor,
    keys,
    synth,
    tick,
    end() {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", tick);
      dispose();
      release();
    },
  };
}

/** The band, over HTTP. */
const bandOf = (id: string): JamBand => ({
  async bar(chord) {
    try {
      return await playBar(id, chord ?? {});
    } catch (error) {
      if (error instanceof Problem && error.status === UNREADABLE) return null; // keys that are no chord
      throw error;
    }
  },
  turn: (chord, beat) => turnBar(id, chord, beat),
});

function wordsOf(error: unknown): string {
  if (error instanceof Problem) return error.status === 0 ? BROKEN : error.message;
  if (error instanceof DOMException && error.name === "TimeoutError") return SLOW;
  console.error(error);
  return FAULT;
}

/** Bars one after the other, onsets from the beginning of the first. */
function inRow(bars: readonly JamBarView[], steps: number): BarNotes[] {
  return bars.map((bar, number) => {
    const moved = (notes: readonly Note[]): Note[] =>
      notes.map(([onset, ...rest]): Note => [onset + number * steps, ...rest]);
    const rows = Object.entries(bar.notes as BarNotes).map(([role, notes]) => [role as Role, moved(notes)] as const);
    return Object.fromEntries(rows) as BarNotes;
  });
}
