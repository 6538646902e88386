import { batch } from "@preact/signals";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CHART, chartOf, chordAt, OFFER, PIECE, SONG, songOf } from "../../tests/piece.fixture";
import type { Arrangement } from "../api";
import type { Song } from "../music/piece";
import { chartText, DEFAULT_OPTIONS, offer, options, setOptions } from "./band";
import { accept } from "./chart";
import { loadText, version } from "./history";
import { addBar, bars, closePiece, openPiece, piece, pieceChart, pieceShift, pieceTempo, take } from "./piece";
import { speed } from "./playback";
import { changedPlaying, difference, followSettings, keepPlaying, playedSo, playing } from "./playing";

const D = chartOf(chordAt("D", 0, 4, [2, 6, 9]), chordAt("Bm", 4, 4, [11, 2, 6]));
const OWN: Arrangement = { ...PIECE, chart: { text: SONG.chart.progression } };
const OTHER = chartOf(chordAt("F", 0, 8, [5, 9, 0]));

let stops: (() => void)[] = [];
let told: Arrangement[] = [];
let asked: { route: string; body: object }[];

/** Have a text in the field that was read as a song. */
function write(song: Song, text = song.chart.progression): void {
  loadText(text);
  accept(version.peek(), song);
}

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  told = [];
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    const body = JSON.parse(String(init.body)) as object;
    asked.push({ route: `${init.method} ${path}`, body });
    return Response.json({ ...PIECE, ...piece.value, ...body });
  });
  offer.value = OFFER;
  options.value = DEFAULT_OPTIONS;
  closePiece();
  write(SONG);
  stops = [followSettings()];
  openPiece(OWN, CHART);
});

