import { describe, expect, it } from "vitest";
import { cellOf } from "../../tests/piece.fixture";
import { insertInBars, moveInBars, removeInBars, repeatInBars, replaceInBars } from "./barred";
import type { Cell } from "./edit";
import { BarLines } from "./time";

const LINES = new BarLines([0, 48, 96, 144]); // three bars of four beats
const ROW = [cellOf("C", 4), cellOf("Dm7", 2), cellOf("G7", 2), cellOf("F", 4)];
const told = (cells: readonly Cell[]) => cells.map(({ name, duration }) => `${name}:${duration}`).join(" ");

describe("in bars", () => {
  it("whole bars come and go", () => {
    expect(told(insertInBars(ROW, 1, cellOf("Am", 4), LINES))).toBe("C:4 Am:4 Dm7:2 G7:2 F:4");
    expect(told(removeInBars(ROW, 0, LINES))).toBe("Dm7:2 G7:2 F:4");
    expect(told(repeatInBars(ROW, 3, LINES))).toBe("C:4 Dm7:2 G7:2 F:4 F:4");
    expect(told(replaceInBars(ROW, 0, cellOf("C", 8), LINES))).toBe("C:8 Dm7:2 G7:2 F:4");
  });

  it("a chord that is put in takes of the time of the one before it, or is a bar of its own", () => {
    expect(told(insertInBars(ROW, 1, cellOf("Am", 1), LINES))).toBe("C:3 Am:1 Dm7:2 G7:2 F:4");
    expect(told(insertInBars(ROW, 2, cellOf("Am", 4), LINES))).toBe("C:4 Dm7:1 Am:1 G7:2 F:4");
    expect(told(insertInBars(ROW, 3, cellOf("Am", 2), LINES))).toBe("C:4 Dm7:2 G7:2 Am:4 F:4");
    expect(told(insertInBars(ROW, 4, cellOf("Am", 2), LINES))).toBe("C:4 Dm7:2 G7:2 F:4 Am:4");
  });

  it("the time of a chord that goes is its neighbour's in the bar", () => {
    expect(told(removeInBars(ROW, 1, LINES))).toBe("C:4 G7:4 F:4");
    expect(told(removeInBars(ROW, 2, LINES))).toBe("C:4 Dm7:4 F:4");
  });

  it("a chord of a part of a bar is struck twice in its time", () => {
    expect(told(repeatInBars(ROW, 1, LINES))).toBe("C:4 Dm7:1 Dm7:1 G7:2 F:4");
    expect(told(repeatInBars([cellOf("C", 1)], 0, LINES))).toBe("C:0.5 C:0.5");
  });

  it("the edge between two chords moves where one gets another length", () => {
    expect(told(replaceInBars(ROW, 0, cellOf("C", 2), LINES))).toBe("C:2 Dm7:4 G7:2 F:4");
    expect(told(replaceInBars(ROW, 0, cellOf("C", 7), LINES))).toBe("C:7 G7:1 F:4");
    expect(told(replaceInBars(ROW, 3, cellOf("F", 5), LINES))).toBe("C:4 Dm7:2 G7:2 F:8");
  });

  it("bars change places, and chords of parts of bars in the rhythm that is there", () => {
    expect(told(moveInBars(ROW, 1, 2, LINES))).toBe("C:4 G7:2 Dm7:2 F:4");
    expect(told(moveInBars(ROW, 0, 1, LINES))).toBe("Dm7:4 C:2 G7:2 F:4");
    expect(told(moveInBars([cellOf("C", 8), cellOf("F", 4)], 0, 1, LINES))).toBe("F:4 C:8");
  });
});
