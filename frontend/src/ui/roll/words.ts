/** What the roll says in words: of chords, of notes, and of how far the piece has come. Knows no pixels but room for text. */

import type { Arrangement } from "../../api";
import { type Fit, type Harmony, isInside, lastBegun } from "../../music/harmony";
import { type Chord, type Note, OCTAVE, ROLE_NAMES, type Role } from "../../music/piece";
import { type BarLines, STEPS_PER_BEAT } from "../../music/time";
import { barAndBeat } from "../places";
import { drumName } from "./drums";

const PITCH_NAMES = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"] as const;
const MIDDLE_C_OCTAVE = 4; // MIDI pitch 60 is C4

/** "C4" for MIDI's 60. */
export function pitchName(pitch: number): string {
  return `${PITCH_NAMES[pitch % OCTAVE]}${Math.floor(pitch / OCTAVE) - 5 + MIDDLE_C_OCTAVE}`;
}

/** How a chord is kept to, in words; an empty list where nothing sounds or nothing is asked for. */
function fitWords(fit: Fit | null): readonly string[] {
  if (!fit) return [];
  const words = fit.inside === null ? [] : [`${Math.round(fit.inside * 100)} % of the sounding time in the chord`];
  if (fit.bassOnRoot !== null) words.push(fit.bassOnRoot ? "bass on its root" : "bass begins on another note");
  return words;
}

/** What a chord is called. */
export function chordName(chord: Chord): string {
  return chord.root === null ? "no chord" : chord.name;
}

/** How a chord is called and where it is: "Bar 3: F". */
export function chordTitle(chord: Chord, lines: BarLines): string {
  const isOnLine = chord.step === lines.onset(chord.bar);
  const beat = isOnLine ? "" : `, beat ${barAndBeat(chord.step, lines).split(".")[1]}`;
  return `Bar ${chord.bar + 1}${beat}: ${chordName(chord)}`;
}

/** The lines of a chord's tip; a slash chord has no root to keep to, but a note behind its slash. */
export function chordWords(chord: Chord, fit: Fit | null, isComposed: boolean): readonly string[] {
  if (!isComposed) return ["Still composing"];
  const words = fitWords(fit).map((line) => (chord.slash !== null ? line.replace("its root", "its slash note") : line));
  return words.length ? words : [chord.bass === null ? "The band plays as it likes" : "Nothing sounds here"];
}

/** The lines of a note's tip. */
export function noteWords(
  role: Role,
  note: Note,
  harmonies: readonly Harmony[],
  chords: readonly Chord[],
  lines: BarLines,
): string[] {
  const [onset, , pitch] = note;
  const place = barAndBeat(onset, lines);
  if (role === "drums") return [drumName(pitch), `Drums, ${place}`];
  const inside = isInside(note, harmonies);
  const harmony = harmonies[Math.max(lastBegun(harmonies, onset), 0)];
  const chord = harmony && chords[harmony.chord]?.name;
  const words = [pitchName(pitch), `${ROLE_NAMES[role]}, ${place}`];
  if (inside !== null && chord) words.push(inside ? `In ${chord}` : `Outside ${chord}`);
  return words;
}

/** A chosen note in words, or how many are: "Piano: C4, bar 2 beat 3.5, 0.5 beats long, velocity 90". */
export function chosenWords(role: Role, chosen: readonly Note[], lines: BarLines): string {
  const [note, ...others] = chosen;
  if (note === undefined) return "No note chosen";
  if (others.length) return `${chosen.length} notes of ${ROLE_NAMES[role].toLowerCase()} chosen`;
  const [onset, duration, pitch, velocity] = note;
  const bar = lines.barAt(onset);
  const beat = beats(onset - lines.onset(bar)) + 1;
  const what = role === "drums" ? drumName(pitch) : `${pitchName(pitch)}, ${beats(duration)} beats long`;
  return `${ROLE_NAMES[role]}: ${what}, bar ${bar + 1} beat ${beat}, velocity ${velocity}`;
}

/** Steps as beats, with two decimals. */
const beats = (steps: number): number => Math.round((100 * steps) / STEPS_PER_BEAT) / 100;

const MINOR = /^m(?!a)/; // not "maj7"

/** A chord's name in so much room, in characters: whole, without its bass, without what follows its third, its root. */
export function shortName({ name, root, quality, slash }: Chord, room: number): string {
  if (name.length <= room) return name;
  if (root === null) return room >= 2 ? "–" : "";
  const third = MINOR.test(quality) ? "m" : "";
  const whole = slash === null ? name : `${root}${quality}/`;
  return [whole, `${root}${third}…`, `${root}${third}`, root].find((candidate) => candidate.length <= room) ?? "";
}

/** How far the piece has come, where it isn't whole: "Composing: 3 of 8 bars". */
export function progressWords(state: Arrangement["state"], there: number, of: number): string {
  const count = `${there} of ${of} bars`;
  if (state === "waiting") return "Waiting for its turn";
  if (state === "stopped") return `Stopped after ${count}`;
  if (state === "failed") return `Failed after ${count}`;
  return there ? `Still composing: ${count} are there` : "Composing the first bar…";
}
