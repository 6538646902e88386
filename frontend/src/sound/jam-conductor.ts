/**
 * Leads a band that is composed bar by bar: which bar is asked for when, when a chord changes one, what is sent to the
 * synthesizer. Knows beats in seconds of the synthesizer's clock; no requests, no keyboard and no timers: whoever has
 * these calls {@link JamConductor.tick}.
 *
 * The twin of the package's `jamming/conductor.py`, with a network in between. The next bar is asked for as late as the
 * slowest of the last answers allows; a chord that comes after that turns it. What was sent can't be taken back, so that
 * little is sent ahead. Where a bar is late the drums of the last one go on, and what is too old of it is left out.
 */

import type { Playing } from "../music/feel";
import { type BarNotes, type Note, OCTAVE, ROLES, type Role } from "../music/piece";
import { STEPS_PER_BEAT } from "../music/time";
import type { JamBarView, JamChord } from "../wire";
import type { Led } from "./jam-keys";
import type { Synth } from "./synth";

/** Seconds after a beat for which a chord still counts for it, and … */
export const GRACE = 0.09;
/** … of a beat, where that is less. */
export const GRACE_SHARE = 0.3;
/** Seconds from the first bar's being there to its beginning. */
export const LEAD = 0.03;
/** Seconds that an answer may be later than the slowest of the last ones. */
export const SAFE = 0.06;
/** Seconds after which what comes late is left out. */
export const TOO_LATE = 0.15;
/** Bars after which hands stray as before. */
export const CYCLE = 64;
const FIRST_GUESS = 0.15; // seconds that an answer takes, before any came
const ANSWERS = 8; // the slowest of which counts
const KEPT = 8; // bars: more than any are ahead
const SHORTEST = 0.02; // seconds of a note
const DRUMS: Role = "drums";

/** The band: a chord in, a bar out. What it throws ends the jam. */
export interface JamBand {
  /** The next bar, over a chord; null: over the one that holds. Null where the chord can't be the first one. */
  bar(chord: JamChord | null): Promise<JamBarView | null>;
  /** The last bar again, over another chord from a beat on. */
  turn(chord: JamChord, beat: number): Promise<JamBarView>;
}

/** Who leads. */
export interface JamLeader {
  led(now: number): Led | null;
  wholeAt(): number;
}

export interface JamSetting {
  readonly synth: Synth;
  readonly band: JamBand;
  readonly leader: JamLeader;
  /** Of {@link CYCLE} bars and one more. */
  readonly playing: Playing;
  readonly steps: number; // of a bar
  readonly beats: number; // of a bar
  /** Hears of each bar that came, and of each that was turned. */
  settled(bar: JamBarView): void;
  failed(error: unknown): void;
}

/** A place in the music that is heard. */
export interface JamPlace {
  readonly bar: number; // from 0
  readonly beat: number; // from 0
}

interface Placed {
  readonly bar: JamBarView;
  readonly begin: number; // seconds
}

interface Due {
  readonly role: Role;
  readonly pitch: number;
  readonly velocity: number;
  readonly line: number; // when its bar begins
  readonly step: number; // of its bar
  readonly time: number;
  end: number;
}

export class JamConductor {
  private last: Placed | null = null; // the last bar that was composed
  private placed: Placed[] = []; // the last ones
  private handled: Led | null = null;
  private isAsking = false;
  private isOver = false;
  private due: Due[] = [];
  private ringing: Due[] = [];
  private sent = Number.NEGATIVE_INFINITY; // until when notes were sent
  private filled: number | null = null; // until when drums go on by themselves, in the place of a bar that is late
  private answers: number[] = []; // seconds that the last ones took
  private readonly grace: number;
  private readonly beat: number; // seconds
  private readonly length: number; // of a bar, seconds

  constructor(private readonly setting: JamSetting) {
    const { playing, steps } = setting;
    this.beat = playing.time.seconds(STEPS_PER_BEAT);
    this.length = playing.time.seconds(steps);
    this.grace = Math.min(GRACE, GRACE_SHARE * this.beat);
  }

