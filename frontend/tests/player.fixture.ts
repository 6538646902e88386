/** A player that goes where it is told, and makes no sound. */

import type { Player } from "../src/state/playback";

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
