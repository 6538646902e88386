import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { chartOf, chordAt, PIECE, songOf, writtenBar } from "../../tests/piece.fixture";
import { chartText, song } from "./band";
import { accept } from "./chart";
import { heard, watchHeard } from "./heard";
import { loadText, version } from "./history";
import { closePiece, openPiece } from "./piece";
import { playState } from "./playback";

/** |: C | F G :| Am, as it is played. */
const chart = chartOf(
  chordAt("C", 0, 4, [0, 4, 7]),
  chordAt("F", 4, 2, [5, 9, 0]),
  chordAt("G", 6, 2, [7, 11, 2]),
  chordAt("C", 8, 4, [0, 4, 7]),
  chordAt("F", 12, 2, [5, 9, 0]),
  chordAt("G", 14, 2, [7, 11, 2]),
  chordAt("Am", 16, 4, [9, 0, 4]),
);
const READ = songOf(chart, {
  sections: [{ name: "", bars: 3 }],
  written: [writtenBar({ repeat: true }), writtenBar({ times: 2 }), writtenBar()],
  bars: [0, 1, 0, 1, 2].map((bar) => ({ section: 0, passing: 0, bar, place: null })),
});

let step = 0;
let frames: FrameRequestCallback[];
let stop: () => void;

beforeEach(() => {
  frames = [];
  vi.stubGlobal("requestAnimationFrame", (callback: FrameRequestCallback) => frames.push(callback));
  vi.stubGlobal("cancelAnimationFrame", () => {
    frames = [];
  });
  loadText("|: C | F G :| Am |");
  accept(version.value, READ);
  openPiece({ ...PIECE, bars: 5, beats: 20, progression: chart.progression }, chart);
  stop = watchHeard({ position: () => step });
});

afterEach(() => {
  stop();
  playState.value = "stopped";
  closePiece();
  vi.unstubAllGlobals();
});

function at(place: number): typeof heard.value {
  step = place;
  for (const frame of frames.splice(0)) frame(0);
  return heard.value;
}

it("is the written bar, its chord and which time it is played", () => {
  playState.value = "playing";
  expect(at(0)).toEqual({ bar: 0, segment: 0, pass: 1, passes: 2 });
  expect(at(48 + 23)).toEqual({ bar: 1, segment: 0, pass: 1, passes: 2 });
  expect(at(48 + 24)).toEqual({ bar: 1, segment: 1, pass: 1, passes: 2 });
  expect(at(2 * 48 + 5)).toEqual({ bar: 0, segment: 0, pass: 2, passes: 2 });
  expect(at(4 * 48)).toEqual({ bar: 2, segment: 0, pass: 1, passes: 1 });
});

it("is nothing while nothing plays, past the end, and while another chart plays", () => {
  expect(heard.value).toBeNull();
  playState.value = "playing";
  expect(at(10)).not.toBeNull();
  expect(at(5 * 48)).toBeNull();
  expect(at(10)).not.toBeNull();
  song.value = songOf(chartOf(chordAt("D", 0, 4, [2, 6, 9])));
  expect(at(10)).toBeNull();
  song.value = READ;
  expect(at(10)).not.toBeNull();
  playState.value = "stopped";
  expect(heard.value).toBeNull();
  expect(chartText.value).toBe("|: C | F G :| Am |");
});
