// @vitest-environment happy-dom

import { beforeEach, expect, it, vi } from "vitest";

const START = "C | Am | F | G7";

let draft: typeof import("./draft");
let history: typeof import("./history");
let band: typeof import("./band");

async function load(): Promise<void> {
  vi.resetModules();
  band = await import("./band");
  history = await import("./history");
  draft = await import("./draft");
}

beforeEach(async () => {
  sessionStorage.clear();
  localStorage.clear();
  await load();
});

it("brings the text back, with what was answered and the tempo that was taken over", async () => {
  history.loadText("Dm G7", { choices: { bars: "line" }, name: "tune.cho", options: { tempo: 92 } });
  history.complete({ taken: { tempo: 92, style: "jazz" } });
  draft.remember(history.version.value);
  await load();
  expect(draft.recallText()).toBe(true);
  expect(band.chartText.value).toBe("Dm G7");
  expect(history.version.value).toMatchObject({
    choices: { bars: "line" },
    name: "tune.cho",
    taken: { tempo: 92, style: "jazz" },
    brought: { tempo: 92, style: "jazz" },
  });
  expect(history.canUndo.value).toBe(false);
});

it("keeps of a link the text that the field shows", async () => {
  history.loadText("C:4", { source: { text: "irealb://x" }, choices: { song: "Two" } });
  draft.remember(history.version.value);
  await load();
  draft.recallText();
  expect(history.version.value).toMatchObject({ text: "C:4", source: null, choices: {} });
});

it("brings the tempo of a draft of before", () => {
  localStorage.setItem("sideman.chart", JSON.stringify({ text: "C", choices: {}, tempo: 92 }));
  draft.recallText();
  expect(history.version.value.taken).toEqual({ tempo: 92 });
});

it.each(["C | Am", "{title: A song}", '"C"', "7"])("takes a draft of before: %s", (text) => {
  localStorage.setItem("sideman.chart", text);
  expect(draft.recallText()).toBe(true);
  expect(band.chartText.value).toBe(text);
});

it("has nothing to bring to a new visitor, or where the browser keeps nothing", () => {
  expect(draft.recallText()).toBe(false);
  const denied = vi.spyOn(Storage.prototype, "getItem").mockImplementation(() => {
    throw new DOMException("denied", "SecurityError");
  });
  expect(draft.recallText()).toBe(false);
  denied.mockRestore();
  expect(band.chartText.value).toBe(START);
});
