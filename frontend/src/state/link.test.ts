import { expect, test } from "vitest";
import { OFFER, option, PIECE, revisionOf, section } from "../../tests/piece.fixture";
import type { Arrangement } from "../api";
import { COMPOSED } from "../music/piece";
import { valuesOf } from "./fields";
import { fragmentOf, matches, playedOf, readFragment } from "./link";

const RICH = {
  ...PIECE,
  progression: "F#m7-5:3/2|C/E:96t",
  meters: ["3/4", "4/4"],
  tempo: 92.5,
  style: "hip-hop",
  density: 0,
  takes: 3,
  tracks: ["piano", "drums"] as const,
  temperature: 1.25,
  top_p: 0.015,
  free_bass: true,
  sections: [
    section("Verse (a.b)", [0, 1, 3], { tracks: ["piano"], loudness: "p" }),
    section("Chorus", [0], {
      style: "rock",
      density: { drums: 4, piano: 4, guitar: 1, bass: 4, strings: 4 },
      repeat: "as",
    }),
  ],
  revisions: [
    revisionOf({ tracks: ["drums", "bass"], bars: [0, 1, 2, 7] }),
    revisionOf({ tracks: ["piano"], bars: [3], take: 2, seed: 6, progression: "N.C.:3/2|C/E:96t" }),
  ],
} satisfies Arrangement;

const FIELDS = OFFER.options;
const link = (piece: Arrangement, fields = FIELDS) => readFragment(`#${fragmentOf(piece, fields)}`, fields);

test.each<Arrangement>([PIECE, RICH])("a link brings back what the piece was made with", (piece) => {
  const linked = link(piece);
  expect(linked).toMatchObject({ progression: piece.progression, meters: piece.meters, model: piece.model });
  expect(linked?.isUnderstood).toBe(true);
  expect(linked?.options).toEqual({ ...valuesOf(FIELDS, { ...piece }) });
  expect(linked?.revisions).toEqual(piece.revisions);
  expect(linked?.sections).toEqual(piece.sections);
  expect(linked && matches(linked, piece, FIELDS)).toBe(true);
});

test("a link holds how the piece is played, and is the same piece's however that is", () => {
  const played = {
    swing: 67,
    straight: ["bass"],
    humanize: 0.5,
    humanize_seed: 0,
    ritardando: true,
    mix: "rhythm",
    play_tempo: 90,
    transpose: -2,
  };
  const linked = readFragment(fragmentOf(PIECE, FIELDS, played), FIELDS);
  expect(linked && playedOf(FIELDS, linked.options)).toEqual(played);
  expect(linked?.options).toMatchObject({ tempo: 120, seed: 7 });
  expect(linked && matches(linked, PIECE, FIELDS)).toBe(true);
  expect(linked && matches(linked, { ...PIECE, swing: 60 }, FIELDS)).toBe(true);
});

test("a link is short: what is as it is anyway is not in it", () => {
  expect(fragmentOf(PIECE, FIELDS)).toBe("chords=C%3A4%7CAm%3A4&seed=7&model=3f0c5d0e9a1b2c4d-kernel");
});

test("a link of before there was a table of options still opens", () => {
  const old = "#chords=C%3A4&tempo=92.5&style=hip-hop&density=0&takes=3&tracks=piano,drums&seed=7&model=m";
  const { options } = readFragment(old, FIELDS) ?? {};
  expect(options).toMatchObject({ tempo: 92.5, style: "hip-hop", density: 0, takes: 3, temperature: 1, top_p: null });
  expect(options?.tracks).toEqual(["drums", "piano"]);
});

test("an option that the page has never heard of is in the link, unless it leaves the notes alone", () => {
  const lilt = option("lilt", "number", 50, { minimum: 50, maximum: 75 });
  const about = option("about", "text", "", { shapes: false });
  const piece = { ...PIECE, lilt: 62, about: "A tune" };
  const linked = link(piece, [...FIELDS, lilt, about]);
  expect(linked?.options.lilt).toBe(62);
  expect(fragmentOf(piece, [...FIELDS, lilt, about])).not.toContain("about");
  expect(linked && matches(linked, piece, [...FIELDS, lilt])).toBe(true);
  expect(linked && matches(linked, { ...piece, lilt: 63 } as Arrangement, [...FIELDS, lilt])).toBe(false);
});