afterEach(() => {
  for (const stop of stops) stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("the open piece follows the tempo that is set", () => {
  setOptions({ tempo: 84 });
  expect(pieceTempo.value).toBe(84);
  expect(difference.value).toBeNull();
  expect(playedSo.value).toMatchObject({ play_tempo: 84, transpose: 0 });
});

test("the open piece follows the key of the chart, with notes and chords", () => {
  addBar(0, 0, { bass: [[0, 12, 36, 90]], drums: [[0, 1, 36, 90]] });
  write(songOf(D));
  expect(pieceShift.value).toBe(2);
  expect(pieceChart.value).toEqual(D);
  expect(bars.value).toEqual([{ bass: [[0, 12, 38, 90]], drums: [[0, 1, 36, 90]] }]);
  expect(difference.value).toBeNull();
  write(SONG);
  expect(pieceShift.value).toBe(0);
  expect(bars.value).toEqual([{ bass: [[0, 12, 36, 90]], drums: [[0, 1, 36, 90]] }]);
});

test("another chart is not the piece's: that stays as it was", () => {
  setOptions({ tempo: 84 });
  write(songOf(OTHER));
  setOptions({ tempo: 200 });
  expect([pieceTempo.value, pieceChart.value]).toEqual([84, CHART]);
  expect(difference.value).toBe("chart");
});

test("a text that is not read yet changes nothing", () => {
  chartText.value = "C | Am | F";
  loadText("C | Am | F");
  setOptions({ tempo: 200 });
  expect(pieceTempo.value).toBe(120);
});

test("other options are told, but not those of playing", () => {
  setOptions({ swing: 67, humanize: 1, straight: ["bass"] });
  expect(difference.value).toBeNull();
  setOptions({ style: "jazz" });
  expect(difference.value).toBe("options");
});

test("what plays has tempo, speed, feel and bars of the open piece", () => {
  const before = playing.value;
  setOptions({ swing: 67 });
  expect(playing.value).not.toBe(before);
  expect(playing.value.time.seconds(6)).toBeCloseTo(1 / 3);
  speed.value = 0.5;
  expect(playing.value.time.seconds(6)).toBeCloseTo(2 / 3);
  speed.value = 1;
});

test("the server is told once nothing has changed for a moment", async () => {
  stops.push(keepPlaying((kept) => told.push(kept)));
  setOptions({ swing: 60 });
  setOptions({ swing: 62, tempo: 90 });
  expect(changedPlaying.value).toEqual({ swing: 62, play_tempo: 90 });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(asked).toEqual([{ route: `PATCH /api/arrangements/${PIECE.id}`, body: { swing: 62, play_tempo: 90 } }]);
  expect(piece.value).toMatchObject({ swing: 62, play_tempo: 90 });
  expect(told).toEqual([piece.value]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(asked).toHaveLength(1);
});

test("the server is told at once where another piece is opened", async () => {
  stops.push(keepPlaying((kept) => told.push(kept)));
  setOptions({ swing: 60 });
  batch(() => {
    setOptions({ swing: 50 });
    openPiece({ ...PIECE, id: "other" }, CHART);
  });
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toEqual([{ route: `PATCH /api/arrangements/${PIECE.id}`, body: { swing: 60 } }]);
  expect(piece.value?.id).toBe("other");
  expect(told).toHaveLength(1);
});

test("nothing is told of a piece that is still composed", async () => {
  stops.push(keepPlaying((kept) => told.push(kept)));
  piece.value = { ...PIECE, state: "composing" };
  setOptions({ swing: 60 });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(asked).toEqual([]);
});

test("the key that the chart names is the open piece's from now on, in whatever key it is played", async () => {
  stops.push(keepPlaying((kept) => told.push(kept)));
  const keys = () => asked.map(({ body }) => body).filter((body) => !("chart" in body));
  write({ ...SONG, key: "A minor" });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(keys()).toEqual([{ key: "A minor" }]);
  expect(piece.value?.key).toBe("A minor");
  write(songOf(D, { key: "B minor" })); // the same, two semitones higher
  await vi.advanceTimersByTimeAsync(2_000);
  expect(keys().slice(1)).toEqual([{ transpose: 2 }]);
  write(songOf(D, { key: "E major" }));
  setOptions({ swing: 60 });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(keys().slice(2)).toEqual([{ swing: 60 }, { key: "D major" }]);
  write(songOf(D));
  write(songOf(OTHER, { key: "F major" })); // none, or of another chart
  await vi.advanceTimersByTimeAsync(2_000);
  expect(keys()).toHaveLength(4);
});

test("the piece keeps the chart as it is written in the field, in whatever key, while it is its own", async () => {
  stops.push(keepPlaying((kept) => told.push(kept)));
  const changes = () => asked.splice(0).map(({ body }) => body);
  const waited = () => vi.advanceTimersByTimeAsync(2_000);
  const written = (text: string) => ({ chart: { text, name: "", choices: {} } });
  await waited();
  expect(changes()).toEqual([]);
  write(SONG, "C | Am\nWords");
  await waited();
  expect(changes()).toEqual([written("C | Am\nWords")]);
  write(songOf(D), "D | Bm\nWords");
  await waited();
  expect(changes()).toEqual([{ transpose: 2 }, written("D | Bm\nWords")]);
  write(songOf(D), "D | Bm"); // as the page writes it itself, where nothing else can be read
  await waited();
  write(songOf(OTHER), "F | F");
  loadText("C | A"); // not read yet
  await waited();
  write(songOf(D), `D | Bm\n${"x".repeat(OFFER.max_chart)}`);
  await waited();
  take.value = 1;
  write(songOf(D), "D | Bm\nOther words");
  await waited();
  take.value = 0;
  if (piece.value) piece.value = { ...piece.value, title: "Blue Boat" };
  write({ ...songOf(D), title: "Red Boat" }, "Red Boat\nD | Bm");
  await waited();
  expect(changes()).toEqual([]);
});

test("of a piece that keeps none the chart is kept once it says more than its chords", async () => {
  stops.push(keepPlaying((kept) => told.push(kept)));
  openPiece(PIECE, CHART);
  write(SONG, "C | Am");
  await vi.advanceTimersByTimeAsync(2_000);
  expect(asked).toEqual([]);
  write(SONG, "C | Am\nWords");
  await vi.advanceTimersByTimeAsync(2_000);
  expect(asked).toHaveLength(1);
});