  /** Do what is due, and send what begins within `horizon` seconds. */
  tick(horizon: number): void {
    if (this.isOver) return;
    const now = this.setting.synth.now();
    this.decide(now, horizon);
    this.fill(now + horizon);
    this.send(now, now + horizon);
  }

  /** End all that sounds. How many bars have begun. */
  stop(): number {
    this.isOver = true;
    const { synth } = this.setting;
    if (this.last) synth.stopAll();
    [this.due, this.ringing] = [[], []];
    return this.placed.findLast(({ begin }) => begin <= synth.now())?.bar.number ?? -1;
  }

  /** What is heard now; null before the first bar. */
  place(): JamPlace | null {
    const heard = this.setting.synth.heard();
    const here = this.placed.findLast(({ begin }) => begin <= heard);
    if (!here) return null;
    const beat = Math.floor(((heard - here.begin) % this.length) / this.beat);
    return { bar: here.bar.number, beat };
  }

  /** Seconds that the slowest of the last answers took; null before the first. */
  get slowest(): number | null {
    return this.answers.length ? Math.max(...this.answers) : null;
  }

  private decide(now: number, horizon: number): void {
    if (this.isAsking) return;
    const { band, leader } = this.setting;
    const led = leader.led(now);
    const isNew = led !== null && led !== this.handled && !isSame(led, this.handled);
    if (isNew && now < leader.wholeAt()) return;
    if (this.last === null) {
      if (isNew)
        this.ask(
          led,
          () => band.bar(led.chord),
          (bar) => this.begins(bar, this.setting.synth.now() + LEAD),
        );
      return;
    }
    const { begin } = this.last;
    const beat = isNew ? this.beatOf(led, begin) : 0;
    if (isNew && beat < this.setting.beats) {
      this.ask(
        led,
        () => band.turn(led.chord, beat),
        (bar) => this.turns(bar, beat),
      );
    } else if (now >= begin + this.length - horizon - SAFE - (this.slowest ?? FIRST_GUESS)) {
      this.ask(
        led,
        () => band.bar(isNew ? led.chord : null),
        (bar) => this.begins(bar, begin + this.length),
      );
    }
  }

  /** The beat of the last bar for which a chord counts. */
  private beatOf({ time }: Led, begin: number): number {
    return Math.max(Math.ceil((time - this.grace - begin) / this.beat), 0);
  }

  private ask(led: Led | null, request: () => Promise<JamBarView | null>, take: (bar: JamBarView) => void): void {
    const { synth, settled, failed } = this.setting;
    this.isAsking = true;
    const asked = synth.now();
    request()
      .then((bar) => {
        this.isAsking = false;
        if (this.isOver) return;
        this.answers = [...this.answers.slice(1 - ANSWERS), synth.now() - asked];
        this.handled = led;
        if (bar === null) return;
        take(bar);
        settled(bar);
      })
      .catch((error: unknown) => {
        if (!this.isOver) failed(error);
      });
  }

  // Bars.

  private begins(bar: JamBarView, from: number): void {
    const now = this.setting.synth.now();
    let begin = from;
    while (now >= begin + this.length) begin += this.length; // whole bars were missed: drums played them
    const drumsFrom = this.filled === null ? Number.NEGATIVE_INFINITY : this.sent;
    this.due = this.due.filter(({ line }) => this.filled === null || line < from);
    this.filled = null;
    this.put({ bar, begin });
    this.damp(bar, begin, 0);
    const notes = this.notesOf(bar, begin, ROLES);
    this.due.push(...notes.filter(({ role, time }) => time >= (role === DRUMS ? drumsFrom : now - TOO_LATE)));
  }

