/** A player that goes where it is told, and makes no sound. */

import type { Lender } from "../src/sound/conductor";
import type { Synth } from "../src/sound/synth";
import type { Player } from "../src/state/playback";
import { FakeSynth } from "./synth.fixture";

export class FakePlayer implements Player {
  step = 0;
  prepare = async (): Promise<void> => {};
  play: Player["play"] = async () => {};
  pause = (): void => {};
  seek = (to: number): void => {
    this.step = to;
  };
  position = (): number => this.step;
  strike = async (): Promise<void> => {};
  press = (): void => {};
  release = (): void => {};
  level = (): number => 0;
}

/** One whose synthesizer is lent. */
export class FakeLender extends FakePlayer implements Lender {
  ended: (() => void) | null = null;
  readonly synth = new FakeSynth();

  get isLent(): boolean {
    return this.ended !== null;
  }

  async switchSource(): Promise<void> {}

  async lend(ended: () => void): Promise<Synth | null> {
    this.ended?.();
    this.ended = ended;
    return this.synth;
  }

  takeBack(ended: () => void): void {
    if (this.ended === ended) this.ended = null;
  }
}
