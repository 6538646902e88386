/** Lets the transport play what is open, as the controls are set. Knows signals and timers; no notes and no audio. */

import { computed, effect, signal, untracked } from "@preact/signals";
import type { Arrangement } from "../api";
import { ROLES, type Role } from "../music/piece";
import { audible, mixer, options, programOf, seatOf, styleProgram } from "../state/band";
import { levels } from "../state/levels";
import { bars, isComposing, ownChart, piece, pieceLines, pieceShift, take } from "../state/piece";
import { countIn, type Loop, loop, metronome, type Player, playState, soundProblem } from "../state/playback";
import { playing } from "../state/playing";
import { barsOf, faster, fastest, higher, pass, playingOf, rounds } from "../state/practice";
import { Stopwatch } from "./stopwatch";
import { channelVolume, NO_SYNTH, SoundError, type Synth } from "./synth";
import { type Score, Transport } from "./transport";

export const TICK = 25; // milliseconds
export const HORIZON = 0.3; // seconds that are sent ahead: longer than a busy page hangs
export const HIDDEN_HORIZON = 1.6; // where the page isn't seen, timers come once a second
const AWAKE = 5_000; // milliseconds that the sound stays on after the last note: reverb fades, play starts faster
const PATIENCE = 4_000; // milliseconds that play waits for the instruments of a style
const STRUCK = 0.3; // seconds that a note sounds by itself
const LATE = 400; // milliseconds after which it would surprise
const NO_SOUND = "The sound can't be started. Reload the page, or try another browser.";

/** Where the sound comes from: a synthesizer that is loaded when first asked for. */
export type Source = () => Promise<Synth>;

/** A player whose synthesizer others can have for a while. */
export interface Lender extends Player {
  switchSource(): Promise<void>;
  /**
   * Have the synthesizer, with its clock running and its instruments there, until it is given back; null where there is
   * none. What plays stops; `ended` hears of others who want it, and has to stop then. Call it where the person pressed
   * something.
   */
  lend(ended: () => void): Promise<Synth | null>;
  /** From who was lent it with this `ended`; others keep it. */
  takeBack(ended: () => void): void;
}

