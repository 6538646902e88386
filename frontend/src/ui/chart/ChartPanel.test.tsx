// @vitest-environment happy-dom

import { render } from "preact";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { chartOf, chordAt, OFFER, songOf, writtenBar } from "../../../tests/piece.fixture";
import { readText } from "../../../tests/reader.fixture";
import { CONCERT } from "../../music/display";
import type { Song } from "../../music/piece";
import { chartText, offer, options } from "../../state/band";
import { select } from "../../state/cells";
import { display } from "../../state/display";
import { loadText, undo, version } from "../../state/history";
import { type Player, playState } from "../../state/playback";
import { ChartPanel } from "./ChartPanel";

let more: Partial<Song>; // of what is read

vi.mock(import("../../api"), async (original) => ({
  ...(await original()),
  readChart: async ({ text }) => readText(text ?? "", more),
}));

const page = document.createElement("div");
const onPlay = vi.fn();
const player: Player = {
  prepare: async () => {},
  play: async () => {},
  pause: vi.fn(),
  seek: vi.fn(),
  position: () => 0,
  strike: vi.fn(async () => {}),
  press: vi.fn(),
  release: vi.fn(),
  level: () => 0,
};
const settled = () => new Promise((resolve) => setTimeout(resolve, 160)); // typing is read after a pause
const all = (selector: string) => [...page.querySelectorAll<HTMLElement>(selector)];
const one = (selector: string): HTMLElement => {
  const [found] = all(selector);
  if (!found) throw new Error(`no ${selector}`);
  return found;
};
const button = (name: string): HTMLElement => {
  const found = all("button").find((each) => (each.getAttribute("aria-label") ?? each.textContent)?.trim() === name);
  if (!found) throw new Error(`no button ${name}`);
  return found;
};
const press = (element: HTMLElement, key: string, modifiers: KeyboardEventInit = {}) =>
  element.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...modifiers }));

async function type(text: string): Promise<void> {
  const field = one("textarea") as HTMLTextAreaElement;
  field.value = text;
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  await settled();
}

beforeEach(async () => {
  document.body.append(page);
  more = {};
  loadText("C:4|Am:2|F:2");
  select(null);
  offer.value = {
    ...OFFER,
    roots: ["C", "Db", "D"],
    qualities: [
      { name: "", degrees: "1 3 5" },
      { name: "m", degrees: "1 b3 5" },
    ],
    examples: [{ name: "Blues", progression: "A:4|D:4", tempo: 96, style: "jazz" }],
  };
  render(<ChartPanel player={player} onPlay={onPlay} />, page);
  await settled();
});

afterEach(() => {
  render(null, page);
  page.remove();
});

it("shows the chords as a list that reads well", () => {
  expect(all("[role=option]").map((cell) => cell.getAttribute("aria-label"))).toEqual([
    "C, bar 1, 4 beats, 1 of 3",
    "Am, bar 2, 2 beats, 2 of 3",
    "F, bar 2, 2 beats, 3 of 3",
  ]);
  expect(one(".score-summary").textContent).toBe("C major, 2 bars, 0:04");
});

it("underlines an error, tells it and mends it", async () => {
  await type("C:4|H:4");
  expect(one("mark").textContent).toBe("H");
  expect(one(".chart-problem-place[role=status]").textContent).toContain("H is B");
  expect(one("textarea").getAttribute("aria-invalid")).toBe("true");
  expect(one(".score-bars").className).toContain("is-stale");
  button("Change to B").click();
  await settled();
  expect(chartText.value).toBe("C:4|B:4");
  expect(all("mark")).toHaveLength(0);
  expect(one(".chart-problem-place[role=status]").textContent).toBe("");
});

it("marks all errors at once, leads to each, and mends one by one", async () => {
  await type("C | H7\nHm | F");
  expect(all("mark").map((mark) => mark.textContent)).toEqual(["H7", "Hm"]);
  expect(one(".chart-problem-place[role=status]").textContent).toBe(
    "2 places can't be read. The first: line 1, column 5.",
  );
  expect(all(".chart-faults li")).toHaveLength(2);
  button("Line 2, column 1").click();
  const field = one("textarea") as HTMLTextAreaElement;
  expect(document.activeElement).toBe(field);
  expect(field.value.slice(field.selectionStart, field.selectionEnd)).toBe("Hm");
  button("Change to Bm").click();
  await settled();
  expect(chartText.value).toBe("C | H7\nBm | F");
  expect(all("mark.is-wrong").map((mark) => mark.textContent)).toEqual(["H7"]);
});

it("shows sections over their bars", async () => {
  await type("[Verse]\nC | Am\n[Chorus]\nF");
  expect(all(".score-section").map((heading) => heading.textContent)).toEqual(["Verse", "Chorus"]);
  expect(all(".score-bar").map((bar) => bar.style.getPropertyValue("--at4"))).toEqual(["1", "2", "1"]);
  expect(all("[role=option]").map((cell) => cell.getAttribute("aria-label"))).toEqual([
    "Verse: C, bar 1, 4 beats, 1 of 3",
    "Am, bar 2, 4 beats, 2 of 3",
    "Chorus: F, bar 3, 4 beats, 3 of 3",
  ]);
});

