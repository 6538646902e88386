import { beforeEach, describe, expect, it, vi } from "vitest";
import { cellOf, chartOf, chordAt, OFFER, songOf } from "../../tests/piece.fixture";
import type { Edited, EditRequest } from "../api";
import type { Song } from "../music/piece";

interface Asked extends EditRequest {
  answer(text: string | null, song: Song | null): Promise<void>;
}

const asked: Asked[] = [];

vi.mock(import("../api"), async (original) => ({
  ...(await original()),
  editChart: (body: EditRequest) =>
    new Promise<Edited>((resolve) => {
      asked.push({
        ...body,
        answer: async (text, song) => {
          resolve({ text, song });
          await vi.waitFor(() => undefined);
          await new Promise((done) => setTimeout(done));
        },
      });
    }),
}));

const SHEET = "[Verse]\nC  F\nla la";
const of = (...names: string[]) => songOf(chartOf(...names.map((name, at) => chordAt(name, at * 4, 4))));

let state: typeof import("./cells");
let band: typeof import("./band");
let history: typeof import("./history");
let notice: typeof import("./notice");

beforeEach(async () => {
  vi.resetModules();
  asked.length = 0;
  band = await import("./band");
  history = await import("./history");
  state = await import("./cells");
  notice = await import("./notice");
  const { accept } = await import("./chart");
  band.offer.value = OFFER;
  history.loadText(SHEET);
  accept(history.version.peek(), { ...of("C", "F"), title: "Song" });
});

const names = () => state.cells.value?.map(({ name }) => name);

describe("an edit within the text", () => {
  it("is shown at once, and becomes a step to undo when the text is known", async () => {
    expect(state.removeCell(1)).toBe(true);
    expect(names()).toEqual(["C"]);
    expect(band.chartText.value).toBe(SHEET);
    expect(asked[0]).toMatchObject({ text: SHEET, chords: [{ name: "C", duration: 4 }] });
    await asked[0]?.answer("[Verse]\nC\nla la", of("C"));
    expect([band.chartText.value, names()]).toEqual(["[Verse]\nC\nla la", ["C"]]);
    history.undo();
    expect(band.chartText.value).toBe(SHEET);
    expect(notice.notice.value).toBeNull();
  });

  it("waits for the one before it, and is one of the text that this one leaves", async () => {
    state.repeatCell(0);
    state.addCell(cellOf("G", 4));
    expect(names()).toEqual(["C", "C", "F", "G"]);
    expect(asked).toHaveLength(1);
    await asked[0]?.answer("C C F", of("C", "C", "F"));
    expect(names()).toEqual(["C", "C", "F", "G"]);
    expect(asked[1]).toMatchObject({ text: "C C F" });
    expect(asked[1]?.chords.map(({ name }) => name)).toEqual(["C", "C", "F", "G"]);
    await asked[1]?.answer("C C F G", of("C", "C", "F", "G"));
    expect(band.chartText.value).toBe("C C F G");
  });

  it("gives way to what was typed meanwhile", async () => {
    state.removeCell(1);
    history.typeText("D", 0);
    await asked[0]?.answer("C", of("C"));
    expect([band.chartText.value, state.cells.value]).toEqual(["D", null]);
  });

  it("has the chart written as chords alone where the text can't say it, and says so", async () => {
    state.removeCell(1);
    state.repeatCell(0);
    await asked[0]?.answer(null, null);
    expect(band.chartText.value).toBe("C:4|C:4");
    expect(notice.notice.value?.text).toMatch(/chords alone/);
  });
});
