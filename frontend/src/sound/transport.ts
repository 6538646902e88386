/** Plays bars on a synthesizer, ahead of time and to the point. Knows no browser: somebody calls `tick` often enough.
 *
 * What is played is one line of steps that only ever grows (`played`), also through loops and jumps. Spans map it
 * to the steps of the piece and to the synthesizer's clock; each start, jump, wait or change of speed begins a span.
 */

import type { Playing } from "../music/feel";
import { type BarNotes, type Note, ROLES, type Role } from "../music/piece";
import { quartersAt } from "../music/quarters";
import { type BarLines, STEPS_PER_BEAT, type TimeMap } from "../music/time";
import type { Loop, PlayState } from "../state/playback";
import type { Synth } from "./synth";

/** What is to be played, as it is now. */
export interface Score {
  readonly bars: readonly BarNotes[]; // those that are there
  readonly length: number; // bars, with those still to come
  readonly lines: BarLines;
  readonly playing: Playing; // as heard; another one where tempo or feel change
  readonly loop: Loop | null;
  readonly rounds: number; // how often it goes round
  readonly metronome: boolean; // whether each beat is clicked
}

export const LEAD = 0.04; // seconds between a decision and its first note
const EARLIEST = 0.005; // seconds ahead at which a note still comes in time
const SHORTEST = 0.001; // seconds of a note
const CLOCKS = 24; // of a quarter
const SIXTEENTHS = 4; // of a quarter
const EXACT = 1e-6; // steps: nearer places are the same

interface Span {
  readonly played: number;
  readonly step: number; // of the piece
  readonly time: number; // of the clock
  readonly map: TimeMap; // of the steps of the piece
  readonly pass: number; // of the loop, from 0
}

interface Ringing {
  readonly role: Role;
  readonly pitch: number;
  readonly onset: number; // played
  end: number; // played
  late: number; // seconds by which its end sounds after that
  readonly from: number; // by the clock
}

export class Transport {
  state: PlayState = "stopped";
  /** Notes that came later than they should have, since the last start. */
  late = 0;
  /** Times that it had to wait for a bar, since the last start. */
  waits = 0;
  /** When the first note since the last start sounds, by the clock; null before it is sent. */
  firstNote: number | null = null;

  private rest = 0; // the step at which it stands while stopped
  private played = 0; // all before is sent
  private step = 0; // the same in the piece
  private overdue = 0; // played: notes before come late
  private pass = 0; // of the loop, of what is sent next
  private starved = false; // the bar after what is sent wasn't there
  private spans: Span[] = [];
  private readonly ringing = new Map<string, Ringing>();

  constructor(
    private synth: Synth,
    private readonly score: (pass: number) => Score,
  ) {}

  /** Play on another synthesizer, from where it is. */
  connect(synth: Synth): void {
    const position = this.position();
    this.synth.stopAll();
    this.synth.stopClock();
    this.synth = synth;
    if (this.state === "stopped") this.rest = position;
    else this.start(position);
  }

  /** Play on from where it stands; after a bar of clicks, if somebody counts in. */
  play(countsIn = false): void {
    if (this.state !== "stopped") return;
    this.late = this.waits = 0;
    this.firstNote = null;
    this.pass = 0;
    this.start(this.rest >= endOf(this.score(this.pass)) ? 0 : this.rest, countsIn);
  }

  pause(): void {
    if (this.state === "stopped") return;
    this.rest = this.position();
    this.state = "stopped";
    this.synth.stopAll();
    this.synth.stopClock();
    this.ringing.clear();
  }

  seek(step: number): void {
    const target = Math.max(0, Math.min(step, endOf(this.score(this.pass))));
    if (this.state === "stopped") this.rest = target;
    else this.start(target);
  }

  /** Other bars from now on, at the same place: what rings ends before the first of their notes. */
  changeBars(): void {
    for (const note of this.ringing.values()) note.end = Math.min(note.end, this.played);
  }

  /** Which time round the loop is heard now, from 0. */
  heardPass(): number {
    return this.state === "stopped" ? 0 : (this.spans[this.heardSpan()]?.pass ?? 0);
  }

  /** The step that is heard now. */
  position(): number {
    if (this.state === "stopped") return this.rest;
    const heard = this.synth.heard();
    const index = this.heardSpan();
    const span = this.spans[index] as Span;
    const end = this.spans[index + 1]?.played ?? this.played;
    return span.step + Math.max(0, Math.min(stepsIn(span, heard), end - span.played));
  }

