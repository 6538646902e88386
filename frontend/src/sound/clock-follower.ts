/**
 * Plays along with a studio: obeys the messages of its MIDI clock, and keeps the page where the studio is. The page's tempo
 * is the clock's, a little faster or slower as long as the page lags behind or runs ahead. Knows no devices.
 */

import type { PlayState } from "../state/playback";
import { Clock, TICKS } from "./clock";

const POSITION = 0xf2; // status bytes of the system
const CLOCK = 0xf8;
const START = 0xfa;
const CONTINUE = 0xfb;
const STOP = 0xfc;
const DATA_BITS = 7; // of a byte that is no status
const SIXTEENTHS = 4; // of a quarter

export const LOST = 1_000; // milliseconds without a tick after which it is gone
const STEER = 6; // ticks from one correction to the next
const SECONDS_TO_CATCH = 2; // what the page is off by is halved in about so many: what is sent can't be taken back
const MOST_CORRECTION = 0.04; // of the tempo
const FAR = 0.5; // quarters that are jumped over, not caught up with
const SLOWEST = 20; // quarters a minute
const FASTEST = 400;

/** What follows: the page's player, in written quarters. */
export interface Led {
  state(): PlayState;
  /** What is heard now. */
  position(): number;
  play(): void;
  pause(): void;
  seek(quarters: number): void;
  /** Whether its place in the piece is its own affair: it goes round a loop. */
  isLooping(): boolean;
  /** Play at so many quarters a minute. */
  lead(tempo: number): void;
}

export class ClockFollower {
  private readonly clock = new Clock();
  private isRunning = false;
  private place = 0; // quarters at which the next tick stands that follows a start
  private base: number | null = null; // the tick that stands there; null before it has come
  private offset = 0; // quarters that the page is elsewhere, as it loops or was begun by hand
  private last = Number.NEGATIVE_INFINITY; // ms of the last tick

  constructor(
    private readonly led: Led,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Quarters a minute of the clock; null while it isn't heard. */
  get tempo(): number | null {
    return this.isHeard(this.now()) ? this.clock.tempo : null;
  }

  /** A message has come, at a time in milliseconds of `performance.now()`. */
  receive([status, low = 0, high = 0]: Iterable<number> & ArrayLike<number>, time: number): void {
    if (status === CLOCK) this.tick(time);
    else if (status === START) this.begin(0, time);
    else if (status === CONTINUE) this.begin(this.place, time);
    else if (status === STOP) this.stop();
    else if (status === POSITION) this.move((low | (high << DATA_BITS)) / SIXTEENTHS);
  }

  /** Stop the page where the clock is gone. Whether it was only now. */
  isLost(): boolean {
    if (!this.isRunning || this.isHeard(this.now())) return false;
    this.stop();
    return true;
  }

  private isHeard(time: number): boolean {
    return time - this.last < LOST;
  }

  private begin(place: number, time: number): void {
    [this.isRunning, this.place, this.base, this.offset] = [true, place, null, 0];
    this.led.pause();
    this.led.seek(place);
    if (!this.isHeard(time)) return; // it begins with its first tick
    this.steer(this.clock.tempo);
    this.led.play();
  }

  private stop(): void {
    if (this.base !== null) this.place += (this.clock.count + 1 - this.base) / TICKS;
    [this.isRunning, this.base] = [false, null];
    this.led.pause();
  }

  private move(place: number): void {
    [this.place, this.base, this.offset] = [place, null, 0];
    this.led.seek(place);
  }

  private tick(time: number): void {
    const wasHeard = this.isHeard(time);
    if (!wasHeard) this.clock.forget();
    this.clock.tick(time);
    this.last = time;
    if (!this.isRunning) return;
    if (this.base === null) {
      this.base = this.clock.count;
      if (this.led.state() === "stopped" && !wasHeard) this.led.play();
    }
    if ((this.clock.count - this.base) % STEER === 0) this.keepUp();
  }

  /** Play faster or slower, or jump, where the page is not where the clock is. */
  private keepUp(): void {
    const [tempo, now] = [this.clock.tempo, this.now()];
    const tick = this.clock.at(now);
    if (tempo === null || tick === null || this.base === null || this.led.state() !== "playing") return;
    const place = this.place + (tick - this.base) / TICKS;
    let off = place - this.led.position() - this.offset;
    if (Math.abs(off) > FAR) {
      if (!this.led.isLooping()) {
        this.led.seek(place);
        return;
      }
      const elsewhere = Math.round(off * SIXTEENTHS) / SIXTEENTHS;
      this.offset += elsewhere;
      off -= elsewhere;
    }
    const seconds = (off * 60) / tempo;
    const correction = Math.max(-MOST_CORRECTION, Math.min(seconds / SECONDS_TO_CATCH, MOST_CORRECTION));
    this.steer(tempo * (1 + correction));
  }

  private steer(tempo: number | null): void {
    if (tempo === null) return;
    this.led.lead(Math.max(SLOWEST, Math.min(tempo, FASTEST)));
  }
}
