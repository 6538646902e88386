/** How loud something looks on a meter. */

const FLOOR = -54; // dB of the root mean square where the meter begins
const TOP = -9; // and where it is full

/** 0 to 1, of sound whose full scale is ±1. */
export function levelOf(frames: Float32Array): number {
  const power = frames.reduce((sum, frame) => sum + frame * frame, 0) / frames.length;
  const decibels = 10 * Math.log10(power + Number.MIN_VALUE);
  return Math.max(0, Math.min((decibels - FLOOR) / (TOP - FLOOR), 1));
}