it("tells what was assumed, and reads it otherwise at a click", async () => {
  const answers = { chord: "a bar for each chord", line: "all in one bar" };
  const [chord, line] = Object.entries(answers).map(([answer, text]) => ({ answer, text }));
  if (!chord || !line) throw new Error("no answers");
  const bars = { code: "bars", question: "No bar lines", places: [[0, 4]] as const, text: "" };
  more = { assumptions: [{ ...bars, read: chord, others: [line] }] };
  await type("C Am");
  expect(one(".assumption-read").textContent).toContain("No bar lines: a bar for each chord");
  more = { assumptions: [{ ...bars, read: line, others: [chord] }] };
  button("all in one bar").click();
  await settled();
  expect(version.value.choices).toEqual({ bars: "line" });
  expect(one(".assumption-read").textContent).toContain("No bar lines: all in one bar");
  undo();
  expect(version.value.choices).toEqual({});
});

it("changes a chord within the text, and leaves the words alone", async () => {
  await type("[Verse]\nC Am | F");
  button("Chord palette").click();
  await settled();
  one('[role=option][data-cell="1"]').click();
  await settled();
  all(".palette-root")
    .find((root) => root.textContent === "D")
    ?.click();
  await settled();
  expect(chartText.value).toBe("[Verse]\nC Dm | F");
});

it("plays with control and enter, and with no other", () => {
  press(one("textarea"), "Enter");
  expect(onPlay).not.toHaveBeenCalled();
  press(one("textarea"), "Enter", { ctrlKey: true });
  press(one("textarea"), "Enter", { metaKey: true });
  expect(onPlay).toHaveBeenCalledTimes(2);
});

it("moves, repeats and removes chords by keyboard, and undoes it", async () => {
  press(one('[data-cell="1"]'), "ArrowLeft", { altKey: true });
  expect(chartText.value).toBe("Am:2|C:4|F:2");
  await settled();
  expect(document.activeElement?.getAttribute("aria-label")).toBe("Am, bar 1, 2 beats, 1 of 3");
  press(one('[data-cell="0"]'), "d", { ctrlKey: true });
  expect(chartText.value).toBe("Am:2|Am:2|C:4|F:2");
  press(one('[data-cell="0"]'), "Delete");
  expect(chartText.value).toBe("Am:2|C:4|F:2");
  for (let step = 0; step < 3; step++) press(one(".score"), "z", { ctrlKey: true });
  expect(chartText.value).toBe("C:4|Am:2|F:2");
});

it("leaves the focus where it is when nothing was changed", async () => {
  const field = one("textarea");
  const attempts = [
    ["2", "End", { altKey: true }], // at the edges
    ["0", "ArrowLeft", { altKey: true }],
    ["0", "ArrowRight", {}],
  ] as const;
  for (const [at, key, modifiers] of attempts) {
    one(`[role=option][data-cell="${at}"]`).focus();
    press(one(`[role=option][data-cell="${at}"]`), key, modifiers);
    field.focus();
    await type(`${chartText.value}|G:1`);
    expect(document.activeElement).toBe(field);
  }
  await type("H:4"); // can't be edited now
  press(one('[role=option][data-cell="1"]'), "Delete");
  field.focus();
  await type("C:4|G:4");
  expect(document.activeElement).toBe(field);
});

it("goes from chord to chord by the arrows", () => {
  one('[role=option][data-cell="0"]').focus();
  press(one('[role=option][data-cell="0"]'), "ArrowRight");
  expect(document.activeElement).toBe(one('[role=option][data-cell="1"]'));
});

it("moves, repeats and deletes the selected chord by taps alone", async () => {
  button("Chord palette").click();
  await settled();
  one('[role=option][data-cell="1"]').click();
  await settled();
  const tap = async (name: string) => {
    button(name).click();
    await settled();
    return chartText.value;
  };
  expect(await tap("Move chord left")).toBe("Am:2|C:4|F:2");
  expect(button("Move chord left").getAttribute("aria-disabled")).toBe("true");
  expect(await tap("Move chord left")).toBe("Am:2|C:4|F:2");
  expect(await tap("Move chord right")).toBe("C:4|Am:2|F:2");
  expect(await tap("Repeat chord")).toBe("C:4|Am:2|Am:2|F:2");
  expect(await tap("Delete chord")).toBe("C:4|Am:2|F:2");
  expect(all(".palette-action")).toHaveLength(0);
  expect(document.activeElement?.textContent).toContain("Add ");
});

it("fills in an example with its tempo and style", () => {
  button("Blues").click();
  expect(chartText.value).toBe("A:4|D:4");
  expect(options.value).toMatchObject({ tempo: 96, style: "jazz" });
});

