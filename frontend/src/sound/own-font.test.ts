// @vitest-environment happy-dom

import { beforeEach, expect, it, vi } from "vitest";
import { OFFER, PIECE } from "../../tests/piece.fixture";
import { soundFont } from "../../tests/soundfont.fixture";
import { mixer, offer } from "../state/band";
import { isTakingFont, lacking, ownFont } from "../state/font";
import { notice } from "../state/notice";
import { piece } from "../state/piece";
import { dropFont, recallFont, takeFont } from "./own-font";

let kept: File | null = null;
let hasRoom = true;

vi.mock("./font-store", () => ({
  recallFile: async () => kept,
  keepFile: async (file: File) => {
    if (hasRoom) kept = file;
    return hasRoom;
  },
  forgetFile: async () => {
    kept = null;
  },
}));

const FILE = new File([soundFont()], "mine.sf2");

beforeEach(() => {
  localStorage.clear();
  [kept, hasRoom] = [null, true];
  ownFont.value = notice.value = null;
  offer.value = OFFER;
  piece.value = { ...PIECE, tracks: ["drums", "piano", "bass"] };
});

it("plays with a file, and still does at the next visit", async () => {
  await takeFont(FILE);
  expect(ownFont.value?.name).toBe("mine.sf2");
  expect(notice.value).toEqual({ kind: "status", text: "The page plays with mine.sf2." });
  ownFont.value = null;
  await recallFont();
  expect((ownFont.value as { name: string } | null)?.name).toBe("mine.sf2");
});

it("goes back, for good", async () => {
  await takeFont(FILE);
  await dropFont();
  expect(ownFont.value).toBeNull();
  await recallFont();
  expect([ownFont.value, kept]).toEqual([null, null]);
});

it("tells what is no SoundFont, and leaves all as it was", async () => {
  await takeFont(FILE);
  const before = ownFont.value;
  await takeFont(new File(["MThd"], "song.sf2"));
  expect(notice.value).toEqual({
    kind: "problem",
    text: "song.sf2 can't be played: it is no SoundFont: take an .sf2, .sf3 or .dls file.",
  });
  expect(ownFont.value).toBe(before);
  expect(kept).toBe(FILE);
  expect(isTakingFont.value).toBe(false);
});

it("plays a file that the browser has no room for until the page is closed, and says so", async () => {
  hasRoom = false;
  await takeFont(FILE);
  expect(ownFont.value?.name).toBe("mine.sf2");
  expect(notice.value?.text).toContain("until the page is closed");
  ownFont.value = null;
  await recallFont();
  expect(ownFont.value).toBeNull();
});

it("names what the file lacks of what the band plays", async () => {
  expect(lacking.value).toEqual([]);
  await takeFont(FILE);
  expect(lacking.value).toEqual(["bass (Its own)"]);
  mixer.piano.value = { ...mixer.piano.value, program: 4 };
  expect(lacking.value).toEqual(["piano (program 5)", "bass (Its own)"]);
  mixer.piano.value = { ...mixer.piano.value, program: null };
});
