/** What a leader wants of a section, as it is written: `style=jazz density=4,piano:1 tracks=drums loudness=f`. */

import { type PlayedSectionView, REPEATS, type Repeat, type Role } from "../wire";
import { COMPOSED } from "./piece";

/** One time through a section. */
export type Section = PlayedSectionView;

type Wishes = Pick<Section, "style" | "density" | "tracks" | "loudness" | "repeat">;

const EVERYBODY = "all";
const USUAL: Repeat = "like";
const LEVEL = /^(?:(?<who>[a-z]+):)?(?<level>\d)$/;
const PAIR = /^(?<name>[a-z]+)=(?<value>\S+)$/;
const NONE: Wishes = { style: null, density: {}, tracks: null, loudness: null, repeat: USUAL };

/** As it is written; empty where nothing is wished. */
export function writtenWishes({ style, density, tracks, loudness, repeat }: Wishes): string {
  const everybody = tracks !== null && COMPOSED.every((role) => tracks.includes(role));
  const written = {
    style,
    density: writtenDensity(density),
    tracks: everybody ? EVERYBODY : tracks?.join(","),
    loudness,
    repeat: repeat === USUAL ? null : repeat,
  };
  return Object.entries(written)
    .filter(([, value]) => value)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}

/** The level of most comes first, where everybody has one. */
function writtenDensity(density: Wishes["density"]): string {
  const levels = COMPOSED.flatMap((role) => density[role] ?? []);
  const count = (level: number): number => levels.filter((each) => each === level).length;
  const usual =
    levels.length < COMPOSED.length
      ? null
      : levels.reduce((best, level) => (count(level) > count(best) ? level : best));
  const others = COMPOSED.filter((role) => density[role] !== undefined && density[role] !== usual);
  return [...(usual === null ? [] : [usual]), ...others.map((role) => `${role}:${density[role]}`)].join(",");
}

/** What was {@link writtenWishes}; null where it is not that. Which values there are is the server's affair. */
export function readWishes(text: string): Wishes | null {
  let wishes = NONE;
  for (const pair of text.split(" ").filter(Boolean)) {
    const { name = "", value = "" } = PAIR.exec(pair)?.groups ?? {};
    const wish = wishOf(name, value);
    if (wish === null) return null;
    wishes = { ...wishes, ...wish };
  }
  return wishes;
}

function wishOf(name: string, value: string): Partial<Wishes> | null {
  if (name === "style" || name === "loudness") return { [name]: value };
  if (name === "repeat") {
    const repeat = REPEATS.find((each) => each === value);
    return repeat === undefined ? null : { repeat };
  }
  if (name === "tracks") {
    const tracks = rolesOf(value);
    return tracks && { tracks };
  }
  const density = name === "density" ? densityOf(value) : null;
  return density && { density };
}

function rolesOf(text: string): readonly Role[] | null {
  if (text === EVERYBODY) return COMPOSED;
  const roles = text.split(",").map((name) => COMPOSED.find((role) => role === name));
  return roles.every((role) => role !== undefined) ? roles : null;
}

function densityOf(text: string): Wishes["density"] | null {
  const density: { [Key in Role]?: number } = {};
  for (const part of text.split(",")) {
    const { who = EVERYBODY, level } = LEVEL.exec(part)?.groups ?? {};
    const roles = level === undefined ? null : rolesOf(who);
    if (roles === null) return null;
    for (const role of roles) density[role] = Number(level);
  }
  return density;
}

/** What a section is called in a text: a number alone would be that of an ending. */
const called = ({ name }: Section): string =>
  name
    .replace(/[[\]\n\r]+/g, " ")
    .trim()
    .replace(/^\d+$/, "Part $&");

/** The label that begins a section in a text. `isPlain`: without wishes those of its name count that came before. */
export function labelOf(section: Section, isPlain = true): string {
  const wishes = writtenWishes(section) || (isPlain ? "" : `repeat=${USUAL}`);
  return `[${[called(section), wishes].filter(Boolean).join(" ")}]`;
}

/** Whether two forms have the same sections with the same wishes; an ending may be a bar more of the last one. */
export function isSameForm(read: readonly Section[], made: readonly Section[], isEnding = false): boolean {
  if (isOne(read) && isOne(made)) return true;
  return (
    read.length === made.length &&
    read.every((section, number) => {
      const other = made[number];
      const more = (other?.bars.length ?? 0) - section.bars.length;
      const rings = isEnding && number === read.length - 1 && Math.abs(more) === 1;
      return other !== undefined && wished(section) === wished(other) && (more === 0 || rings);
    })
  );
}

/** Whether of each section is wished what was wished of one of its name: bars may have come, gone and moved. */
export function isSameWish(read: readonly Section[], made: readonly Section[]): boolean {
  if (made.length === 0 || read.length === 0) return [...read, ...made].every((section) => !writtenWishes(section));
  const known = new Set(made.map(wished));
  return read.every((section) => known.has(wished(section)));
}

const wished = (section: Section): string => `${called(section)}\n${writtenWishes(section)}`;

/** Whether a piece of these sections is one, of which nothing is wished. */
const isOne = (sections: readonly Section[]): boolean =>
  sections.length < 2 && sections.every((section) => !writtenWishes(section));
