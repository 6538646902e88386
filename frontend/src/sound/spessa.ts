/** The synthesizer in the browser: spessasynth in an AudioWorklet, with the SoundFont that audio files are made with, or with one of the
 * person's.
 *
 * Two of the library's ways shape this module. What it was told to play later can't be taken back: so there are three
 * lanes, sets of channels of which one plays; to stop is to turn that lane down, let what is queued for it pass
 * unheard, and go on in the next. And samples are decoded by the first note that needs them, on the audio thread: so
 * all keys are struck before anybody listens.
 */

import { WorkletSynthesizer } from "spessasynth_lib";
import processorUrl from "spessasynth_lib/dist/spessasynth_processor.min.js?url";
import type { Offer } from "../api";
import { AS_COMPOSED, ROLES, type Role } from "../music/piece";
import type { OwnFont } from "../state/font";
import { Clicks } from "./clicks";
import { Fonts } from "./fonts";
import { levelOf } from "./meter";
import { type Seat, SoundError, type Synth } from "./synth";

const FIRST: readonly Role[] = ["drums", "bass", "piano", "guitar"]; // without whom no band plays

type Lane = Readonly<Record<Role, number>>;

// The library has 16 channels at first, and as many outputs: those that come later share an output with an earlier one,
// so that here an output belongs to one role. Channel 9 is drums by itself; those of the other lanes are made drums here.
const LANES: readonly [Lane, ...Lane[]] = [
  { piano: 0, guitar: 1, bass: 2, strings: 3, melody: 4, drums: 9 },
  { piano: 16, guitar: 17, bass: 18, strings: 19, melody: 20, drums: 25 },
  { piano: 5, guitar: 6, bass: 7, strings: 8, melody: 10, drums: 11 },
];
const SPARE_CHANNEL = 15; // for keys that are struck unheard
const KEYS = 128;
const STRUCK_VELOCITY = 64; // the SoundFont has the same samples for all

const VOLUME = 7; // MIDI controllers
const PAN = 10;
const REVERB_SEND = 91;
const CHORUS_SEND = 93;
const ALL_SOUND_OFF = 120;

// Measured beside audio files of the same piece, which are at -14 LUFS.
const GAIN = 2.5;
// What that brings above full scale when everybody plays is held down, not cut off. It adds 1.7 dB itself.
const LIMITER: DynamicsCompressorOptions = { threshold: -3, knee: 0, ratio: 20, attack: 0.002, release: 0.1 };
const REVERB = 0.5; // of the library's own
const CHORUS = 0.5;

// Firefox holds a lock that its audio graph needs while it asks the device how late it is. Where the device waits for the
// graph meanwhile, all of them wait for ever, and the page too: there the device is not asked.
const isFirefox = () => navigator.userAgent.includes("Firefox/");

const PASSED = 0.02; // seconds after the last of what is queued: then a lane may play again
const METER_FRAMES = 1024;
const KEYS_LISTENING = 2; // struck at once while somebody listens: about a millisecond of decoding
const KEYS_ASLEEP = 16; // and before: short enough for the page
const START_TIMEOUT = 3_000; // milliseconds

const NO_WORKLET = "The part that makes the sound couldn't be loaded. Reload the page.";
const NO_START =
  "The sound doesn't start. Press play once more; if it stays silent, allow sound for this page, and see whether anything else can be heard here.";

/** Who listens to how the instruments come. */
export interface Loading {
  progress(there: number, of: number): void; // bytes
  /** An instrument that was wanted later can't be had. */
  failed(error: SoundError): void;
}

/** A synthesizer that can play with other instruments than the page's. */
export interface FontSynth extends Synth {
  /** Play with those of a file, as far as it has them, as soon as they are ready; null: with the page's own. */
  use(own: OwnFont | null): void;
}

/**
 * Load the synthesizer and the instruments of those who carry a piece into an audio context; the others join when theirs
 * are there. They are those that are `wanted`, or else offered first, of the person's `own` font where that has them.
 * Throws {@link SoundError}.
 */
