import { afterEach, expect, test } from "vitest";
import { CHART, OFFER, PIECE } from "../../tests/piece.fixture";
import { offer } from "./band";
import { addBar, bars, openPiece } from "./piece";
import { playing } from "./playing";
import { barsOf, faster, fastest, higher, liftOf, playingOf, rateOf } from "./practice";

afterEach(() => {
  faster.value = 0;
  fastest.value = 150;
  higher.value = 0;
});

test("each pass is faster, up to the most", () => {
  expect([0, 1, 9].map(rateOf)).toEqual([1, 1, 1]);
  faster.value = 10;
  fastest.value = 120;
  expect([0, 1, 2, 3].map(rateOf)).toEqual([1, 1.1, 1.2, 1.2]);
});

test("each pass is in another key, the nearest way", () => {
  higher.value = 5;
  expect(Array.from({ length: 13 }, (_, pass) => liftOf(pass))).toEqual([
    ...[0, 5, -2, 3, -4, 1, -6],
    ...[-1, 4, -3, 2, -5, 0],
  ]);
  higher.value = -1;
  expect([1, 6, 7].map(liftOf)).toEqual([-1, -6, 5]);
});

test("what is played of a pass is made once, and the first is the piece itself", () => {
  offer.value = OFFER;
  openPiece(PIECE, CHART);
  addBar(0, 0, { bass: [[0, 12, 40, 80]], drums: [[0, 12, 36, 80]] });
  [faster.value, higher.value] = [50, 2];
  expect(barsOf(0)).toBe(bars.value);
  expect(barsOf(1)).toEqual([{ bass: [[0, 12, 42, 80]], drums: [[0, 12, 36, 80]] }]);
  expect(barsOf(1)).toBe(barsOf(1));
  expect(playingOf(0)).toBe(playing.value);
  expect(playingOf(1)).toBe(playingOf(1));
  expect(playingOf(1).time.seconds(12)).toBeCloseTo(playing.value.time.seconds(12) / 1.5);
});
