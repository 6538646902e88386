/** Other chords in the text of a chart: the names are put in where those of before stand, and nothing else changes. */

import type { Song } from "./piece";

const WITHIN_NAME = /[\p{L}\p{N}#♯♭/+]/u; // before or behind a name, it is another name's

interface Put {
  readonly from: number;
  readonly to: number;
  readonly name: string;
}

/**
 * The text with other names for the chords of its song, one for each. Null where a place in the text would have to have
 * two names, and where no chord stands in it. `isEach`: null too where one doesn't, as its bar is a sign that another one
 * comes again; else such signs stay, and whoever asks sees to it that they still say the same.
 */
export function respell(text: string, song: Song, names: readonly string[], isEach = false): string | null {
  const units = unitsOf(text);
  const found = new Map<number, Put>();
  let bar = -1;
  let at = 0; // behind the last name that was found in the bar
  for (const [index, chord] of song.chart.chords.entries()) {
    const place = song.bars[chord.bar]?.place;
    const name = names[index];
    if (!place || name === undefined) return null;
    if (chord.bar !== bar) at = units(place[0]);
    bar = chord.bar;
    const from = find(text, chord.name, at, units(place[1]));
    if (from === null && isEach) return null;
    if (from === null) continue;
    at = from + chord.name.length;
    if ((found.get(from)?.name ?? name) !== name) return null;
    found.set(from, { from, to: at, name });
  }
  return found.size ? put(text, [...found.values()]) : null;
}

/** Where a name stands as a word of its own within a part of a text; null where it doesn't. */
function find(text: string, name: string, from: number, to: number): number | null {
  for (let at = text.indexOf(name, from); at >= 0 && at + name.length <= to; at = text.indexOf(name, at + 1)) {
    const [before, behind] = [text[at - 1] ?? "", text[at + name.length] ?? ""];
    if (!WITHIN_NAME.test(before) && !WITHIN_NAME.test(behind)) return at;
  }
  return null;
}

function put(text: string, all: readonly Put[]): string {
  let written = "";
  let at = 0;
  for (const { from, to, name } of all.toSorted((one, other) => one.from - other.from)) {
    written += text.slice(at, from) + name;
    at = to;
  }
  return written + text.slice(at);
}

/** From characters, as the server counts them, to the units in which strings of this language count. */
function unitsOf(text: string): (character: number) => number {
  if (!/[\ud800-\udbff]/.test(text)) return (character) => character;
  const starts: number[] = [];
  let unit = 0;
  for (const character of text) {
    starts.push(unit);
    unit += character.length;
  }
  return (character) => starts[character] ?? text.length;
}
