/** Tells as User Timing how long a person waits for the sound, and what came late: for tests, and for whoever looks. */

const PRESSED = "sideman:pressed";
const TO_BAR = "sideman:play-to-bar";
const TO_SOUND = "sideman:play-to-sound";
const LATE = "sideman:late"; // notes came later than they should have
const WAIT = "sideman:wait"; // a bar wasn't there

export class Stopwatch {
  private begin = 0; // milliseconds of performance.now()
  private used = -1; // the latest mark that was used
  private readonly open = new Set<string>();
  private readonly counted = new Map<string, number>();

  /** The person pressed play: now, or when the latest mark was set, where no earlier start has used that. */
  pressed(): void {
    const mark = performance.getEntriesByName(PRESSED, "mark").at(-1)?.startTime ?? -1;
    this.begin = mark > this.used ? mark : performance.now();
    this.used = Math.max(mark, this.used);
    this.open.add(TO_BAR).add(TO_SOUND);
  }

  /** The first bar to be played is there. */
  hasBar(): void {
    this.measure(TO_BAR, performance.now());
  }

  /** The first note sounded at `time`, in milliseconds of performance.now(). */
  sounds(time: number): void {
    this.measure(TO_SOUND, time);
  }

  /** How many notes came late since the start, and how often a bar was waited for: a mark where it is more than before. */
  count(late: number, waits: number): void {
    this.mark(LATE, late);
    this.mark(WAIT, waits);
  }

  private mark(name: string, total: number): void {
    if (total > (this.counted.get(name) ?? 0)) performance.mark(name, { detail: total });
    this.counted.set(name, total);
  }

  private measure(name: string, end: number): void {
    if (this.open.delete(name)) performance.measure(name, { start: this.begin, end: Math.max(end, this.begin) });
  }
}
