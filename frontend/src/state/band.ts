/** What the leader has set: the chart as text, the options of the next composition, the mix. Knows no requests. */

import { computed, type Signal, signal } from "@preact/signals";
import type { Arrangement, Problem } from "../api";
import type { Feel } from "../music/feel";
import { AS_COMPOSED, type Chart, COMPOSED, MELODY, ROLES, type Role, type Song } from "../music/piece";
import { BarLines } from "../music/time";
import type { SeatView } from "../wire";
import { type Values, valuesOf } from "./fields";
import { interlude } from "./interlude";
import { offer, offered } from "./offer";
import { heardRoles, melody, piece } from "./piece";

export { offer, offered };

/** The chords as they stand in the field. */
export const chartText = signal("C | Am | F | G7");
/** What was read in the last text that could be read; null before the first. */
export const song = signal<Song | null>(null);
/** Its chords, in the order of playing. */
export const chart = computed<Chart | null>(() => song.value?.chart ?? null);
/** Where its bars begin and end. */
export const chartLines = computed(() => new BarLines(chart.value?.bar_lines ?? [], offer.value?.bar_steps));
/** Why the text in the field can't be read. */
export const chartProblem = signal<Problem | null>(null);

/** What is asked for besides the chords: those that the page itself speaks of, and whatever else the server offers. */
export interface Options extends Values {
  readonly tempo: number;
  readonly style: string | null;
  readonly tracks: readonly Role[];
  readonly density: number | null;
  readonly takes: number;
  readonly seed: number | null; // null: another one each time
}

/** Until the server has told its own. */
export const DEFAULT_OPTIONS: Options = {
  tempo: 120,
  style: null,
  tracks: COMPOSED,
  density: null,
  takes: 1,
  seed: null,
};

export const options = signal<Options>(DEFAULT_OPTIONS);

/** Change some of the options. */
export function setOptions(change: Partial<Options>): void {
  options.value = { ...options.value, ...change } as Options;
}

/** What is asked for, a value for each option that the server offers. */
export const wishes = computed<Values>(() =>
  offer.value === null ? options.value : valuesOf(offer.value.options, options.value),
);

/** The options that a piece was made with; what is relative to its model only where that is the server's. */
export function optionsOf(made: Arrangement): Values {
  const fields = offer.value?.options ?? [];
  const isOurs = made.model === offer.value?.model;
  const told = Object.entries(made).filter(([name]) => isOurs || !offered(name)?.relative);
  return {
    ...valuesOf(fields, Object.fromEntries(told)),
    ...IN_ITS_OWN,
    tempo: made.play_tempo ?? made.tempo,
    seed: null,
  };
}

/** Of a piece that is yet to be composed: the chart and the tempo that are set are its own. */
const IN_ITS_OWN = { play_tempo: null, transpose: 0 };

/** The options of playing, but for those that follow the tempo and the chart that are set. */
const playFields = computed(() =>
  (offer.value?.options ?? []).filter(({ name, shapes }) => !shapes && !(name in IN_ITS_OWN)),
);

/** Their values, as they are set. */
export const playOptions = computed<Values>(() =>
  Object.fromEntries(playFields.value.map(({ name }) => [name, wishes.value[name] ?? null])),
);

/** Those that a piece was left with. */
export const playOptionsOf = (made: Arrangement): Values => valuesOf(playFields.value, { ...made });

/** How the band is to play. */
export const feel = computed<Feel>(() => {
  const { swing, straight, humanize, humanize_seed: seed, ritardando } = playOptions.value;
  return {
    swing: typeof swing === "number" ? swing : STRAIGHT,
    straight: Array.isArray(straight) ? straight : [],
    humanize: typeof humanize === "number" ? humanize : 0,
    seed: typeof seed === "number" ? seed : 0,
    ritardando: ritardando === true,
  };
});
const STRAIGHT = 50; // per cent

/** How a role is heard in the mix that is set; undefined before the server has told. */
export function seatOf(role: Role): SeatView | undefined {
  return offeredTrack(role)?.seats[String(playOptions.value.mix)];
}

/** A strip of the mixer. */
export interface Strip {
  readonly muted: boolean;
  readonly solo: boolean;
  readonly volume: number; // MIDI controller 7: 0 to 127
  readonly program: number | null; // General MIDI; null: the role's own
}

const NEW_STRIP: Strip = { muted: false, solo: false, volume: AS_COMPOSED, program: null };

/** The mixer; it stays as it is from piece to piece. */
export const mixer = Object.fromEntries(ROLES.map((role) => [role, signal(NEW_STRIP)])) as Record<Role, Signal<Strip>>;

/** Change a strip. */
export function setStrip(role: Role, change: Partial<Strip>): void {
  mixer[role].value = { ...mixer[role].value, ...change };
}

/** The program of a track that the mixer leaves alone, as files have it: a melody's is that of the person's file. */
export const ownProgram = (role: Role): number | undefined =>
  (role === MELODY ? melody.value?.program : undefined) ?? usual(role);

/** The nearest that the instruments of the page have. */
export const ownInstrument = (role: Role): number | undefined =>
  (role === MELODY ? melody.value?.instrument : undefined) ?? usual(role);

/** What a role plays on the page, as the mixer is set. */
export const programOf = (role: Role): number | undefined => mixer[role].value.program ?? ownInstrument(role);

/**
 * What is chosen in the open piece, or what the style of an interlude, of that piece, or else of the next one, brings along;
 * else what a role always plays.
 */
function usual(role: Role): number | undefined {
  const style = (interlude.value ?? piece.value ?? options.value).style;
  const chosen = interlude.value === null ? piece.value?.programs?.[role] : undefined; // pieces of before have none
  return chosen ?? styleProgram(style, role) ?? offeredTrack(role)?.program;
}

/** What a style brings along for a role, if anything. */
export const styleProgram = (style: string | null, role: Role): number | undefined =>
  offer.value?.style_programs[style ?? ""]?.[role];

const offeredTrack = (role: Role) => offer.value?.tracks.find((track) => track.role === role);

/** Which tracks are heard: all that aren't muted or, of those that play in the open piece, the ones that play solo. */
export const audible = computed<ReadonlySet<Role>>(() => {
  const solo = (piece.value === null ? ROLES : heardRoles.value).filter((role) => mixer[role].value.solo);
  return new Set((solo.length ? solo : ROLES).filter((role) => !mixer[role].value.muted));
});