  private heardSpan(): number {
    const heard = this.synth.heard();
    return Math.max(
      0,
      this.spans.findLastIndex((span) => span.time <= heard),
    );
  }

  /** Send what is due within the next seconds. Call it again well before they are over. */
  tick(horizon: number): void {
    if (this.state === "stopped") return;
    const score = this.score(this.pass);
    const now = this.synth.now();
    if (score.loop && this.step > score.lines.onset(score.loop.to)) {
      this.start(score.lines.onset(score.loop.from));
    }
    this.follow(score, now);
    const goesOn = this.send(now + horizon);
    this.release(now + horizon);
    this.forget();
    if (goesOn === "ends" && this.synth.heard() >= this.timeOf(this.played)) {
      this.state = "stopped";
      this.rest = score.loop ? score.lines.onset(score.loop.from) : 0;
      this.synth.stopClock();
      return;
    }
    this.starved = goesOn === "starves";
    const waiting = this.starved && (this.state === "waiting" || now >= this.timeOf(this.played));
    if (waiting && this.state === "playing") this.waits += 1;
    this.state = waiting ? "waiting" : "playing";
  }

  private get span(): Span {
    return this.spans.at(-1) as Span;
  }

  private timeOf(played: number): number {
    const { map, step, time } = this.span;
    return time + (map.seconds(step + played - this.span.played) - map.seconds(step));
  }

  private start(step: number, countsIn = false): void {
    const ready = this.synth.stopAll();
    this.ringing.clear();
    this.step = step;
    this.overdue = this.played;
    const soon = Math.max(this.synth.now() + LEAD, ready);
    const time = countsIn ? this.countIn(step, soon) : soon;
    const score = this.score(this.pass);
    this.spans = [{ played: this.played, step, time, map: score.playing.time, pass: this.pass }];
    this.synth.startClock(sixteenthOf(score.lines, step), time);
    this.starved = false;
    this.state = this.hasNext(score) ? "playing" : "waiting"; // not counted: nothing broke off
  }

  /** Click the beats of a bar that leads to a step, from a time on. When the step comes. */
  private countIn(step: number, time: number): number {
    const { lines, playing } = this.score(this.pass);
    const bar = lines.barAt(step);
    const [onset, length] = [lines.onset(bar), lines.length(bar)];
    const seconds = playing.time.seconds(onset + length) - playing.time.seconds(onset);
    for (const beat of lines.beats(bar)) {
      const after = (((beat - step) % length) + length) % length;
      this.synth.click(beat === onset, time + (after / length) * seconds);
    }
    return time + seconds;
  }

  private begin(step: number, time: number, map: TimeMap): void {
    this.step = step;
    this.spans.push({ played: this.played, step, time, map, pass: this.pass });
  }

  /** Begin a span where the tempo is another one, or where the clock has overtaken what was sent. */
  private follow(score: Score, now: number): void {
    const due = this.timeOf(this.played);
    if (due < now + EARLIEST && this.hasNext(score)) {
      if (this.state === "playing") {
        if (this.starved) this.waits += 1;
        else this.overdue = this.span.played + stepsIn(this.span, now);
      }
      this.begin(this.step, now + LEAD, score.playing.time);
    } else if (score.playing.time !== this.span.map) {
      this.begin(this.step, due, score.playing.time);
    }
  }

  private hasNext(score: Score): boolean {
    const { bars, length, lines, loop } = score;
    const bar = lines.barAt(this.step);
    if (loop && this.step === lines.onset(loop.to)) return !this.isLastRound(score) && bars[loop.from] !== undefined;
    return bar < length && bars[bar] !== undefined;
  }

  private isLastRound({ rounds }: Score): boolean {
    return this.pass + 1 >= rounds;
  }

  /** Send the notes that begin before `until`. */
  private send(until: number): "runs" | "starves" | "ends" {
    for (;;) {
      let score = this.score(this.pass);
      const { loop: round } = score;
      if (round && this.step === score.lines.onset(round.to)) {
        if (this.isLastRound(score)) return "ends";
        const due = this.timeOf(this.played);
        this.pass += 1;
        score = this.score(this.pass);
        this.begin(score.lines.onset(round.from), due, score.playing.time);
      }
      const { bars, length, lines, loop, playing, metronome } = score;
      const bar = lines.barAt(this.step);
      if (bar >= length) return "ends";
      const notes = bars[bar];
      if (notes === undefined) return "starves";
      const last = loop && loop.to > bar ? loop.to : length; // where notes are cut
      const barEnd = lines.onset(bar + 1);
      const horizon = this.span.step + stepsIn(this.span, until);
      if (metronome) this.click(lines, bar, Math.min(horizon, barEnd));
      this.clock(lines, bar, Math.min(horizon, barEnd));
      if (horizon > this.step) this.sendUntil(notes, Math.min(horizon, barEnd), lines.onset(last), playing);
      if (horizon < barEnd) return "runs";
    }
  }