/** A player of the open piece. `source` is asked at each start, and may give another synthesizer each time. */
export function createPlayer(source: Source): Lender {
  const synth = signal<Synth>(NO_SYNTH);
  const length = computed(() => {
    const open = piece.value;
    if (open === null) return 0;
    return isComposing.value || open.state === "done" ? (ownChart.value?.bars ?? open.bars) : bars.value.length;
  });
  const transport = new Transport(NO_SYNTH, (number) => untracked(() => score(number)));
  const stopwatch = new Stopwatch();
  let attempt = 0; // counts starts and stops: what was awaited for an earlier one is void
  let timer: ReturnType<typeof setInterval> | undefined;
  let rest: ReturnType<typeof setTimeout> | undefined;
  let borrower: (() => void) | null = null;

  function score(number: number): Score {
    const wanted = loop.value;
    const to = Math.min(wanted?.to ?? 0, length.value);
    return {
      bars: barsOf(number),
      length: length.value,
      lines: pieceLines.value,
      playing: playingOf(number),
      loop: wanted && wanted.from < to ? { from: wanted.from, to } : null,
      rounds: rounds.value ?? Number.POSITIVE_INFINITY,
      metronome: metronome.value,
    };
  }

  function tick(): void {
    if (transport.state === "stopped") return;
    transport.tick(document.hidden ? HIDDEN_HORIZON : HORIZON);
    publish();
    if (playState.peek() === "stopped") idle();
  }

  function publish(): void {
    playState.value = transport.state;
    pass.value = transport.heardPass();
    stopwatch.count(transport.late, transport.waits);
    const first = transport.firstNote;
    if (first !== null && synth.peek().heard() >= first) stopwatch.sounds(synth.peek().performanceTime(first));
  }

  function idle(): void {
    clearInterval(timer);
    clearTimeout(rest);
    if (!borrower) rest = setTimeout(() => synth.peek().suspend(), AWAKE);
  }

  function run(): void {
    clearInterval(timer);
    clearTimeout(rest);
    timer = setInterval(tick, TICK);
    tick();
  }

  function connect(next: Synth): void {
    const before = synth.peek();
    if (next === before) return;
    transport.connect(next);
    before.suspend();
    synth.value = next;
  }

  /** Have a synthesizer whose clock runs, and use it from now on. Whether there is one. */
  async function prepare(): Promise<boolean> {
    try {
      const next = await source();
      await next.resume();
      connect(next);
      soundProblem.value = null;
      if (playState.peek() === "stopped") idle();
      return true;
    } catch (error) {
      soundProblem.value = explain(error);
      return false;
    }
  }

  /** Wait for the instruments of a style, if not for ever. */
  async function settle(): Promise<void> {
    const settled = synth.peek().settled();
    if (settled) await Promise.race([settled, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
  }

  async function lend(ended: () => void): Promise<Synth | null> {
    pause();
    borrower?.();
    borrower = ended;
    clearTimeout(rest);
    if (await prepare()) {
      await settle();
      return synth.peek();
    }
    takeBack(ended);
    return null;
  }

  function takeBack(ended: () => void): void {
    if (borrower !== ended) return;
    borrower = null;
    if (playState.peek() === "stopped") idle();
  }

  async function play(countsIn = countIn.peek()): Promise<void> {
    if (playState.peek() !== "stopped") return;
    attempt += 1;
    const mine = attempt;
    stopwatch.pressed();
    playState.value = "waiting";
    noticeBar();
    const ready = await prepare();
    if (ready) await settle();
    if (mine !== attempt) return;
    if (ready) {
      transport.play(countsIn);
      run();
    } else {
      playState.value = "stopped";
    }
  }

  function pause(): void {
    attempt += 1;
    transport.pause();
    publish();
    idle();
  }

  async function strike(role: Role, pitch: number, velocity: number): Promise<void> {
    const asked = performance.now();
    if (!(await prepare()) || performance.now() - asked > LATE) return;
    const now = synth.peek().now();
    synth.peek().noteOn(role, pitch, velocity, now);
    synth.peek().noteOff(role, pitch, now + STRUCK);
  }

  function noticeBar(): void {
    const bar = pieceLines.peek().barAt(transport.position());
    if (playState.peek() !== "stopped" && bars.peek()[bar] !== undefined) stopwatch.hasBar();
  }

  async function switchSource(): Promise<void> {
    if (playState.peek() === "stopped") return; // the next start asks anyway
    if (await prepare()) tick();
    else pause();
  }

  let last: Arrangement | null = null;
  effect(() => {
    const now = piece.value;
    if (now?.id !== last?.id) {
      const loopNow = loopOf(now, loop.peek(), last);
      untracked(() => {
        pause();
        transport.seek(0);
        loop.value = loopNow;
      });
    }
    last = now;
  });

  let lastTake = take.peek();
  let lastShift = pieceShift.peek();
  effect(() => {
    void bars.value;
    if (take.value !== lastTake || pieceShift.value !== lastShift) transport.changeBars();
    [lastTake, lastShift] = [take.value, pieceShift.value];
    untracked(() => {
      noticeBar();
      tick();
    });
  });

  effect(() => {
    void [loop.value, playing.value, length.value, faster.value, fastest.value, higher.value, rounds.value];
    untracked(tick);
  });

  for (const role of ROLES) {
    const program = computed(() => programOf(role));
    const next = computed(() => styleProgram(options.value.style, role));
    effect(() => {
      if (next.value !== undefined) synth.value.fetch(role, next.value);
    });
    const volume = computed(() => channelVolume(levels[role].value, mixer[role].value.volume));
    effect(() => {
      if (program.value !== undefined) synth.value.program(role, program.value);
    });
    effect(() => synth.value.volume(role, volume.value));
    const seat = computed(() => seatOf(role));
    effect(() => {
      if (seat.value) synth.value.seat(role, seat.value);
    });
    effect(() => synth.value.silence(role, !audible.value.has(role)));
  }

  document.addEventListener("visibilitychange", tick);

  return {
    async prepare() {
      await prepare();
    },
    play,
    pause,
    strike,
    press: (role, pitch, velocity) => synth.peek().noteOn(role, pitch, velocity, synth.peek().now()),
    release: (role, pitch) => synth.peek().noteOff(role, pitch, synth.peek().now()),
    seek(step) {
      transport.seek(step);
      tick();
    },
    position: () => transport.position(),
    level: (role) => synth.peek().level(role),
    switchSource,
    lend,
    takeBack,
  };
}

/** What loops in a piece that is opened: the bars that were chosen in its chart, or all where all did before. */
function loopOf(opened: Arrangement | null, chosen: Loop | null, before: Arrangement | null): Loop | null {
  if (opened === null || chosen === null) return null;
  if (chosen.from === 0 && chosen.to === before?.bars) return { from: 0, to: opened.bars };
  return before === null || before.progression === opened.progression ? chosen : null;
}

function explain(error: unknown): string {
  if (error instanceof SoundError) return error.message;
  console.error(error);
  return NO_SOUND;
}
