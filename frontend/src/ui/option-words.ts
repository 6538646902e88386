/** What is set, in a few words. */

import { COMPOSED } from "../music/piece";
import { feel, offer, offered, options, wishes } from "../state/band";
import { isSame, written } from "../state/fields";
import { isSwungAsComposed, piece } from "../state/piece";
import type { OptionView } from "../wire";

const NAMED: Readonly<Record<number, string>> = { 67: "triplets", 75: "dotted" };
const SWINGS = "swings as composed";
const OF_FEEL = ["swing", "straight", "humanize", "humanize_seed"]; // in controls of their own, as the first of these
const OF_CHART = ["play_tempo", "transpose"]; // follow tempo and chart
const OWN: readonly string[] = ["tempo", "style", "density", "takes", "tracks", "seed", ...OF_FEEL, ...OF_CHART];

/** The options that the page has no words of its own for. */
export function otherFields(): readonly OptionView[] {
  return (offer.value?.options ?? []).filter(({ name }) => !OWN.includes(name));
}

/** What they are called. */
export const nameOf = ({ name }: OptionView): string => name.replaceAll("_", " ");

/** What is heard where no swing is set: the notes may swing of their own; of those to come nobody knows. */
export function unswungWords(): string {
  if (piece.value === null) return "as composed";
  return isSwungAsComposed.value ? SWINGS : "straight";
}

/** A swing: 67 % (triplets). */
export function swingWords(swing: number): string {
  const name = isUnswung(swing) ? unswungWords() : NAMED[swing];
  return name === undefined ? `${swing} %` : `${swing} % (${name})`;
}

const isUnswung = (swing: number): boolean => swing === offered("swing")?.default;

/** Who plays. */
export function tracksWords(): string {
  const { tracks } = options.value;
  if (tracks.length === COMPOSED.length) return "all five play";
  return tracks.length === 1 ? "one plays" : `${tracks.length} play`;
}

/** How they play, where that isn't as it is written. */
export function feelWords(): readonly string[] {
  const { swing, humanize } = feel.value;
  return [
    ...(isUnswung(swing) ? [SWINGS].filter(() => isSwungAsComposed.value) : [`swing ${swingWords(swing)}`]),
    ...(humanize === 0 ? [] : [`humanized ${Math.round(humanize * 100)} %`]),
  ];
}

/** The other options that are not as they are anyway. */
export function otherWords(): readonly string[] {
  return otherFields()
    .filter((field) => !isSame(wishes.value[field.name], field.default))
    .map((field) => `${nameOf(field)} ${written(wishes.value[field.name] ?? null)}`);
}

/** What a style is called where it stands by itself. */
export const styleName = (style: string): string => style.charAt(0).toUpperCase() + style.slice(1);
