import { expect, test } from "vitest";
import { moveKey } from "./heads";

test.each([
  ["Key: G\nG | C", 1, "Key: Ab\nG | C"],
  ["{key: F#}\n[F#]la", -2, "{key: E}\n[F#]la"],
  ["Song\nkey = Bbm", 2, "Song\nkey = Cm"],
  ["Tom: C", 2, "Tom: D"],
  ["Tonalité : G", 2, "Tonalité : A"],
  ["Tono original: C", 2, "Tono original: D"],
  ["Key signature: Em", 2, "Key signature: F#m"],
  ["// key: D", 2, "// key: E"],
  ["Key of G", 2, "Key of A"],
  ["(Key of Bb)", 2, "(Key of C)"],
  ["Key G", 2, "Key A"],
  ["  Key G, 4/4 ", 2, "  Key A, 4/4 "],
  ["[Key: G]", 2, "[Key: A]"],
  ["Song [key=Em] here", 2, "Song [key=F#m] here"],
  ["{meta: key G}", 2, "{meta: key A}"],
  ["{meta:  key   G}", 2, "{meta:  key   A}"],
  ["{key G}", 2, "{key A}"],
  ["{k:G}", 2, "{k:A}"],
  ["{key: G | C}", 2, "{key: A | C}"],
  ["Tempo 120, Key: C", 2, "Tempo 120, Key: D"],
  ["Capo 2 | Key: G", 2, "Capo 2 | Key: A"],
  ["Key: Bb   Tempo: 90", 2, "Key: C   Tempo: 90"],
  ["Title: A Key, Key: C", 2, "Title: A Key, Key: D"],
  ["♩=120 Key F# minor 4/4", 2, "♩=120 Key G# minor 4/4"],
  ["120 bpm, G major", 2, "120 bpm, A major"],
  ["4/4 G minor", 1, "4/4 G# minor"],
  ["Key: C (capo 2)", 2, "Key: D (capo 2)"],
  ["Key: CM", 1, "Key: DbM"],
  ["Key: B flat", 2, "Key: C"],
  ["Key: E-flat major", 2, "Key: F major"],
  ["Key: F♯ minor", 1, "Key: G minor"],
  ["Key: Es", 2, "Key: F"],
  ["Key: As", 2, "Key: Bb"],
  ["[Key: Cis]", 2, "[Key: Eb]"],
  ["Tonart: Fis-Moll", 2, "Tonart: G#-Moll"],
  ["Tonart: B-Dur", 2, "Tonart: C-Dur"],
  ["Tonart: a-Moll", 2, "Tonart: H-Moll"],
  ["Tonart: H-Moll", 1, "Tonart: C-Moll"],
  ["Key: Em\r\nEm | Am", 4, "Key: G#m\r\nEm | Am"],
])("the key of %j moves by %i", (text, by, moved) => {
  expect(moveKey(text, by)).toBe(moved);
});

test.each([
  "Monkey: G",
  "The Key of G",
  "Title: Key of G",
  "Key of life",
  "the key A man lost",
  "{title: Key: G}",
  "{key G | C}",
  "G major",
  "Key: Ré",
  "[Verse tracks=piano]\n| C | Am |",
])("%j names no key", (text) => {
  expect(moveKey(text, 2)).toBe(text);
});