test("a link with an option that the server doesn't offer is not understood", () => {
  const linked = readFragment(`${fragmentOf(PIECE, FIELDS)}&lilt=62`, FIELDS);
  expect(linked?.isUnderstood).toBe(false);
  expect(linked && matches(linked, PIECE, FIELDS)).toBe(false);
});

test("metres that can't be read are not left out unnoticed", () => {
  const linked = readFragment(`${fragmentOf(PIECE, FIELDS)}&meters=3/4,x`, FIELDS);
  expect(linked?.isUnderstood).toBe(false);
});

test("a revision that can't be read is not left out unnoticed", () => {
  const linked = readFragment(`${fragmentOf(RICH, FIELDS)}&r=banjo.1.7`, FIELDS);
  expect(linked?.isUnderstood).toBe(false);
  expect(linked && matches(linked, RICH, FIELDS)).toBe(false);
});

test.each([
  { revisions: RICH.revisions },
  { seed: 8 },
  { tempo: 121 },
  { temperature: 1.1 },
  { temperature: 0 },
  { top_p: 0.97 },
  { model: "other" },
  { progression: "C:4" },
  { meters: ["3/4"] },
  { tracks: ["bass"] as const },
])("another piece is not the one of the link: %o", (other) => {
  const linked = link(PIECE);
  expect(linked && matches(linked, { ...PIECE, ...other }, FIELDS)).toBe(false);
});

test("a piece that was not finished is not the one of the link", () => {
  const linked = link(PIECE);
  expect(linked && matches(linked, { ...PIECE, state: "stopped" }, FIELDS)).toBe(false);
});

test.each([
  "",
  "#",
  "#pieces",
  "#chords=C:4",
  "#chords=C:4&seed=x&model=m",
  "#chords=C:4&seed=-1&model=m",
  "#seed=1&model=m",
])("%j is not a link to a piece", (fragment) => {
  expect(readFragment(fragment, FIELDS)).toBeNull();
});

test("what is not a value of its option is left out", () => {
  const { options } = readFragment("#chords=C&tempo=fast&density=1.5&tracks=kazoo&seed=1&model=m", FIELDS) ?? {};
  expect(options).toMatchObject({ tempo: 120, density: null, tracks: COMPOSED });
});

test("a link holds the key where it is told one, and is of pieces in that", () => {
  const piece = { ...PIECE, key: "Gb major" };
  const linked = readFragment(fragmentOf(piece, FIELDS, {}, "Gb major"), FIELDS);
  expect(linked).toMatchObject({ key: "Gb major", isUnderstood: true });
  expect(linked && matches(linked, piece, FIELDS)).toBe(true);
  expect(linked && matches(linked, PIECE, FIELDS)).toBe(false);
});

test("a link holds the title of the chart, and is of pieces of that, or of any where it holds none", () => {
  const piece = { ...PIECE, title: "Blue Boat" };
  const linked = link(piece);
  expect(linked).toMatchObject({ title: "Blue Boat", isUnderstood: true });
  expect(linked && matches(linked, piece, FIELDS)).toBe(true);
  expect(linked && matches(linked, { ...piece, title: "Red Boat" }, FIELDS)).toBe(false);
  const before = link(PIECE);
  expect(before).toMatchObject({ title: "" });
  expect(before && matches(before, piece, FIELDS)).toBe(true);
});

test("a link without a key, as all were before, is its piece's, whatever key that names", () => {
  const linked = link(PIECE);
  expect(linked?.key).toBeNull();
  expect(linked && matches(linked, { ...PIECE, key: "Gb major" }, FIELDS)).toBe(true);
});

test("a key that can't be read is not left out unnoticed", () => {
  expect(readFragment(`${fragmentOf(PIECE, FIELDS)}&key=H`, FIELDS)).toMatchObject({ key: null, isUnderstood: false });
});
