import { expect, test } from "vitest";
import type { Revision } from "../api";
import { heardRevisions, readRevision, writtenRevision } from "./revisions";

const PLAIN: Revision = {
  tracks: ["piano"],
  bars: [2],
  take: 0,
  seed: 7,
  progression: null,
  meters: null,
  origins: null,
  notes: null,
};

test.each<[Revision, string]>([
  [PLAIN, "piano.2.7"],
  [{ ...PLAIN, tracks: ["bass", "drums"], bars: [0, 1, 2, 5, 7, 8] }, "bass_drums.0-2_5_7-8.7"],
  [{ ...PLAIN, take: 3, seed: Number.MAX_SAFE_INTEGER }, "piano.2.9007199254740991.3"],
  [{ ...PLAIN, progression: "N.C.:3.5|F#m7-5/E:0.5" }, "piano.2.7.0.N.C.:3.5|F#m7-5/E:0.5"],
  [{ ...PLAIN, progression: "C:3|F:4", meters: ["3/4", "4/4"] }, "piano.2.7.0~3/4_4/4.C:3|F:4"],
  [
    { ...PLAIN, bars: [], progression: "C:4", meters: ["4/4"], origins: [0, 1, null, null, 2, 3, 0] },
    "piano..7.0~4/4~0-1_n_n_2-3_0.C:4",
  ],
  [{ ...PLAIN, bars: [0], progression: "C:4", origins: [null] }, "piano.0.7.0~~n.C:4"],
  [{ ...PLAIN, seed: null, bars: [1], notes: { piano: [[48, 12, 60, 99]] } }, "piano.1.e1c-c-1o-2r"],
  [
    {
      ...PLAIN,
      tracks: ["bass", "drums"],
      take: 2,
      seed: null,
      notes: {
        bass: [],
        drums: [
          [0, 1, 36, 5],
          [9999, 1, 42, 99],
        ],
      },
    },
    "bass_drums.2.e~0-1-10-5_7pr-1-16-2r.2",
  ],
])("%o is %j in a link", (revision, text) => {
  expect(writtenRevision(revision)).toBe(text);
  expect(readRevision(text)).toEqual(revision);
});

test.each([
  "",
  "piano",
  "piano.1",
  "piano.1.x",
  "banjo.1.7",
  "piano..7",
  "piano.3-1.7",
  "piano.1-2-3.7",
  "piano.-1.7",
  "piano.1.-7",
  "piano.1.7.x",
  "piano_piano.1.7",
  "piano.1.7.0~3/5.C:4",
  "piano.1.7.0~4/4~x.C:4",
  "piano..7.0~4/4.C:4",
  "piano.0-99999999.7",
  "piano.1.e1-2-3",
  "piano.1.e1-2-3-4-5",
  "piano.1.e1-2-3-4~1-2-3-4",
  "piano.1.e1-2-3-4.0.C:4",
  "piano..e1-2-3-4",
])("%j is not a revision", (text) => {
  expect(readRevision(text)).toBeNull();
});

test("edits of which nothing is left are not in a link", () => {
  const edit = (bars: readonly number[], take = 0): Revision => ({
    ...PLAIN,
    seed: null,
    bars,
    take,
    notes: { piano: [] },
  });
  const [first, wide, last, other] = [edit([1]), edit([1, 2]), edit([1]), edit([1], 1)];
  expect(heardRevisions([first, wide, last])).toEqual([wide, last]);
  expect(heardRevisions([first, other, edit([0]), last])).toEqual([other, edit([0]), last]);
  expect(heardRevisions([first, PLAIN, last])).toEqual([first, PLAIN, last]); // the band has heard it
  expect(heardRevisions([first, { ...PLAIN, take: 1 }, last])).toEqual([{ ...PLAIN, take: 1 }, last]);
  expect(heardRevisions([{ ...first, tracks: ["bass"], notes: { bass: [] } }, last])).toHaveLength(2);
});
