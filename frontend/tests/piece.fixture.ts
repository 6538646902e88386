/** Pieces, charts and an offer such as the server sends, for tests. */

import type { Arrangement, Offer, Revision } from "../src/api";
import { type Cell, cell } from "../src/music/edit";
import { type Feel, type Hands, Playing } from "../src/music/feel";
import { type Chart, type Chord, type ChordParts, COMPOSED, ROLES, type Role, type Song } from "../src/music/piece";
import { BarLines } from "../src/music/time";
import type { Section } from "../src/music/wishes";
import type { GivenView, OptionView, WrittenBarView } from "../src/wire";

const BAR = { steps: 48, beats: 4, ticks: 96 }; // 4/4

/** The lines of so many bars of 4/4. */
export function commonLines(bars: number): readonly number[] {
  return Array.from({ length: bars + 1 }, (_, bar) => bar * BAR.steps);
}

/** So many bars of 4/4. */
export function commonBars(bars: number): BarLines {
  return new BarLines(commonLines(bars));
}

/** How far nobody strays. */
const STILL: Hands = { drift: 0, stroke: 0, finger: 0, lag: 0, touch: 0 };
export const HANDS = Object.fromEntries(ROLES.map((role) => [role, STILL])) as Record<Role, Hands>;

/** Plays long pieces in 4/4. */
export function playingAt(tempo: number, feel: Partial<Feel> = {}, hands: Partial<Record<Role, Hands>> = {}): Playing {
  const whole: Feel = { swing: 50, straight: [], humanize: 0, seed: 0, ritardando: false, ...feel };
  return new Playing(whole, { ...HANDS, ...hands }, tempo, commonBars(400), 400 * BAR.steps);
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
  return {
    progression,
    key: "C major",
    bars,
    bar_lines: commonLines(bars),

    beats,
    chords,
  };
}

export const PIECE: Arrangement = {
  id: "0123456789abcdef",
  name: "C:4|Am:4",
  file_name: "C 4 Am 4",
  title: "",
  chart: null,
  progression: "C:4|Am:4",
  meters: ["4/4"],
  tempo: 120,
  style: null,
  tracks: COMPOSED,
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
  strict: 0.5,
  ending: "loop",
  intro: false,
  sections: [],
  programs: {},
  given: [],
  swing: 50,
  straight: null,
  humanize: 0,
  humanize_seed: 0,
  ritardando: false,
  mix: "studio",
  play_tempo: null,
  transpose: 0,
  progress: { bars: 2, of: 2 },
  revisions: [],
};

export const CHART = chartOf(chordAt("C", 0, 4, [0, 4, 7]), chordAt("Am", 4, 4, [9, 0, 4]));

/** A bar on paper without a sign. */
export function writtenBar(signs: Partial<WrittenBarView> = {}): WrittenBarView {
  const none = { repeat: false, times: 0, endings: [], ending_stops: false, fine: false, jump: null };
  return { meter: "4/4", ...none, segno: false, coda: false, to_coda: false, ...signs };
}

/** A song of a chart in 4/4 that is one section without a name. */
export function songOf(chart: Chart, rest: Partial<Song> = {}): Song {
  const named = {
    format: "text",
    is_by_hand: true,
    title: "",
    composer: "",
    style: "",
    band_style: null,
    key: null,
    tempo: null,
  };
  const bars = Array.from({ length: chart.bars }, (_, bar) => ({ section: 0, passing: 0, bar, place: null }));
  const sections = [{ name: "", bars: chart.bars }];
  const written = bars.map(() => writtenBar());
  const read = { text: chart.progression, sections, written, passages: [], bars, assumptions: [] };
  return { ...named, meters: ["4/4"], chart, ...read, ...rest };
}

export const SONG = songOf(CHART);

/** One time through a section. */
export function section(name: string, bars: readonly number[], wishes: Partial<Section> = {}): Section {
  return { name, bars, style: null, density: {}, tracks: null, loudness: null, repeat: "like", ...wishes };
}

