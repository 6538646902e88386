/**
 * Chords as a player reads them: for instruments that sound lower than written, behind a capo, as Nashville numbers.
 * Nothing that is played or kept changes by it. Knows no page.
 */

import { TONICS } from "./key";
import { LETTERS, letterOf, modulo, pitchClassOf, printedNote, printedQuality, SIGNS, spelledOn } from "./notes";
import { type ChordParts, NO_CHORD } from "./piece";

/** A way to read chords. */
export interface Display {
  readonly id: string;
  readonly name: string;
  readonly about: string; // what a sheet says of it; "" where it is as it sounds
  readonly shift: number; // semitones that are written higher than they sound
  readonly isNumbers: boolean;
}

const way = (id: string, name: string, shift = 0, about = name): Display => ({
  id,
  name,
  about,
  shift,
  isNumbers: false,
});

export const CONCERT = way("concert", "As it sounds", 0, "");
const CAPOS = 7;

/** The same way to read chords that sound so many semitones higher. Numbers stay. */
export const lifted = (display: Display, semitones: number): Display =>
  semitones === 0 || display.isNumbers ? display : { ...display, shift: display.shift + semitones };

export const DISPLAYS: readonly Display[] = [
  CONCERT,
  way("Bb", "B♭ instruments", 2, "for B♭ instruments"),
  way("Eb", "E♭ instruments", 9, "for E♭ instruments"),
  way("F", "F instruments", 7, "for F instruments"),
  ...Array.from({ length: CAPOS }, (_, at) => way(`capo${at + 1}`, `Capo ${at + 1}`, -(at + 1), `capo ${at + 1}`)),
  { ...way("numbers", "Nashville numbers", 0, "numbers"), isNumbers: true },
];

const LETTER = /-(?:US|CA|MX|PH)$/; // where paper is that size

/** The paper of people who speak a language, such as `en-GB`. */
export const paperOf = (language: string): "a4" | "letter" => (LETTER.test(language) ? "letter" : "a4");

/** A chord as it is set: its root large, what it is in small, its bass behind a slash. */
export interface ShownChord {
  readonly root: string;
  readonly third: string; // "m", "dim": on the line
  readonly more: string; // "7", "maj7": raised
  readonly bass: string | null;
}

const THIRD = /^(m(?!aj)(?:in)?|-|dim|aug|°|ø|\+)?(.*)$/;
const SCALES: Readonly<Record<string, readonly number[]>> = {
  major: [0, 2, 4, 5, 7, 9, 11],
  minor: [0, 2, 3, 5, 7, 8, 10],
};
const NUMBER_QUALITIES: readonly (readonly [RegExp, string])[] = [
  [/^m(?!aj)(?:in)?/, "-"],
  [/^dim/, "°"],
];

interface Key {
  readonly tonic: string;
  readonly mode: string;
}

function keyOf(name: string): Key {
  const [tonic = "", mode = ""] = name.split(" ");
  return pitchClassOf(tonic) !== null && mode in TONICS ? { tonic, mode } : { tonic: "C", mode: "major" };
}

/** The key that is read where a piece is in `key`, such as `Eb major`. */
export function shownKey(key: string, display: Display): string {
  const { tonic, mode } = keyOf(key);
  return display.shift === 0 ? key : `${movedTonic(tonic, mode, display.shift)} ${mode}`;
}

/** A key's name with its signs as they are printed. */
export function printedKey(key: string): string {
  const [tonic = "", ...rest] = key.split(" ");
  return [printedNote(tonic), ...rest].join(" ");
}

function movedTonic(tonic: string, mode: string, shift: number): string {
  const pitch = modulo((pitchClassOf(tonic) ?? 0) + shift);
  const found = TONICS[mode]?.[pitch] ?? tonic;
  return found === "F#" && mode === "major" && tonic.endsWith("b") ? "Gb" : found;
}

/** A chord of a piece in `key` as it is read. */
export function shownChord(parts: ChordParts, key: string, display: Display): ShownChord {
  if (parts === null) return { root: NO_CHORD, third: "", more: "", bass: null };
  const note = noteReader(keyOf(key), display);
  const slash = parts.slash === null || parts.slash === parts.root ? null : parts.slash;
  const [third, more] = split(display.isNumbers ? numbered(parts.quality) : parts.quality);
  return { root: note(parts.root), third, more, bass: slash === null ? null : note(slash) };
}

/** A shown chord in one word. */
export const wordOf = ({ root, third, more, bass }: ShownChord): string =>
  root + third + more + (bass === null ? "" : `/${bass}`);

/** About how wide a chord is set, in its root's size. */
export const widthOf = ({ root, third, more, bass }: ShownChord): number =>
  WIDTHS.root * root.length + WIDTHS.small * (third.length + more.length) + WIDTHS.bass * (bass ? bass.length + 1 : 0);
const WIDTHS = { root: 0.72, small: 0.45, bass: 0.5 };

function split(quality: string): readonly [string, string] {
  const [, third = "", more = ""] = THIRD.exec(quality) ?? [];
  return [third, printedQuality(third ? `.${more}` : more).replace(/^\./, "")];
}

const numbered = (quality: string): string =>
  NUMBER_QUALITIES.reduce((all, [word, sign]) => all.replace(word, sign), quality);

function noteReader(key: Key, display: Display): (note: string) => string {
  if (display.isNumbers) return (note) => printedNote(degreeOf(note, key));
  if (display.shift === 0) return printedNote;
  const tonic = movedTonic(key.tonic, key.mode, display.shift);
  const letters = letterOf(tonic) - letterOf(key.tonic);
  return (note) => printedNote(moved(note, letters, display.shift));
}

/** A note so many letters and semitones higher; on another letter where that takes two signs. */
function moved(note: string, letters: number, shift: number): string {
  const pitch = (pitchClassOf(note) ?? 0) + shift;
  const spelled = spelledOn(letterOf(note) + letters, pitch);
  if (spelled !== null && spelled.length <= 2) return spelled;
  return [...LETTERS].flatMap((_, letter) => spelledOn(letter, pitch) ?? []).sort(byLength)[0] ?? note;
}

const byLength = (one: string, other: string): number => one.length - other.length;

/** The degree of a note in the key's own scale: `b7`, in a minor key `7`. */
function degreeOf(note: string, { tonic, mode }: Key): string {
  const scale = SCALES[mode] ?? [];
  const above = modulo((pitchClassOf(note) ?? 0) - (pitchClassOf(tonic) ?? 0));
  const own = modulo7(letterOf(note) - letterOf(tonic));
  const signed = (degree: number): string | null => {
    const off = ((above - (scale[degree] ?? 0) + 18) % 12) + 0 - 6;
    return Math.abs(off) > 1 ? null : `${SIGNS[off < 0 ? 1 : off * 2] ?? ""}${degree + 1}`;
  };
  return signed(own) ?? scale.map((_, degree) => signed(degree)).find((name) => name !== null) ?? String(own + 1);
}

const modulo7 = (letters: number): number => ((letters % LETTERS.length) + LETTERS.length) % LETTERS.length;
