/** A reader of charts for tests: bars of 4/4 with chords between lines, `C Am | F:4`. It knows no H, and no more. */

import { type Fault, Problem } from "../src/api";
import type { Chart, Song } from "../src/music/piece";
import { chartOf, chordAt, songOf } from "./piece.fixture";

const BEATS = 4;
const HEADING = /^\[(?<name>.*)\]$/;

interface Bar {
  readonly names: readonly string[];
  readonly beats: readonly number[];
  readonly section: number;
  readonly place: readonly [number, number];
}

/** What is read in a text. Throws {@link Problem} as the server does. */
export function readText(text: string, rest: Partial<Song> = {}): Song {
  const bars: Bar[] = [];
  const sections: { name: string; bars: number }[] = [];
  const faults: Fault[] = [];
  let at = 0;
  for (const [number, line] of text.split("\n").entries()) {
    const name = HEADING.exec(line)?.groups?.name;
    if (name !== undefined) sections.push({ name, bars: 0 });
    let column = 0;
    for (const cell of name === undefined && line.trim() ? line.split("|") : []) {
      const start = at + column + cell.length - cell.trimStart().length;
      const words = cell.trim().split(/\s+/);
      const said = words.map((word) => (word === "%" ? (bars.at(-1)?.names.at(-1) ?? "") : (word.split(":")[0] ?? "")));
      for (const value of said.filter((each) => each.startsWith("H"))) {
        const position = start + cell.trim().indexOf(value) + 1;
        faults.push(faultOf(value, position, number + 1, position - at));
      }
      if (sections.length === 0) sections.push({ name: "", bars: 0 });
      const section = sections.length - 1;
      const beats = words.map((word) => Number(word.split(":")[1] ?? BEATS / words.length));
      bars.push({ names: said, beats, section, place: [start, start + cell.trim().length] });
      column += cell.length + 1;
    }
    at += line.length + 1;
  }
  if (faults.length) throw problemOf(faults);
  let onset = 0;
  const chords = bars.flatMap(({ names, beats }) =>
    names.map((name, index) => {
      const duration = beats[index] ?? 0;
      onset += duration;
      return chordAt(name, onset - duration, duration);
    }),
  );
  const chart = chartOf(...chords);
  const played = Array.from({ length: chart.bars }, (_, bar) => {
    const { section = 0, place = null } = bars[bar] ?? {};
    return { section, passing: 0, bar, place: text.includes(":") && !bars[bar] ? null : place };
  });
  return songOf(chart, { sections, bars: played, ...rest });
}

/** The chords of a progression, moved: C becomes C+1. What was moved before is moved on. */
export function move(progression: string, by: number): Chart {
  const { chart } = readText(progression);
  const chords = chart.chords.map((chord) => {
    const [root = "", moved = "0"] = chord.name.split("+");
    const name = `${root}+${Number(moved) + by}`;
    return { ...chord, name, text: `${name}:${chord.duration}` };
  });
  return by === 0 ? chart : chartOf(...chords);
}

export function faultOf(value: string, position: number, line = 1, column = position): Fault {
  const finding = `unknown chord '${value}' at character ${position}`;
  return { value, position, line, column, finding, remedy: "H is B", suggestions: [value.replace("H", "B")] };
}

export function problemOf(faults: readonly Fault[]): Problem {
  const [first] = faults;
  return new Problem(422, "chart", `${first?.finding}: ${first?.remedy}`, { faults });
}