  private turns(bar: JamBarView, beat: number): void {
    if (this.last === null) return;
    const { begin, bar: before } = this.last;
    if (JSON.stringify(before.chords) === JSON.stringify(bar.chords)) return;
    const now = this.setting.synth.now();
    const since = beat * STEPS_PER_BEAT;
    this.put({ bar, begin });
    const isReplaced = ({ role, line, step }: Due): boolean => role !== DRUMS && line === begin && step >= since;
    this.due = this.due.filter((note) => !isReplaced(note));
    const wanted = this.notesOf(bar, begin, ROLES).filter(
      ({ role, step, time }) => role !== DRUMS && step >= since && time >= now - TOO_LATE,
    );
    const sounding = this.ringing.filter(isReplaced);
    const isNoted = (one: Due) => (other: Due) =>
      one.role === other.role && one.pitch === other.pitch && one.step === other.step;
    for (const note of sounding) {
      const stays = wanted.find(isNoted(note));
      note.end = stays ? stays.end : Math.max(now, note.time);
    }
    this.damp(bar, begin, since);
    this.due.push(...wanted.filter((note) => !sounding.some(isNoted(note))));
  }

  private put(placed: Placed): void {
    const others = this.placed.filter(({ bar }) => bar.number !== placed.bar.number);
    this.placed = [...others, placed].slice(-KEPT);
    this.last = placed;
  }

  /** End what rings into a chord to which it doesn't belong. */
  private damp({ chords }: JamBarView, begin: number, since: number): void {
    const now = this.setting.synth.now();
    for (const { step, tones } of chords) {
      if (step < since) continue;
      const at = this.timeOf(begin, step);
      for (const note of [...this.ringing, ...this.due]) {
        const isForeign = note.role !== DRUMS && !tones.includes(note.pitch % OCTAVE);
        if (isForeign && this.timeOf(note.line, note.step) < at) note.end = Math.min(note.end, Math.max(at, now));
      }
    }
  }

  /** When a step of a bar is, by its beats. */
  private timeOf(begin: number, step: number): number {
    return begin + this.setting.playing.time.seconds(step);
  }

  private notesOf(bar: JamBarView, begin: number, roles: readonly Role[]): Due[] {
    const { playing, steps } = this.setting;
    const { time } = playing;
    const first = (bar.number % CYCLE) * steps;
    const at = (role: Role, pitch: number, step: number): number =>
      begin + time.seconds(first + step) - time.seconds(first) + playing.delay(role, pitch, first + step);
    return roles.flatMap((role) =>
      ((bar.notes as BarNotes)[role] ?? []).map(([step, duration, pitch, velocity]): Due => {
        const moved: Note = [first + step, duration, pitch, velocity];
        const from = at(role, pitch, step);
        return {
          role,
          pitch,
          velocity: playing.velocity(role, moved),
          line: begin,
          step,
          time: from,
          end: Math.max(at(role, pitch, step + duration), from + SHORTEST),
        };
      }),
    );
  }

  /** Have the drums go on where the next bar isn't there. */
  private fill(until: number): void {
    if (this.last === null) return;
    const end = this.filled ?? this.last.begin + this.length;
    if (until < end) return;
    this.due.push(...this.notesOf(this.last.bar, end, [DRUMS]));
    this.filled = end + this.length;
  }

  // Sound.

  private send(now: number, until: number): void {
    const { synth } = this.setting;
    const ready = this.due.filter(({ time }) => time < until).sort((one, other) => one.time - other.time);
    this.due = this.due.filter(({ time }) => time >= until);
    for (const note of ready) {
      const time = Math.max(note.time, now);
      if (note.end <= time || note.time < now - TOO_LATE) continue; // damped before it began, or the page hung
      const before = this.ringing.find(({ role, pitch }) => role === note.role && pitch === note.pitch);
      if (before) {
        synth.noteOff(before.role, before.pitch, Math.min(Math.max(before.end, now), time));
        this.ringing = this.ringing.filter((each) => each !== before);
      }
      synth.noteOn(note.role, note.pitch, note.velocity, time);
      this.ringing.push(note);
    }
    for (const note of this.ringing) {
      if (note.end < until) synth.noteOff(note.role, note.pitch, Math.max(note.end, now));
    }
    this.ringing = this.ringing.filter(({ end }) => end >= until);
    this.sent = Math.max(this.sent, until);
  }
}

const isSame = (one: Led, other: Led | null): boolean => JSON.stringify(one.chord) === JSON.stringify(other?.chord);