export async function loadSpessa(
  context: AudioContext,
  offer: Offer,
  loading: Loading,
  wanted: (role: Role) => number | undefined = () => undefined,
  own: OwnFont | null = null,
): Promise<FontSynth> {
  await context.audioWorklet.addModule(processorUrl).catch((error: unknown) => {
    throw new SoundError(NO_WORKLET, { cause: error });
  });
  const library = new WorkletSynthesizer(context, { eventsEnabled: false });
  await library.isReady;
  const fonts = new Fonts(
    library,
    offer.tracks,
    (there, of) => loading.progress(there, of),
    (what, error) => loading.failed(new SoundError(damagedWords(what, error))),
  );
  fonts.use(own);
  const synth = new Spessa(context, library, offer.tracks, fonts, loading);
  const first = offer.tracks.filter(({ role }) => FIRST.includes(role));
  await Promise.all(first.map(({ role, program }) => synth.have(role, wanted(role) ?? program)));
  await library.getSnapshot(); // answered after all that
  for (const { role, program } of offer.tracks) {
    if (!synth.wants(role)) synth.program(role, wanted(role) ?? program);
  }
  return synth;
}

/** "Program 1 of font.sf2 can't be played: it is damaged. The page's own plays in its place." */
function damagedWords(what: string, error: unknown): string {
  const why = error instanceof SoundError ? error.message : "it is damaged";
  return `${what.charAt(0).toUpperCase()}${what.slice(1)} can't be played: ${why}. The page's own plays in its place.`;
}

class Spessa implements FontSynth {
  private lane: Lane = LANES[0];
  private queued = 0; // the last time that a note was sent for
  private readonly free = new Map(LANES.map((lane) => [lane, 0])); // when its queue is empty
  private readonly volumes: Record<Role, number>;
  private readonly silent = new Set<Role>();
  private readonly programs = new Map<Role, number>(); // wanted
  private readonly ready = new Set<Role>(); // who has an instrument; the others are silent
  private readonly coming = new Map<Role, Promise<void>>();
  private readonly struck = new Set<string>(); // instruments whose samples are decoded
  private readonly meters: Record<Role, AnalyserNode>;
  private readonly clicks: Clicks;
  private readonly frames = new Float32Array(METER_FRAMES);

  constructor(
    private readonly context: AudioContext,
    private readonly library: WorkletSynthesizer,
    tracks: Offer["tracks"],
    private readonly fonts: Fonts,
    private readonly loading: Loading,
  ) {
    this.clicks = new Clicks(context);
    const highest = Math.max(...LANES.flatMap((lane) => Object.values(lane)));
    while (library.midiChannels.length <= highest) library.addNewChannel();
    library.reset(); // or the new ones are silent
    library.setSystemParameter("gain", GAIN);
    library.setSystemParameter("reverbGain", REVERB);
    library.setSystemParameter("chorusGain", CHORUS);
    const limiter = new DynamicsCompressorNode(context, LIMITER);
    limiter.connect(context.destination);
    library.connect(limiter);
    library.disconnectChannel(limiter, SPARE_CHANNEL);
    this.volumes = eachRole(() => AS_COMPOSED);
    this.meters = eachRole((role) => this.meter(LANES.map((lane) => lane[role])));
    for (const lane of LANES) library.midiChannels[lane.drums]?.setDrums(true);
    for (const { role } of tracks) this.turn(role);
  }

  now = () => this.context.currentTime;

  heard(): number {
    if (isFirefox()) return this.context.currentTime - this.context.baseLatency;
    const { contextTime = 0, performanceTime = 0 } = this.context.getOutputTimestamp();
    const latest = this.context.currentTime;
    const heard = contextTime + (performance.now() - performanceTime) / 1000;
    const plausible = contextTime > 0 && heard <= latest && heard > latest - 1;
    return plausible ? heard : latest - (this.context.outputLatency || this.context.baseLatency || 0);
  }

  performanceTime = (time: number) => performance.now() + (time - this.heard()) * 1000;

  noteOn(role: Role, pitch: number, velocity: number, time: number): void {
    this.queued = Math.max(this.queued, time);
    this.library.noteOn(this.lane[role], pitch, velocity, { time });
  }

  noteOff(role: Role, pitch: number, time: number): void {
    this.queued = Math.max(this.queued, time);
    this.library.noteOff(this.lane[role], pitch, { time });
  }

  click(isStrong: boolean, time: number): void {
    this.clicks.click(isStrong, time);
  }

  startClock(): void {}

  clock(): void {}

  stopClock(): void {}

  program(role: Role, program: number): void {
    const coming = this.have(role, program)
      .catch((error: SoundError) => this.loading.failed(error))
      .finally(() => {
        if (this.coming.get(role) === coming) this.coming.delete(role);
      });
    this.coming.set(role, coming);
  }

  use(own: OwnFont | null): void {
    if (!this.fonts.use(own)) return;
    this.struck.clear();
    for (const [role, program] of this.programs) this.program(role, program);
  }

