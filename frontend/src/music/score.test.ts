import { expect, it } from "vitest";
import { chartOf, chordAt, section, songOf, writtenBar } from "../../tests/piece.fixture";
import { columnsOf, heightOf, passingsOf, scoreOf } from "./score";

const chart = chartOf(...Array.from({ length: 8 }, (_, bar) => chordAt("C", 4 * bar, 4)));

/** |: A B 1. C :| 2. D | Am (tag) */
const song = songOf(chart, {
  sections: [
    { name: "Verse", bars: 4 },
    { name: "Tag", bars: 2 },
  ],
  written: [
    writtenBar({ repeat: true }),
    writtenBar(),
    writtenBar({ endings: [1], times: 2 }),
    writtenBar({ endings: [2] }),
    writtenBar({ meter: "3/4", segno: true }),
    writtenBar({ meter: "3/4", to_coda: true, jump: "D.S. al Coda" }),
  ],
  passages: [section("Verse", [0, 1, 2]), section("Verse", [0, 1, 3]), section("Tag", [0, 1], { style: "jazz" })],
  bars: [0, 1, 2, 0, 1, 3, 0, 1].map((bar, at) => ({
    section: at < 6 ? 0 : 1,
    passing: at >= 3 && at < 6 ? 1 : 0,
    bar,
    place: null,
  })),
});

it("has each written bar once, with its signs", () => {
  const score = scoreOf(song);
  expect(score.map(({ played }) => played)).toEqual([[0, 3], [1, 4], [2], [5], [6], [7]]);
  expect(score.map(({ heading }) => heading)).toEqual(["Verse", null, null, null, "Tag", null]);
  expect(score.map(({ opens, closes }) => [opens, closes])).toEqual([
    [true, 0],
    [false, 0],
    [false, 2],
    [false, 0],
    [false, 0],
    [false, 0],
  ]);
  expect(score.map(({ ending, endsEnding }) => [ending, endsEnding])).toEqual([
    [null, false],
    [null, false],
    ["1.", true],
    ["2.", true],
    [null, false],
    [null, false],
  ]);
  expect(score.map(({ meter }) => meter)).toEqual([null, null, null, null, "3/4", null]);
  expect(score[4]).toMatchObject({ before: ["segno"], section: { style: "jazz" } });
  expect(score[5]?.after).toEqual(["To Coda", "D.S. al Coda"]);
});

it("knows which time a bar is played", () => {
  const passings = passingsOf(scoreOf(song));
  expect(passings[0]).toEqual({ at: 0, pass: 1, passes: 2 });
  expect(passings[4]).toEqual({ at: 1, pass: 2, passes: 2 });
  expect(passings[7]).toEqual({ at: 5, pass: 1, passes: 1 });
});

it("begins a line with a section, and puts a second ending below the first", () => {
  expect(columnsOf(scoreOf(song), 4)).toEqual([0, 1, 2, 2, 0, 1]);
  expect(heightOf(scoreOf(song), 4)).toBe(3 + 2 * 0.5);
  expect(columnsOf(scoreOf(song), 2)).toEqual([0, 1, 0, 0, 0, 1]);
});

it("leaves out bars that are never played", () => {
  const bars = song.bars.slice(0, 2);
  expect(scoreOf({ ...song, bars }).map(({ number }) => number)).toEqual([1, 2]);
});
