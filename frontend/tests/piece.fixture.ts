/** Pieces, charts and an offer such as the server sends, for tests. */

import type { Arrangement, Offer } from "../src/api";
import { type Cell, cell } from "../src/music/edit";
import { type Chart, type Chord, type ChordParts, ROLES, type Song } from "../src/music/piece";
import { BarLines } from "../src/music/time";
import type { OptionView } from "../src/wire";

const BAR = { steps: 48, beats: 4, ticks: 96 }; // 4/4

/** The lines of so many bars of 4/4. */
export function commonLines(bars: number): readonly number[] {
  return Array.from({ length: bars + 1 }, (_, bar) => bar * BAR.steps);
}

/** So many bars of 4/4. */
export function commonBars(bars: number): BarLines {
  return new BarLines(commonLines(bars));
}

const PARTS = /^(?<root>[A-G][#b]{0,2})(?<quality>.*?)(?:\/(?<slash>[A-G][#b]?))?$/;

/** The parts of a name whose quality has no slash. */
function partsOf(name: string): ChordParts {
  const { root = "", quality = "", slash = null } = PARTS.exec(name)?.groups ?? {};
  return root ? { root, quality, slash } : null;
}

/** A chord of a chart that is edited. */
export function cellOf(name: string, beats: number): Cell {
  return cell(partsOf(name), beats);
}

/** A chord in 4/4, its onset and duration in beats. */
export function chordAt(name: string, onset: number, duration: number, pitches: readonly number[] = []): Chord {
  const [step = 0, end = 0] = [onset, onset + duration].map((beats) =>
    Math.floor((Math.round((beats * BAR.ticks) / BAR.beats) * BAR.steps) / BAR.ticks),
  );
  return {
    name,
    ...(partsOf(name) ?? { root: null, quality: name, slash: null }),
    text: `${name}:${duration}`,
    bar: Math.floor(onset / BAR.beats),
    onset,
    duration,
    step,
    end,
    pitch_classes: pitches,
    bass: pitches[0] ?? null,
  };
}

/** A chart of chords in 4/4. */
export function chartOf(...chords: readonly Chord[]): Chart {
  const beats = chords.reduce((sum, { duration }) => sum + duration, 0);
  const bars = Math.ceil(beats / BAR.beats);
  const progression = chords.map(({ text }) => text).join("|");
  return { progression, key: "C major", bars, bar_lines: commonLines(bars), beats, chords };
}

export const PIECE: Arrangement = {
  id: "0123456789abcdef",
  name: "C:4|Am:4",
  progression: "C:4|Am:4",
  meters: ["4/4"],
  tempo: 120,
  style: null,
  tracks: ROLES,
  density: null,
  takes: 1,
  seed: 7,
  model: "3f0c5d0e9a1b2c4d-kernel",
  state: "done",
  detail: null,
  created: "2026-11-22T12:00:00Z",
  key: "C major",
  bars: 2,
  beats: 8,
  seconds: 4,
  temperature: 1,
  top_p: null,
  free_bass: false,
  ending: "loop",
  intro: false,
  sections: [],
  given: [],
  progress: { bars: 2, of: 2 },
  revisions: [],
};

export const CHART = chartOf(chordAt("C", 0, 4, [0, 4, 7]), chordAt("Am", 4, 4, [9, 0, 4]));

/** A song of a chart in 4/4 that is one section without a name. */
export function songOf(chart: Chart, rest: Partial<Song> = {}): Song {
  const named = { format: "text", title: "", composer: "", style: "", key: null, tempo: null };
  const bars = Array.from({ length: chart.bars }, (_, bar) => ({ section: 0, passing: 0, bar, place: null }));
  const sections = [{ name: "", bars: chart.bars }];
  return {
    ...named,
    meters: ["4/4"],
    chart,
    text: chart.progression,
    sections,
    bars,
    assumptions: [],
    passages: [],
    ...rest,
  };
}

export const SONG = songOf(CHART);

/** An option as the server offers it. */
export function option(
  name: string,
  kind: OptionView["kind"],
  value: OptionView["default"],
  rest: Partial<OptionView> = {},
): OptionView {
  const none = { nothing: null, minimum: null, maximum: null, choices: null };
  return { name, kind, help: name, default: value, ...none, shapes: true, relative: false, ...rest };
}

export const OFFER: Offer = {
  version: "0.0.0",
  model: PIECE.model,
  soundfont: "/soundfont.sf3",
  options: [
    option("tempo", "number", 120, { minimum: 20, maximum: 400 }),
    option("style", "text", null, { choices: ["rock", "jazz", "hip-hop"], nothing: "any" }),
    option("tracks", "several", ROLES, { choices: ROLES }),
    option("seed", "whole", null, { minimum: 0, maximum: Number.MAX_SAFE_INTEGER, nothing: "another one each time" }),
    option("takes", "whole", 1, { minimum: 1, maximum: 8 }),
    option("density", "whole", null, { minimum: 0, maximum: 4, nothing: "the band decides" }),
    option("temperature", "number", 1, { minimum: 0, maximum: 10, relative: true }),
    option("top_p", "number", null, { minimum: 0, maximum: 1, nothing: "the weights' own", relative: true }),
    option("free_bass", "flag", false),
  ],
  bar_steps: BAR.steps,
  max_bars: 256,
  max_minutes: 15,
  max_takes: 8,
  max_text: 150_000,
  max_name: 200,
  retention_days: 30,
  tracks: ROLES.map((role) => ({
    role,
    is_drum: role === "drums",
    program: role === "bass" ? 33 : 0,
    volume: 100,
    pan: 64,
    instruments: [{ program: role === "bass" ? 33 : 0, name: "Its own" }],
  })),
  roots: ["C", "D"],
  qualities: [{ name: "", degrees: "1 3 5" }],
  examples: [],
};
