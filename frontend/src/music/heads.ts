/** The key in the text of a chart, in all places where the server reads one (`charts/heads.py`). Knows no chords. */

import { TONICS } from "./key";
import { modulo, pitchClassOf } from "./notes";

const LINES = /[^\n\r\v\f\x85\u2028\u2029]+/g;
const MAX_LINE = 300; // characters of one that may be a head
const TAG = /(\[\s*key\s*[:=]\s*)([^[\]\s]{1,12})(?=\s*\])/gi;
const DIRECTIVE = /^(\s*\{\s*(?:meta\b\s*:?\s*)?([^{}:\s|]+)(?:\s*:\s*|\s*(?=[^|]*$)))([^{}]*\}\s*)$/iu;
const FIELD = /^(\s*(?:[#%;@/*-]{1,2}\s*)?([\p{L}_][\p{L}\p{N}_ ]{0,20}?)\s*(?:[:=]|\bof\b)\s*)(\S.*)$/iu;
const FIELD_NAMES = new Set(
  "key dbkeysig keysig tonality tonart tom tono tonalité tonalidad tonalidade tonacja tonalità k originalkey".split(
    " ",
  ),
);
const PARTED = /(\s*[,;|·•()[\]]\s*|\s[-–—]\s|(?<![:=\s])\s{2,})/u; // what stands between fields of a line
const NOTE = String.raw`[A-H](?:\s?(?:[#♯b♭]|flat|sharp|is|es))?`;
const SCALE = String.raw`${NOTE}(?:\s|-)(?:major|minor|moll|dur)`;
const LONE_SCALE = new RegExp(String.raw`^[\s,;|·•()[\]]*${SCALE}[\s,;|·•()[\]]*$`, "iu"); // may be a chord
const SHORT = new RegExp(
  String.raw`(?:(?<before>key(?:\s+of\b)?\s*[=:]?\s*)(?<key>${NOTE}(?:m|(?:\s|-)*(?:major|minor|maj|min|moll|dur))?)` +
    `|(?<scale>${SCALE})` +
    String.raw`|(?:(?:[♩♪𝅘𝅥]|q(?:uarter)?|tempo|bpm|(?:time|met(?:er|re))(?:\s+signature)?|capo(?:\s+(?:on|at|in)\b)?)` +
    String.raw`\s*[=:]?\s*)?\d[\d./]*(?:\s*(?:bpm|time))?)(?<behind>\s+|$)`,
  "iuy",
);
const MINOR = "minor|min|mi|moll|aeolian|dorian|phrygian|locrian";
const MAJOR = "major|maj|ma|dur|ionian|lydian|mixolydian";
const VALUE = new RegExp(
  String.raw`^(?<root>([A-H])(?:(?:-(?=flat|sharp)|\s*)(is|es|(?<=[AE])s|#|♯|b|♭|sharp|flat))?)` +
    String.raw`(?=\s*-?\s*(${MAJOR}|${MINOR}|m|-)?(?!\p{L}))`,
  "iu",
);
const SIGNS: Readonly<Record<string, string>> = { is: "#", "♯": "#", sharp: "#", es: "b", s: "b", "♭": "b", flat: "b" };
const IS_MINOR = new RegExp(`^(?:${MINOR})$`, "i");
const IS_GERMAN = /^(?:dur|moll)$/i; // whose B is Bb, and whose H is B

/** The text with the key that it names so many semitones higher, and nothing else changed. */
export function moveKey(text: string, by: number): string {
  return text.replace(LINES, (line) => {
    const tagged = line.replace(TAG, (_, before: string, value: string) => before + moved(value, by));
    return tagged !== line || line.length > MAX_LINE ? tagged : moveInLine(line, by);
  });
}

function moveInLine(line: string, by: number): string {
  const told = DIRECTIVE.exec(line);
  if (told) return isKey(told[2]) ? told[1] + moved(told[3] ?? "", by) : line;
  const parts = line.trim().split(PARTED); // and what stands between them
  const fields = parts.map((part, at) => (at % 2 ? part : (moveInShort(part, by) ?? moveInField(part, by))));
  if (LONE_SCALE.test(line) || fields.includes(null)) return moveInField(line, by) ?? line;
  const start = line.length - line.trimStart().length;
  return line.slice(0, start) + fields.join("") + line.slice(start + line.trim().length);
}

/** A part of a line that is nothing but fields in short, `Tempo 120 Key C`; null for others. */
function moveInShort(part: string, by: number): string | null {
  let written = "";
  SHORT.lastIndex = 0;
  while (SHORT.lastIndex < part.length) {
    const found = SHORT.exec(part);
    if (found === null) return null;
    const { before = "", key, scale, behind = "" } = found.groups ?? {};
    const value = key ?? scale;
    written += value === undefined ? found[0] : before + moved(value, by) + behind;
  }
  return written;
}

/** A part that is one field, `Key: C`; null for others. */
function moveInField(part: string, by: number): string | null {
  const [, before = "", name, value = ""] = FIELD.exec(part) ?? [];
  if (name === undefined) return null;
  return isKey(name) ? before + moved(value, by) : part;
}

function isKey(name = ""): boolean {
  const words = name.toLowerCase().trim().split(/\s+/);
  return FIELD_NAMES.has(words.join("")) || FIELD_NAMES.has(words[0] ?? "");
}

/** What a field says, with the key that it begins with moved. */
function moved(value: string, by: number): string {
  const found = VALUE.exec(value);
  if (found === null) return value;
  const [, , letter = "", sign = "", mode = ""] = found;
  const isGerman = IS_GERMAN.test(mode);
  const name = letter.toUpperCase().replace("H", "B") + (SIGNS[sign.toLowerCase()] ?? sign.toLowerCase());
  const pitch = pitchClassOf(isGerman && /^b$/i.test(letter) && !sign ? "Bb" : name);
  const isMinor = mode === "m" || mode === "-" || IS_MINOR.test(mode);
  const tonic = TONICS[isMinor ? "minor" : "major"]?.[modulo((pitch ?? 0) + by)] ?? name;
  return (isGerman && tonic === "B" ? "H" : tonic) + value.slice(found.groups?.root?.length ?? 0);
}
