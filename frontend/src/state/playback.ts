/** How the open piece is played: what the controls show and set. Knows no synthesizer; `sound/player.ts` obeys it. */

import { signal } from "@preact/signals";
import type { Role } from "../music/piece";

/** `waiting`: it is to play, and waits for the sound to be ready or for the next bar to be composed. */
export type PlayState = "stopped" | "playing" | "waiting";

export const playState = signal<PlayState>("stopped");

/** What is waited for since play was pressed, before anything can play; null: nothing. */
export const starting = signal<string | null>(null);

export const INSTRUMENTS = "Getting the instruments ready…";

/** How much of the instruments that are fetched is there, from 0 to 1. */
export const instrumentsThere = signal(0);

/** Bars that are played again and again; `to` is the first bar after them. */
export interface Loop {
  readonly from: number;
  readonly to: number;
}

export const loop = signal<Loop | null>(null);

/** 1 is the tempo of the piece; changes what is heard, not the files. */
export const speed = signal(1);

/** Beats a minute of the studio whose clock is followed; null: the page has its own tempo. */
export const ledTempo = signal<number | null>(null);

/** Whether each beat is clicked while it plays. */
export const metronome = signal(false);

/** Whether a bar is counted before it plays. */
export const countIn = signal(false);

/** Why nothing can be heard, for the person; null where all is well. */
export const soundProblem = signal<string | null>(null);

/** What plays. The position is a function, as it changes with every frame. */
export interface Player {
  /** Get the sound ready. Call it where the person pressed something, if `play` is to come a moment later. */
  prepare(): Promise<void>;
  /**
   * Play from the position on, counted in where that is on, unless told otherwise. Call it where the person pressed
   * something: browsers ask for that.
   */
  play(countsIn?: boolean): Promise<void>;
  pause(): void;
  /** Go to a step of the piece; goes on playing where it plays. */
  seek(step: number): void;
  /** The step that is heard now, with fractions. */
  position(): number;
  /** Sound a note for a moment, where the instruments are there. Call it where the person pressed something. */
  strike(role: Role, pitch: number, velocity: number): Promise<void>;
  /** Sound a note until it is released, where the instruments are there. */
  press(role: Role, pitch: number, velocity: number): void;
  release(role: Role, pitch: number): void;
  /** How loud a track is right now: 0 to 1. */
  level(role: Role): number;
}
