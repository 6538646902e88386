import { beforeEach, describe, expect, it, vi } from "vitest";

const START = "C | Am | F | G7";

let state: typeof import("./history");
let band: typeof import("./band");

beforeEach(async () => {
  vi.resetModules();
  band = await import("./band");
  state = await import("./history");
});

it("takes back words and clicks", () => {
  state.loadText("");
  state.typeText("A", 0);
  state.typeText("Am", 100);
  state.setText("Am:4|F:4");
  state.setText("F:4|Am:4");
  const seen = [];
  while (state.canUndo.value) {
    state.undo();
    seen.push(band.chartText.value);
  }
  expect(seen).toEqual(["Am:4|F:4", "Am", "", START]);
  state.redo();
  state.redo();
  expect(band.chartText.value).toBe("Am");
  expect(state.canRedo.value).toBe(true);
});

it("begins a step for what is typed after a click", () => {
  state.typeText(`${START}A`, 0);
  state.setText("C");
  state.typeText("C7", 50);
  state.undo();
  expect(band.chartText.value).toBe("C");
});

it("leaves no step where nothing changes", () => {
  state.setText(START);
  state.loadText(START);
  state.loadText(START, { options: { tempo: 120 } });
  state.typeText(START, 0);
  expect(state.canUndo.value).toBe(false);
});

it("takes back the options that came with a chart, and brings them again", () => {
  state.loadText("A:4", { options: { tempo: 96, style: "jazz" } });
  expect(band.options.value).toMatchObject({ tempo: 96, style: "jazz" });
  state.typeText("A:4|D", 0);
  state.undo();
  expect(band.options.value).toMatchObject({ tempo: 96, style: "jazz" });
  state.undo();
  expect(band.options.value).toMatchObject({ tempo: 120, style: null });
  state.redo();
  expect(band.options.value).toMatchObject({ tempo: 96, style: "jazz" });
});

it("takes back options that came without other chords", () => {
  state.loadText(START, { options: { tempo: 96 } });
  state.undo();
  expect([band.chartText.value, band.options.value.tempo]).toEqual([START, 120]);
});

it("leaves options alone that nobody brought", () => {
  state.setText("A:4");
  band.setOptions({ tempo: 90 });
  state.undo();
  state.redo();
  expect(band.options.value.tempo).toBe(90);
});

it("keeps the answers while a chart is typed, and forgets them with another", () => {
  state.loadText("C Am");
  state.choose("bars", "line");
  state.typeText("C Am F", 0);
  expect(state.version.value.choices).toEqual({ bars: "line" });
  state.typeText("C G F", 4000, true); // pasted in its middle
  expect(state.version.value.choices).toEqual({ bars: "line" });
  state.typeText("C Dm F", 5000, true, true); // over all of it
  expect(state.version.value.choices).toEqual({});
});

describe("tempo and style", () => {
  const set = () => [band.options.value.tempo, band.options.value.style];

  beforeEach(() => state.loadText("A:4", { options: { tempo: 96, style: "jazz" } }));

  it.each<[string, () => void]>([
    ["that is loaded", () => state.loadText("C")],
    ["that is pasted over it", () => state.typeText("A:4|C", 0, true, true)],
    ["that is pasted where it was deleted", () => [state.typeText("", 0), state.typeText("C | F", 9, true)]],
    ["whose chords were all deleted", () => state.setText("")],
  ])("go with their chart, for one %s, and come back with it", (_, begin) => {
    begin();
    expect(set()).toEqual([120, null]);
    while (state.version.value.text !== "A:4") state.undo();
    expect(set()).toEqual([96, "jazz"]);
    state.redo();
    expect(set()).toEqual([120, null]);
  });

  it("stay where the person has set others, and while the chart is edited", () => {
    state.typeText("A:4|C", 0);
    expect(set()).toEqual([96, "jazz"]);
    band.setOptions({ tempo: 80 });
    state.loadText("C");
    expect(set()).toEqual([80, null]);
  });

  it("that come with the next chart take their place", () => {
    state.loadText("C", { options: { tempo: 96 } });
    expect(set()).toEqual([96, null]);
    state.loadText("D");
    expect(set()).toEqual([120, null]);
  });

  it("are the usual ones when all is cleared, whoever set them, and those that are set then stay", () => {
    band.setOptions({ tempo: 80 });
    state.clear();
    expect(set()).toEqual([120, null]);
    band.setOptions({ tempo: 70 });
    state.typeText("C | F", 0, true);
    expect(set()).toEqual([70, null]);
  });

  it("go with another song of a playlist", () => {
    state.choose("bars", "line");
    expect(set()).toEqual([96, "jazz"]);
    state.choose("song", "Two");
    expect(set()).toEqual([120, null]);
  });
});
