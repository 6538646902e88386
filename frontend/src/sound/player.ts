/** The player of this page, and what its sound comes from: the synthesizer in the browser, or a MIDI device. */

import { effect, untracked } from "@preact/signals";
import type { Offer } from "../api";
import { offer, programOf } from "../state/band";
import { ownFont } from "../state/font";
import { instrumentsThere, soundProblem } from "../state/playback";
import { createPlayer } from "./conductor";
import { midiSynth } from "./midi-out";
import { recallFont } from "./own-font";
import type { FontSynth } from "./spessa";
import { SoundError, type Synth } from "./synth";

const NO_WORKLET = "This browser can't play sound here. Use a current one, and https or localhost.";
const IDLE_TIMEOUT = 1_000; // milliseconds after which loading begins, however busy the page is

const recalled = recallFont();
let context: AudioContext | null = null;
let loading: Promise<FontSynth> | null = null;

/** The synthesizer in the browser, loaded once; after a failure it is tried again. */
function internal(): Promise<FontSynth> {
  loading ??= load().catch((error: unknown) => {
    loading = null;
    throw error;
  });
  return loading;
}

async function load(): Promise<FontSynth> {
  if (typeof AudioWorkletNode === "undefined") throw new SoundError(NO_WORKLET);
  context ??= createContext();
  const [offered, { loadSpessa }] = await Promise.all([waitForOffer(), import("./spessa"), recalled]);
  const loading = {
    progress: (there: number, of: number) => {
      instrumentsThere.value = of > 0 ? there / of : 0;
    },
    failed: (error: SoundError) => {
      soundProblem.value = error.message;
    },
  };
  return loadSpessa(context, offered, loading, programOf, ownFont.peek());
}

/** A context that doesn't run, and costs no power, before it is used; some browsers start it by themselves. */
function createContext(): AudioContext {
  const created = new AudioContext({ latencyHint: "balanced" });
  void created.suspend();
  return created;
}

function waitForOffer(): Promise<Offer> {
  return new Promise((resolve) => {
    const stop = effect(() => {
      const known = offer.value;
      if (known === null) return;
      resolve(known);
      queueMicrotask(() => stop());
    });
  });
}

function source(): Promise<Synth> {
  const device = midiSynth.peek();
  if (device) return Promise.resolve(device);
  const ready = internal();
  // Also here, while the press of the person lasts: some browsers want it so. Whether it works is seen later.
  context?.resume().catch(() => {});
  return ready;
}

export const player = createPlayer(source);

effect(() => {
  void midiSynth.value;
  untracked(() => void player.switchSource());
});

effect(() => {
  const own = ownFont.value;
  void loading?.then(
    (synth) => ownFont.peek() === own && synth.use(own),
    () => {}, // told when play is pressed
  );
});

/** Whether the person has asked their browser to save data: then instruments come when play is pressed. */
const savesData = (): boolean => (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;

/** Begin to load once the page has settled, so that the first press of play is heard at once. */
const preload = () => void internal().catch(() => {}); // told when play is pressed
if (!savesData()) {
  if ("requestIdleCallback" in window) requestIdleCallback(preload, { timeout: IDLE_TIMEOUT });
  else setTimeout(preload, IDLE_TIMEOUT);
}