/** An own part that nothing has changed. */
export function givenPart(track: Role, change: Partial<GivenView> = {}): GivenView {
  return { track, notes: 4, moved: 0, durations: 0, velocities: 0, folded: 0, dropped: 0, ...change };
}

/** An option as the server offers it. */
export function option(
  name: string,
  kind: OptionView["kind"],
  value: OptionView["default"],
  rest: Partial<OptionView> = {},
): OptionView {
  const none = { nothing: null, minimum: null, maximum: null, choices: null };
  return { name, kind, help: name, default: value, ...none, shapes: true, relative: false, live: true, ...rest };
}

/** An option of playing. */
const played: typeof option = (name, kind, value, rest) => option(name, kind, value, { ...rest, shapes: false });

const PROGRAMS: Partial<Record<Role, number>> = { bass: 33, melody: 73 };

export const OFFER: Offer = {
  version: "0.0.0",
  model: PIECE.model,
  options: [
    option("tempo", "number", 120, { minimum: 20, maximum: 400 }),
    option("style", "text", null, { choices: ["rock", "jazz", "hip-hop"], nothing: "any" }),
    option("tracks", "several", COMPOSED, { choices: COMPOSED }),
    option("seed", "whole", null, { minimum: 0, maximum: Number.MAX_SAFE_INTEGER, nothing: "another one each time" }),
    option("takes", "whole", 1, { minimum: 1, maximum: 8, live: false }),
    option("density", "whole", null, { minimum: 0, maximum: 4, nothing: "the band decides" }),
    option("temperature", "number", 1, { minimum: 0, maximum: 10, relative: true }),
    option("top_p", "number", null, { minimum: 0, maximum: 1, nothing: "the weights' own", relative: true }),
    option("free_bass", "flag", false),
    played("swing", "number", 50, { minimum: 50, maximum: 75 }),
    played("straight", "several", null, { choices: ROLES, nothing: "nobody" }),
    played("humanize", "number", 0, { minimum: 0, maximum: 2 }),
    played("humanize_seed", "whole", 0, { minimum: 0, maximum: 2 ** 32 - 1 }),
    played("ritardando", "flag", false, { live: false }),
    played("play_tempo", "number", null, { minimum: 20, maximum: 400, nothing: "the tempo itself", live: false }),
    played("mix", "text", "studio", { choices: ["studio", "rhythm"] }),
    played("transpose", "whole", 0, { minimum: -11, maximum: 11, live: false }),
  ],
  bar_steps: BAR.steps,
  max_bars: 256,
  max_minutes: 15,
  max_takes: 8,
  max_text: 150_000,
  max_name: 200,
  max_chart: 16_000,
  retention_days: 30,
  soundfont: null,
  tracks: ROLES.map((role) => ({
    role,
    is_drum: role === "drums",
    program: PROGRAMS[role] ?? 0,
    target: -20,
    seats: {
      studio: { pan: 64, reverb: 40, chorus: 0, lift: 0 },
      rhythm: { pan: 30, reverb: 36, chorus: 70, lift: -3 },
    },
    instruments: [
      {
        program: PROGRAMS[role] ?? 0,
        name: "Its own",
        font: `/instruments/${role}`,
        font_bytes: 8,
        loudness: [-300],
        growth: role === "drums" ? [] : [0],
      },
    ],
    lowest: role === "bass" ? 28 : 21,
    highest: role === "bass" ? 67 : 108,
    hands: STILL,
  })),
  style_programs: {},
  roots: ["C", "D"],
  qualities: [{ name: "", degrees: "1 3 5" }],
  examples: [],
};

/** A part of a piece that was composed anew, as it is kept. */
export function revisionOf(change: Partial<Revision> = {}): Revision {
  const kept = { progression: null, meters: null, origins: null, notes: null };
  return { tracks: ["bass"], bars: [1], take: 0, seed: 5, ...kept, ...change };
}
