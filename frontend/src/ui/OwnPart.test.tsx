// @vitest-environment happy-dom
import { expect, test } from "vitest";
import { givenPart } from "../../tests/piece.fixture";
import { givenWords } from "./OwnPart";

test("what putting a part on the grid has changed is told in words", () => {
  expect(givenWords(givenPart("bass"))).toBe("Own part of 4 notes, unchanged.");
  expect(givenWords(givenPart("bass", { notes: 1, moved: 1, dropped: 2 }))).toBe(
    "Own part of 1 note: 1 moved to the grid, 2 left out.",
  );
  expect(givenWords(givenPart("melody", { durations: 1 }))).toBe("Melody of 4 notes: 1 of another length.");
});
