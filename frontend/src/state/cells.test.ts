import { beforeEach, describe, expect, it, vi } from "vitest";
import { cellOf, chartOf, chordAt, OFFER, songOf } from "../../tests/piece.fixture";

let state: typeof import("./cells");
let band: typeof import("./band");
let text: typeof import("./history");

beforeEach(async () => {
  vi.resetModules();
  band = await import("./band");
  text = await import("./history");
  state = await import("./cells");
  band.offer.value = OFFER;
  text.loadText("");
  state.addCell(cellOf("C", 4));
  state.addCell(cellOf("Am", 2));
  state.addCell(cellOf("F", 2));
});

describe("chords", () => {
  it("are added one by one, faster than the server reads", () => {
    expect(band.chartText.value).toBe("C:4|Am:2|F:2");
    expect(state.announcement.value).toBe("Added F, bar 2, 2 beats, 3 of 3");
  });

  it("are added behind the selected one, which they become", () => {
    state.select(0);
    state.addCell(cellOf("G", 4));
    expect(band.chartText.value).toBe("C:4|G:4|Am:2|F:2");
    expect(state.selected.value).toBe(1);
    expect(state.selectedCell.value?.name).toBe("G");
  });

  it("move and take the selection along", () => {
    state.select(2);
    state.moveCell(2, 0);
    expect(band.chartText.value).toBe("F:2|C:4|Am:2");
    expect(state.selected.value).toBe(0);
    expect(state.announcement.value).toBe("Moved: F, bar 1, 2 beats, 1 of 3");
  });

  it("don't move past the ends", () => {
    expect([state.moveCell(0, -1), state.moveCell(2, 3)]).toEqual([false, false]);
    expect(band.chartText.value).toBe("C:4|Am:2|F:2");
  });

  it("are changed, repeated and removed, each a step to undo", () => {
    state.changeCell(1, cellOf("A7", 1));
    expect(state.announcement.value).toBe("Now A7, bar 2, 1 beat, 2 of 3");
    state.repeatCell(1);
    expect(band.chartText.value).toBe("C:4|A7:1|A7:1|F:2");
    state.removeCell(0);
    expect(state.announcement.value).toBe("Removed C, 3 left");
    text.undo();
    text.undo();
    text.undo();
    expect(band.chartText.value).toBe("C:4|Am:2|F:2");
  });

  it("can't be edited while the text isn't read, and are shown as they were read last", () => {
    band.song.value = songOf(chartOf(chordAt("G", 0, 4)));
    text.typeText("H", 0);
    expect(state.cells.value).toBeNull();
    expect(state.shownCells.value.map(({ name }) => name)).toEqual(["G"]);
    state.addCell(cellOf("C", 4));
    expect([state.removeCell(0), state.moveCell(0, 1), state.repeatCell(0)]).toEqual([false, false, false]);
    expect(band.chartText.value).toBe("H");
  });

  it("are none in an empty field", () => {
    text.setText("  ");
    expect(state.cells.value).toEqual([]);
  });
});

describe("the selection", () => {
  it.each([
    ["repeated", () => state.repeatCell(0), 2],
    ["removed", () => state.removeCell(0), 0],
    ["moved from before to behind it", () => state.moveCell(0, 2), 0],
    ["moved from behind to before it", () => state.moveCell(2, 0), 2],
  ])("stays with its chord when another one is %s", (_, edit, at) => {
    state.select(1);
    expect(edit()).toBe(true);
    expect([state.selected.value, state.selectedCell.value?.name]).toEqual([at, "Am"]);
  });

  it("stays on the first of a chord and its repetition", () => {
    state.select(1);
    state.repeatCell(1);
    state.repeatCell(1);
    expect(state.selected.value).toBe(1);
  });

  it("ends with its chord", () => {
    state.select(2);
    state.removeCell(2);
    expect(state.selected.value).toBeNull();
    state.select(7);
    expect(state.selected.value).toBeNull();
  });
});
