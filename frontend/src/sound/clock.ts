/**
 * A MIDI clock as it is heard: which tick it is at, and how fast. Each tick comes a few milliseconds early or late; a
 * straight line through the last two beats of them doesn't. Knows no messages.
 */

/** Ticks of a quarter. */
export const TICKS = 24;

const MINUTE = 60_000; // milliseconds
const WINDOW = 2 * TICKS; // ticks that the line goes through
const LEAST = 8; // ticks that tell a tempo
const LATER = 6; // ticks in a row on one side of the line …
const MOST_OFF = 6; // … by so many milliseconds each: the tempo is another one

export class Clock {
  /** The number of the last tick. */
  count = -1;
  private times: number[] = []; // milliseconds, of the last ticks
  private off: number[] = []; // how far the last ones were from where the line was, milliseconds

  /** A tick has come, at a time in milliseconds. */
  tick(time: number): void {
    if (this.period !== null) {
      const expected = this.lastTime() + this.period;
      this.off = [...this.off.slice(1 - LATER), time - expected];
      if (this.isOther()) this.times = this.times.slice(1 - LEAST);
    }
    this.times = [...this.times.slice(1 - WINDOW), time];
    this.count += 1;
  }

  /** It was away: what was heard before says nothing. */
  forget(): void {
    [this.times, this.off] = [[], []];
  }

  /** Quarters a minute; null while too little was heard. */
  get tempo(): number | null {
    return this.period === null ? null : MINUTE / (this.period * TICKS);
  }

  /** Which tick it is at a time, with fractions; null while too little was heard. */
  at(time: number): number | null {
    return this.period === null ? null : this.count + (time - this.lastTime()) / this.period;
  }

  /** Milliseconds from tick to tick, by least squares. */
  private get period(): number | null {
    const { length } = this.times;
    if (length < LEAST) return null;
    const middle = (length - 1) / 2;
    const sum = this.times.reduce((total, time, index) => total + (index - middle) * time, 0);
    return sum / ((length * (length * length - 1)) / 12);
  }

  /** When the last tick was, by the line. */
  private lastTime(): number {
    const { length } = this.times;
    const mean = this.times.reduce((total, time) => total + time, 0) / length;
    return mean + ((this.period ?? 0) * (length - 1)) / 2;
  }

  private isOther(): boolean {
    if (this.off.length < LATER) return false;
    return this.off.every((each) => each > MOST_OFF) || this.off.every((each) => each < -MOST_OFF);
  }
}