  /** The beats of a bar that come before `target`. */
  private click(lines: BarLines, bar: number, target: number): void {
    for (const [number, beat] of lines.beats(bar).entries()) {
      if (beat < this.step || beat >= target) continue;
      const time = this.timeOf(this.played + beat - this.step);
      this.synth.click(number === 0, Math.max(time, this.synth.now()));
    }
  }

  /** The clocks of a bar that come before `target`: even within a beat, also where it swings. */
  private clock(lines: BarLines, bar: number, target: number): void {
    const [onset, length] = [lines.onset(bar), lines.quarter(bar) / CLOCKS];
    const timeAt = (step: number): number => this.timeOf(this.played + step - this.step);
    for (let number = Math.ceil((this.step - onset) / length - EXACT); ; number += 1) {
      const place = onset + number * length;
      if (place >= target - EXACT) return;
      const beat = lines.beatAt(place + EXACT) ?? place;
      const within = (place - beat) / STEPS_PER_BEAT;
      const time = timeAt(beat) + within * (timeAt(beat + STEPS_PER_BEAT) - timeAt(beat));
      this.synth.clock(Math.max(time, this.synth.now()));
    }
  }

  private sendUntil(notes: BarNotes, target: number, cut: number, playing: Playing): void {
    for (const role of ROLES) {
      const due = (notes[role] ?? []).filter(([onset]) => onset >= this.step && onset < target);
      for (const note of due.sort(([one], [other]) => one - other)) this.begins(role, note, cut, playing);
    }
    this.played += target - this.step;
    this.step = target;
  }

  private begins(role: Role, note: Note, cut: number, playing: Playing): void {
    const [onset, duration, pitch] = note;
    const played = this.played + (onset - this.step); // exact where they are equal
    const steps = Math.min(duration, cut - onset);
    const end = played + steps;
    const late = playing.delay(role, pitch, onset + steps);
    const key = `${role} ${pitch}`;
    const before = this.ringing.get(key);
    if (before?.onset === played) {
      if (end > before.end) Object.assign(before, { end, late }); // one key can't be pressed twice at once
      return;
    }
    // What is early at a start sounds at once.
    const time = Math.max(this.timeOf(played) + playing.delay(role, pitch, onset), this.synth.now());
    if (before) this.synth.noteOff(role, pitch, Math.min(this.endOf(before), time));
    this.synth.noteOn(role, pitch, playing.velocity(role, note), time);
    this.ringing.set(key, { role, pitch, onset: played, end, late, from: time });
    this.firstNote = Math.min(this.firstNote ?? time, time);
    if (played < this.overdue) this.late += 1;
  }

  /** When a note ends, by the clock. */
  private endOf({ end, late, from }: Ringing): number {
    return Math.max(this.timeOf(end) + late, from + SHORTEST);
  }

  /** End the notes that end before `until`; also while it waits for the next bar. */
  private release(until: number): void {
    for (const [key, note] of this.ringing) {
      const time = this.endOf(note);
      if (time < until) {
        this.synth.noteOff(note.role, note.pitch, time);
        this.ringing.delete(key);
      }
    }
  }

  /** Drop the spans that are no longer heard. */
  private forget(): void {
    const heard = this.synth.heard();
    const index = this.spans.findLastIndex((span) => span.time <= heard);
    if (index > 0) this.spans.splice(0, index);
  }
}

/** The step at which a score ends. */
function endOf({ length, lines }: Score): number {
  return lines.onset(length);
}

/** The steps from the beginning of a span to a time of the clock. */
function stepsIn({ map, step, time }: Span, clock: number): number {
  return map.step(map.seconds(step) + clock - time) - step;
}

/** The sixteenth of the piece in which a step lies, from 0. */
const sixteenthOf = (lines: BarLines, step: number): number => Math.floor(quartersAt(lines, step) * SIXTEENTHS + EXACT);