  fetch(role: Role, program: number): void {
    const isDrum = role === "drums";
    this.fonts.need(program, isDrum).then(
      () => this.strike(program, isDrum),
      () => {}, // told when it is wanted
    );
  }

  settled(): Promise<unknown> | null {
    const awaited = FIRST.flatMap((role) => this.coming.get(role) ?? []);
    return awaited.length > 0 ? Promise.all(awaited) : null;
  }

  /** Whether an instrument was asked for. */
  wants(role: Role): boolean {
    return this.programs.has(role);
  }

  /** Give a role an instrument, once it is there. Throws {@link SoundError} where it can't be had. */
  async have(role: Role, program: number): Promise<void> {
    const isDrum = role === "drums";
    this.programs.set(role, program);
    await this.fonts.need(program, isDrum);
    await this.strike(program, isDrum);
    if (this.programs.get(role) !== program) return; // changed again meanwhile
    for (const lane of LANES) this.library.programChange(lane[role], program);
    this.ready.add(role);
    this.turn(role);
  }

  volume(role: Role, volume: number): void {
    this.volumes[role] = volume;
    this.turn(role);
  }

  seat(role: Role, { pan, reverb, chorus }: Seat): void {
    for (const lane of LANES) {
      this.library.controllerChange(lane[role], PAN, pan);
      this.library.controllerChange(lane[role], REVERB_SEND, reverb);
      this.library.controllerChange(lane[role], CHORUS_SEND, chorus);
    }
  }

  silence(role: Role, silent: boolean): void {
    this.silent[silent ? "add" : "delete"](role);
    this.turn(role);
  }

  stopAll(): number {
    const now = this.now();
    this.clicks.stop();
    if (this.queued === 0) return now; // nothing was sent to this lane
    const free = Math.max(now, this.queued) + PASSED;
    for (const role of ROLES) {
      this.library.controllerChange(this.lane[role], VOLUME, 0);
      this.library.controllerChange(this.lane[role], ALL_SOUND_OFF, 0, { time: free });
    }
    this.free.set(this.lane, free);
    this.queued = 0;
    for (const role of ROLES) this.turn(role);
    this.lane = LANES.reduce((one, other) => (this.freeAt(other) < this.freeAt(one) ? other : one));
    return Math.max(now, this.freeAt(this.lane));
  }

  level(role: Role): number {
    if (this.context.state !== "running") return 0;
    this.meters[role].getFloatTimeDomainData(this.frames);
    return levelOf(this.frames);
  }

  async resume(): Promise<void> {
    if (this.context.state === "running") return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const blocked = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new SoundError(NO_START)), START_TIMEOUT);
    });
    await Promise.race([this.context.resume(), blocked]).finally(() => clearTimeout(timer));
  }

  suspend(): void {
    void this.context.suspend();
  }

  /** Strike all keys of an instrument unheard, so that its samples are decoded; bit by bit while somebody listens. */
  async strike(program: number, isDrum: boolean): Promise<void> {
    const name = `${isDrum} ${program}`;
    if (this.struck.has(name)) return;
    this.struck.add(name);
    for (let key = 0; key < KEYS; ) {
      const end = key + (this.context.state === "running" ? KEYS_LISTENING : KEYS_ASLEEP);
      this.library.midiChannels[SPARE_CHANNEL]?.setDrums(isDrum); // another instrument is struck meanwhile
      this.library.programChange(SPARE_CHANNEL, program);
      for (; key < Math.min(end, KEYS); key += 1) this.library.noteOn(SPARE_CHANNEL, key, STRUCK_VELOCITY);
      this.library.controllerChange(SPARE_CHANNEL, ALL_SOUND_OFF, 0);
      await new Promise((resolve) => setTimeout(resolve));
    }
  }

  private freeAt(lane: Lane): number {
    return this.free.get(lane) ?? 0;
  }

  /** Set the volume of a role: at once in lanes that are free, in the others as soon as they are. */
  private turn(role: Role): void {
    const volume = this.silent.has(role) || !this.ready.has(role) ? 0 : this.volumes[role];
    for (const lane of LANES) this.library.controllerChange(lane[role], VOLUME, volume, { time: this.freeAt(lane) });
  }

  private meter(channels: readonly number[]): AnalyserNode {
    const meter = new AnalyserNode(this.context, { fftSize: METER_FRAMES });
    for (const channel of channels) this.library.connectChannel(meter, channel);
    return meter;
  }
}

function eachRole<Value>(make: (role: Role) => Value): Record<Role, Value> {
  return Object.fromEntries(ROLES.map((role) => [role, make(role)])) as Record<Role, Value>;
}
