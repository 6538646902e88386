import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CHART, chartOf, chordAt, OFFER, PIECE, SONG, section } from "../../tests/piece.fixture";
import type { Arrangement } from "../api";
import type { Song } from "../music/piece";
import { chartText, DEFAULT_OPTIONS, offer, options } from "./band";
import { accept } from "./chart";
import { loadText, version } from "./history";
import { notice } from "./notice";
import { piece } from "./piece";
import { compose, isCurrent, open } from "./session";

let answers: Record<string, (body: Record<string, unknown>) => Response>;
let asked: { route: string; body: Record<string, unknown> }[];

/** An event source that says nothing. */
class Silence extends EventTarget {
  close(): void {}
}

beforeEach(() => {
  asked = [];
  answers = {
    "POST /api/arrangements": (body) =>
      Response.json({ ...PIECE, ...body, progression: PIECE.progression, state: "waiting" }, { status: 202 }),
    "GET /api/arrangements": () => Response.json({ arrangements: [] }),
    "POST /api/chords:parse": () => Response.json(CHART),
  };
  vi.stubGlobal("EventSource", Silence);
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    const route = `${init.method} ${path}`;
    const body = init.body ? (JSON.parse(String(init.body)) as Record<string, unknown>) : {};
    asked.push({ route, body });
    return answers[route]?.(body);
  });
  offer.value = OFFER;
  options.value = DEFAULT_OPTIONS;
  loadText("C Am");
  accept(version.value, SONG);
  piece.value = null;
  notice.value = null;
});

afterEach(() => vi.unstubAllGlobals());

test("a piece keeps its chart as it is written, once that is read, and keeps it when it is composed again", async () => {
  loadText("[A]\nC | Am\nWords", { name: "boat.txt", choices: { bars: "line" } });
  await compose();
  accept(version.value, { ...SONG, text: version.value.text });
  await compose({});
  const chart = { text: "[A]\nC | Am\nWords", name: "boat.txt", choices: {} }; // it asks for no answer
  await compose(); // the open one once more
  await compose({ progression: "F:4", meters: ["4/4"] });
  const bodies = asked.filter(({ route }) => route === "POST /api/arrangements").map(({ body }) => body);
  expect(bodies.map((body) => body.chart)).toEqual([undefined, chart, chart, undefined]);
});

describe("a piece that keeps its chart", () => {
  const chart = { text: "Tempo: 80\nC | Am\nWords", name: "", choices: { bars: "line" } };
  const kept: Arrangement = { ...PIECE, chart, tempo: 96 };
  const QUESTION = {
    code: "bars",
    question: "?",
    read: { answer: "line", text: "" },
    others: [],
    places: [],
    text: "",
  };
  const says = (song: Partial<Song>) => {
    answers["POST /api/charts"] = () => Response.json({ ...SONG, tempo: 80, assumptions: [QUESTION], ...song });
  };
  const reads = () => asked.filter(({ route }) => route === "POST /api/charts");

  test("opens with it, with its answers, in the tempo that the piece has", async () => {
    says({});
    await open(kept);
    expect(version.value).toMatchObject({ ...chart, source: null, taken: { tempo: 80 } });
    expect(options.value.tempo).toBe(96);
    expect(isCurrent.value).toBe(true);
    await open(kept);
    expect(reads()).toHaveLength(1); // it is there
    loadText("C | Am");
    accept(version.value, SONG);
    await open(kept); // it says more than what is there
    expect(chartText.value).toBe(chart.text);
  });

  test.each<[string, Partial<Song>, Partial<Arrangement>]>([
    ["of other chords", { chart: chartOf(chordAt("F", 0, 8)) }, {}],
    ["of other sections", { passages: [section("A", [0, 1])] }, { sections: [section("A", [0]), section("B", [0])] }],
    ["in another key", { key: "F major" }, { key: "Gb major" }],
    ["of another title", { title: "Red Boat" }, { title: "Blue Boat" }],
    ["that is none to go on with", { is_by_hand: false }, {}],
  ])("opens with its chords alone where it is one %s", async (_, song, told) => {
    says(song);
    loadText("");
    await open({ ...kept, ...told });
    expect(chartText.value).toMatch(/C \|.*Am/s);
    expect(chartText.value).not.toContain("Words");
  });

  test("opens with its chords where that can't be read", async () => {
    answers["POST /api/charts"] = () => Response.json({ detail: "no chart" }, { status: 422 });
    loadText("");
    await open(kept);
    expect(chartText.value).toBe("C | Am");
    expect(notice.value).toBeNull();
  });

  test("gives way to one that is opened while it is read", async () => {
    let answer = (_: Response): void => {};
    const waiting = new Promise<Response>((resolve) => (answer = resolve));
    const { fetch: usual } = globalThis;
    vi.stubGlobal("fetch", (path: string, init: RequestInit) => (path === "/api/charts" ? waiting : usual(path, init)));
    loadText("");
    const first = open(kept);
    await open({ ...PIECE, id: "other", tempo: 70 });
    answer(Response.json(SONG));
    await first;
    expect(piece.value?.id).toBe("other");
    expect(chartText.value).toBe("C | Am");
  });
});