it("builds and changes chords with the palette", async () => {
  button("Chord palette").click();
  await settled();
  const choose = async (selector: string, text: string) => {
    all(selector)
      .find((each) => each.textContent === text)
      ?.click();
    await settled();
  };
  await choose(".palette-root", "D");
  await choose(".palette-qualities button", "Dmminor");
  await choose(".palette-beats button", "2");
  await choose(".palette-do button", "Add Dm");
  expect(chartText.value).toBe("C:4|Am:2|F:2|Dm:2");
  await choose(".palette-fits button", "GV");
  expect(chartText.value).toBe("C:4|Am:2|F:2|Dm:2|G:2");
  one('[role=option][data-cell="0"]').click();
  await settled();
  await choose(".palette-root", "Db");
  await choose(".palette-beats button", "8");
  expect(chartText.value).toBe("Db:8|Am:2|F:2|Dm:2|G:2");
  expect(all('[data-cell="0"]').map((segment) => segment.className)).toEqual([
    "score-cell is-selected continues",
    "score-cell is-selected is-continued",
  ]);
});

const REPEATED = songOf(
  chartOf(...["C", "F", "C", "G", "Am"].map((name, bar) => chordAt(name, 4 * bar, 4, [0, 4, 7]))),
  {
    sections: [{ name: "", bars: 4 }],
    written: [
      writtenBar({ repeat: true }),
      writtenBar({ endings: [1], times: 2 }),
      writtenBar({ endings: [2] }),
      writtenBar({ jump: "D.C." }),
    ],
    bars: [0, 1, 0, 2, 3].map((bar, at) => ({ section: 0, passing: at < 2 ? 0 : 1, bar, place: null })),
  },
);

/** A chart of four written bars, of which the first is played twice. */
async function showRepeated(): Promise<void> {
  const { chart, sections, written, bars } = REPEATED;
  more = { chart, sections, written, bars };
  await type("C | F | C | G | Am");
  await vi.waitFor(() => expect(all("[role=option]")).toHaveLength(4));
}

it("shows what is repeated once, as it is written", async () => {
  await showRepeated();
  expect(all("[role=option]").map((cell) => cell.getAttribute("aria-label"))).toEqual([
    "repeat begins: C, bar 1, 4 beats, 1 of 4",
    "ending 1, repeat ends: F, bar 2, 4 beats, 2 of 4",
    "ending 2: G, bar 3, 4 beats, 3 of 4",
    "D.C.: Am, bar 4, 4 beats, 4 of 4",
  ]);
  one('[role=option][data-cell="1"]').focus();
  press(one('[role=option][data-cell="1"]'), "ArrowRight");
  expect(document.activeElement).toBe(one('[role=option][data-cell="3"]'));
});

it("plays from a bar that is pressed, and from that of a chord by keys", async () => {
  await showRepeated();
  all(".score-number")[2]?.click();
  expect(onPlay).toHaveBeenLastCalledWith(3 * 48); // the first time that it is played
  press(one('[role=option][data-cell="4"]'), "Enter", { shiftKey: true });
  expect(onPlay).toHaveBeenLastCalledWith(4 * 48);
});

it("sounds a chord that is pressed while nothing plays", async () => {
  await showRepeated();
  one('[role=option][data-cell="0"]').click();
  expect(vi.mocked(player.strike).mock.calls.map(([role, pitch]) => [role, pitch])).toEqual(
    [48, 55, 60, 64].map((pitch) => ["piano", pitch]),
  );
  vi.mocked(player.strike).mockClear();
  playState.value = "playing";
  one('[role=option][data-cell="1"]').click();
  playState.value = "stopped";
  expect(player.strike).not.toHaveBeenCalled();
});

it("shows chords for another instrument, and leaves the text alone", async () => {
  const choice = one(".score-display") as HTMLSelectElement;
  choice.value = "Bb";
  choice.dispatchEvent(new Event("change", { bubbles: true }));
  await settled();
  expect(all(".score-chord").map((chord) => chord.textContent)).toEqual(["D", "Bm", "G"]);
  expect(one(".score-summary").textContent).toContain("D major, for B♭ instruments, 2 bars");
  expect(chartText.value).toBe("C:4|Am:2|F:2");
  display.value = CONCERT;
});

it("folds the text away, opens it where something is wrong, and takes what is pasted beside it", async () => {
  const isHidden = () => one("#chart-text").hidden;
  if (!isHidden()) button("Edit text").click();
  await settled();
  expect(isHidden()).toBe(true);
  await type("C:4|H:4");
  expect(isHidden()).toBe(false);
  button("Edit text").click();
  await settled();
  button("Character 5").click(); // leads there
  expect([isHidden(), document.activeElement]).toEqual([false, one("textarea")]);
  button("Edit text").click();
  await settled();
  const data = new DataTransfer();
  data.setData("text/plain", "F:4|G:4");
  page.dispatchEvent(new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData: data }));
  expect(chartText.value).toBe("F:4|G:4");
  await settled();
  expect(isHidden()).toBe(false);
  undo();
  expect(chartText.value).toBe("C:4|H:4");
});

it("undoes with the focus nowhere", async () => {
  button("Clear").click();
  expect(chartText.value).toBe("");
  press(document.body, "z", { ctrlKey: true });
  expect(chartText.value).toBe("C:4|Am:2|F:2");
});
