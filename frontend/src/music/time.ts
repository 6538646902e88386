/**
 * Steps, bars and seconds. Knows no notes and no sound.
 *
 * The twins of the package's `BarLines` and `TimeMap`; `bars.golden.json` and `time.golden.json` hold them to the same numbers.
 */

/** The grid on which notes stand. */
export const STEPS_PER_BEAT = 12;
export const SECONDS_PER_MINUTE = 60;

/** The share of a beat that its first half takes where nobody swings. */
export const STRAIGHT = 0.5;
export const OFF_BEAT = STEPS_PER_BEAT / 2; // where the second eighth stands

/** Where bars begin and end, in steps. Past the last that is known they go on as long as that one. */
const DOTTED_QUARTER = 8; // steps of a quarter where the beat is a dotted one

export class BarLines {
  readonly #lines: readonly number[];
  readonly #next: number;
  readonly #meters: readonly string[];
  /** Steps of the shortest bar. */
  readonly shortest: number;

  /**
   * `lines`: where each bar begins, and where the last one ends; `length`: of a bar, where there are none; `meters`: of
   * the first bars, of which the last holds from there on.
   */
  constructor(lines: readonly number[], length = STEPS_PER_BEAT, meters: readonly string[] = []) {
    this.#lines = lines.length ? lines : [0];
    this.#meters = meters;
    this.#next = this.count ? this.end - this.onset(this.count - 1) : length;
    this.shortest = this.#lines.reduce((least, _, bar) => Math.min(least, this.length(bar)), this.#next);
  }

  /** How many bars there are. */
  get count(): number {
    return this.#lines.length - 1;
  }

  /** Where the last bar ends. */
  get end(): number {
    return this.#lines[this.count] ?? 0;
  }

  /** Where a bar begins. */
  onset(bar: number): number {
    return this.#lines[bar] ?? this.end + (bar - this.count) * this.#next;
  }

  /** How many steps a bar has. */
  length(bar: number): number {
    return this.onset(bar + 1) - this.onset(bar);
  }

  /** The bar to which a step belongs. */
  barAt(step: number): number {
    if (step >= this.end) return this.count + Math.floor((step - this.end) / this.#next);
    let low = 0;
    let high = this.count;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.onset(middle) <= step) low = middle;
      else high = middle;
    }
    return low;
  }

  /** Where the beat of a place begins; null where eighths are counted, as in 6/8 and 7/8: they don't swing. */
  beatAt(place: number): number | null {
    const bar = this.barAt(place);
    const meter = this.#meters[Math.min(bar, this.#meters.length - 1)];
    if (meter?.endsWith("/8")) return null;
    const onset = this.onset(bar);
    return onset + Math.floor((place - onset) / STEPS_PER_BEAT) * STEPS_PER_BEAT;
  }

  /** Steps of a written quarter in a bar; in 6/8, 9/8 and 12/8 a beat is one and a half. */
  quarter(bar: number): number {
    const [count = 0, unit] = (this.#meters[Math.min(bar, this.#meters.length - 1)] ?? "").split("/").map(Number);
    return unit === 8 && count > 3 && count % 3 === 0 ? DOTTED_QUARTER : STEPS_PER_BEAT;
  }

  /** Where the beats of a bar are; the first is its line. */
  beats(bar: number): readonly number[] {
    const onset = this.onset(bar);
    const count = Math.ceil(this.length(bar) / STEPS_PER_BEAT);
    return Array.from({ length: count }, (_, beat) => onset + beat * STEPS_PER_BEAT);
  }
}

/** One beat after the other, whatever the bars. */
const BEATS_ALONE = new BarLines([]);

/** From a step on the music goes at a tempo, in beats a minute. */
export interface TempoChange {
  readonly step: number;
  readonly tempo: number;
}

/** What goes at one tempo: from a step, as it is swung, and a second on. */
interface Stretch {
  readonly step: number;
  readonly second: number;
  readonly secondsPerStep: number;
}

/**
 * When a step is heard, in seconds from the start, and back. `tempo` holds until the first of the changes; `swing` is
 * the share of a beat that its first half takes, 1/2 where it is straight: what stands on the beat stays there. Beats
 * count from the bar lines of `lines`.
 */
export class TimeMap {
  readonly #swung: number; // where what stands at OFF_BEAT goes
  readonly #stretches: readonly Stretch[];
  readonly #lines: BarLines;

  constructor(tempo: number, swing = STRAIGHT, changes: readonly TempoChange[] = [], lines = BEATS_ALONE) {
    this.#swung = swing * STEPS_PER_BEAT;
    this.#lines = lines;
    const stretches = [{ step: 0, second: 0, secondsPerStep: secondsPerStep(tempo) }];
    for (const change of changes) {
      const step = this.#bent(change.step, OFF_BEAT, this.#swung);
      const last = stretches.at(-1) as Stretch;
      stretches.push({ step, second: secondIn(last, step), secondsPerStep: secondsPerStep(change.tempo) });
    }
    this.#stretches = stretches;
  }

  seconds(step: number): number {
    const swung = this.#bent(step, OFF_BEAT, this.#swung);
    return secondIn(
      this.#find((stretch) => stretch.step <= swung),
      swung,
    );
  }

  step(seconds: number): number {
    const { step, second, secondsPerStep } = this.#find((stretch) => stretch.second <= seconds);
    return this.#bent(step + (seconds - second) / secondsPerStep, this.#swung, OFF_BEAT);
  }

  #bent(place: number, from: number, to: number): number {
    if (from === to) return place;
    const beat = this.#lines.beatAt(place);
    return beat === null ? place : bend(place, beat, from, to);
  }

  #find(hasBegun: (stretch: Stretch) => boolean): Stretch {
    return this.#stretches.findLast(hasBegun) ?? (this.#stretches[0] as Stretch);
  }
}

function secondsPerStep(tempo: number): number {
  return SECONDS_PER_MINUTE / (tempo * STEPS_PER_BEAT);
}

function secondIn({ step, second, secondsPerStep }: Stretch, swung: number): number {
  return second + (swung - step) * secondsPerStep;
}

/** A place after what stood `from` steps behind its beat went to `to`; the beat's own ends stay. */
export function bend(place: number, beat: number, from: number, to: number): number {
  const within = place - beat;
  if (within <= from) return beat + (within * to) / from;
  return beat + to + ((within - from) * (STEPS_PER_BEAT - to)) / (STEPS_PER_BEAT - from);
}
