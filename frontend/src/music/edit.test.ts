import { describe, expect, it } from "vitest";
import { cellOf, chartOf, chordAt, commonBars } from "../../tests/piece.fixture";
import { barsOf, cellsOf, dropIndex, insert, move, onsetOf, remove, repeat, replace, write } from "./edit";
import { nameOf } from "./piece";
import { BarLines } from "./time";

const FOUR = commonBars(1); // it goes on like that
const row = [cellOf("C", 4), cellOf("Am", 2), cellOf("F", 2)];

describe("the chords of a chart", () => {
  it("keep their durations as the server writes them", () => {
    const cells = cellsOf(chartOf(chordAt("C6/9/E", 0, 4), { ...chordAt("Dm", 4, 1 / 3), text: "Dm:1/3" }));
    expect(cells.map(({ duration }) => duration)).toEqual(["4", "1/3"]);
    expect(write(cells)).toBe("C6/9/E:4|Dm:1/3");
  });

  it("keep their parts, as the server tells them", () => {
    const cells = cellsOf(chartOf(chordAt("F#m7-5/E", 0, 2), chordAt("N.C.", 2, 2)));
    expect(cells.map(({ parts }) => parts)).toEqual([{ root: "F#", quality: "m7-5", slash: "E" }, null]);
    expect(cells.map(({ name, parts }) => nameOf(parts) === name)).toEqual([true, true]);
    expect(nameOf({ root: "C", quality: "m", slash: "C" })).toBe("Cm"); // the root is not a slash bass
  });

  it("are written in the canonical form", () => {
    expect(write(row)).toBe("C:4|Am:2|F:2");
    expect(write([])).toBe("");
  });

  it("are written with their metre where it isn't 4/4", () => {
    expect(write(row, ["3/4"])).toBe("3/4\nC:4|Am:2|F:2");
    expect(write(row, ["4/4"])).toBe("C:4|Am:2|F:2");
    const lines = new BarLines([0, 48, 72, 96]);
    expect(write(row, ["4/4", "2/4"], lines)).toBe("C:4|2/4 Am:2|F:2");
    expect(write(row, ["2/4", "2/4", "4/4"], new BarLines([0, 24, 48, 96]))).toBe("2/4 C:4|4/4 Am:2|F:2");
    expect(write([], ["3/4"])).toBe("");
  });

  it("can be edited", () => {
    expect(write(insert(row, 1, cellOf("G7", 1.5)))).toBe("C:4|G7:1.5|Am:2|F:2");
    expect(write(remove(row, 0))).toBe("Am:2|F:2");
    expect(write(replace(row, 2, cellOf("Fm", 2)))).toBe("C:4|Am:2|Fm:2");
    expect(write(repeat(row, 1))).toBe("C:4|Am:2|Am:2|F:2");
  });

  it("move to where they are to stand, forth and back", () => {
    expect(write(move(row, 0, 2))).toBe("Am:2|F:2|C:4");
    expect(write(move(row, 2, 0))).toBe("F:2|C:4|Am:2");
    expect(move(move(row, 0, 1), 1, 0)).toEqual(row);
  });

  it("stay as they are where there is no such chord", () => {
    expect(move(row, 3, 0)).toBe(row);
    expect(replace(row, 3, cellOf("G", 4))).toBe(row);
    expect(repeat(row, -1)).toBe(row);
  });
});

describe("bars", () => {
  it("hold the chords that sound in them", () => {
    expect(barsOf(row, FOUR).map((bar) => bar.map(({ cell: at, beats }) => [at, beats]))).toEqual([
      [[0, 4]],
      [
        [1, 2],
        [2, 2],
      ],
    ]);
  });

  it("share a chord that lasts over their line", () => {
    const [first, second, third] = barsOf([cellOf("C", 2), cellOf("G", 8)], FOUR);
    expect(first?.at(1)).toEqual({ cell: 1, beats: 2, isContinued: false, continues: true });
    expect(second).toEqual([{ cell: 1, beats: 4, isContinued: true, continues: true }]);
    expect(third).toEqual([{ cell: 1, beats: 2, isContinued: true, continues: false }]);
  });

  it("end on the line after thirds of a beat", () => {
    const thirds = Array.from({ length: 12 }, () => ({ ...cellOf("C", 1), duration: "1/3", beats: 1 / 3 }));
    expect(barsOf(thirds, FOUR)).toHaveLength(1);
    expect(onsetOf(thirds, 12)).toBe(48);
  });

  it("are as long as their metre", () => {
    const waltz = new BarLines([0, 36, 72]);
    const beats = barsOf([cellOf("C", 4), cellOf("G", 2), cellOf("F", 4)], waltz).map((bar) =>
      bar.map((each) => each.beats),
    );
    expect(beats).toEqual([[3], [1, 2], [3], [1]]);
  });

  it("are none without chords", () => {
    expect(barsOf([], FOUR)).toEqual([]);
  });
});

describe("a dropped chord", () => {
  it("stands behind the chords before it", () => {
    expect(dropIndex([1, 0, 2], 1)).toBe(1);
    expect(dropIndex([2, 0, 1], 0)).toBe(0);
    expect(dropIndex([1, 2, 0], 2)).toBe(2);
  });

  it("counts a chord of several bars once, and not the rest of itself", () => {
    expect(dropIndex([0, 0, 0, 2, 1], 3)).toBe(1);
    expect(dropIndex([0, 0, 1, 0], 3)).toBe(1);
  });

  it("land behind what is written before them, where some are played again and not written", () => {
    expect(dropIndex([0, 1, 6, 4], 3)).toBe(6);
    expect(dropIndex([0, 4, 1, 6], 1)).toBe(1);
  });
});
