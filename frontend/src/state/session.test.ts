import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CHART, chartOf, chordAt, givenPart, OFFER, PIECE, SONG, section, songOf } from "../../tests/piece.fixture";
import type { Arrangement } from "../api";
import type { BarNotes } from "../music/piece";
import { chartProblem, chartText, DEFAULT_OPTIONS, offer, options, setOptions, song } from "./band";
import { accept } from "./chart";
import { loadText, undo, version } from "./history";
import { notice } from "./notice";
import { dropPart, ownParts, takePart } from "./own";
import { bars, openPiece, piece, pieceChart, pieceShift, pieceTempo, takes } from "./piece";
import { compose, composeAnother, isAsking, isCurrent, open, pieces, remove, rename } from "./session";

/** The browser's EventSource, told what to say. */
class Events extends EventTarget {
  static readonly CLOSED = 2;
  static last: Events;
  readyState = 1;
  constructor(readonly url: string) {
    super();
    Events.last = this;
  }
  say(kind: string, data: unknown): void {
    this.dispatchEvent(new MessageEvent(kind, { data: JSON.stringify(data) }));
  }
  break(forGood: boolean): void {
    this.readyState = forGood ? Events.CLOSED : 0;
    this.dispatchEvent(new Event("error"));
  }
  close(): void {
    this.readyState = Events.CLOSED;
  }
}

type Answer = (body: Record<string, unknown>) => Response;
let answers: Record<string, Answer>;
let asked: { route: string; body: Record<string, unknown> }[];
const ROUTE = `/api/arrangements/${PIECE.id}`;
const NOTES: BarNotes = { bass: [[0, 12, 36, 90]] };

function problem(status: number, fields: Record<string, unknown>, headers: Record<string, string> = {}): Answer {
  return () => Response.json(fields, { status, headers: { "Content-Type": "application/problem+json", ...headers } });
}

beforeEach(() => {
  asked = [];
  answers = {
    "POST /api/arrangements": (body) =>
      Response.json({ ...PIECE, ...body, progression: PIECE.progression, state: "waiting" }, { status: 202 }),
    "GET /api/arrangements": () => Response.json({ arrangements: [PIECE] }),
    "POST /api/chords:parse": () => Response.json(CHART),
  };
  vi.stubGlobal("EventSource", Events);
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    const route = `${init.method} ${path}`;
    const body = init.body ? (JSON.parse(String(init.body)) as Record<string, unknown>) : {};
    asked.push({ route, body });
    const answer = answers[route];
    if (answer === undefined) throw new Error(`nobody expected ${route}`);
    return answer(body);
  });
  offer.value = OFFER;
  chartText.value = "C Am";
  song.value = SONG;
  chartProblem.value = null;
  options.value = DEFAULT_OPTIONS;
  piece.value = null;
  pieces.value = [];
  notice.value = null;
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function settled(): Promise<void> {
  await vi.waitFor(() => expect(isAsking.value).toBe(false));
}

test("composing asks for what is in the field, and the bars come in", async () => {
  setOptions({ tempo: 90, style: "jazz" });
  expect(await compose()).toBe(true);
  expect(asked[0]).toMatchObject({
    route: "POST /api/arrangements",
    body: { progression: "C:4|Am:4", meters: ["4/4"], tempo: 90, style: "jazz", takes: 1, density: null },
  });
  expect(asked[0]?.body).not.toHaveProperty("seed");
  expect(Events.last.url).toBe(`${ROUTE}/events`);
  Events.last.say("bar", { take: 0, bar: 0, notes: NOTES });
  Events.last.say("bar", { take: 0, bar: 0, notes: NOTES }); // told again after a break
  Events.last.say("bar", { take: 0, bar: 1, notes: {} });
  expect(bars.value).toEqual([NOTES, {}]);
  Events.last.say("done", {});
  expect(piece.value?.state).toBe("done");
  await vi.waitFor(() => expect(pieces.value).toEqual([PIECE]));
});

test("the band is told the sections of the chart, and a piece is of them", async () => {
  song.value = { ...SONG, passages: [section("Verse", [0]), section("Chorus", [0], { density: { drums: 4 } })] };
  answers["POST /api/arrangements"] = (body) => Response.json({ ...PIECE, ...body, progression: PIECE.progression });
  await compose();
  expect(asked[0]?.body.sections).toEqual(song.value.passages);
  expect(isCurrent.value).toBe(true);
  song.value = { ...SONG, passages: [section("Verse", [0]), section("Chorus", [0], { density: { drums: 3 } })] };
  expect(isCurrent.value).toBe(false);
});

test("a piece opens with its sections", async () => {
  await open({ ...PIECE, sections: [section("Verse", [0], { tracks: ["bass"] }), section("Chorus", [0])] });
  expect(chartText.value).toBe("[Verse tracks=bass]\nC |\n[Chorus]\nAm |");
});

test("a piece that was given an ending is of the chart without", async () => {
  const ended = chartOf(chordAt("C", 0, 4, [0, 4, 7]), chordAt("Am", 4, 4, [9, 0, 4]), chordAt("C", 8, 4, [0, 4, 7]));
  openPiece({ ...PIECE, ending: "ring" }, ended);
  setOptions({ ending: "ring" } as never);
  expect(isCurrent.value).toBe(true);
  song.value = songOf(chartOf(chordAt("C", 0, 4, [0, 4, 7])));
  expect(isCurrent.value).toBe(false);
});

test("the band is composed around an own part, and again with it, and without it once it is dropped", async () => {
  let count = 0;
  answers["POST /api/arrangements"] = (body) => {
    count += 1;
    const told = {
      ...PIECE,
      ...body,
      progression: PIECE.progression,
      id: `piece ${count}`,
      given: [givenPart("bass")],
    };
    return Response.json(told);
  };
  setOptions({ tracks: ["piano"] });
  await takePart("bass", new File(["MThd"], "mine.mid"));
  expect(options.value.tracks).toEqual(["piano", "bass"]);
  await compose({});
  const given = [{ track: "bass", data: btoa("MThd") }];
  expect(asked.find(({ route }) => route === "POST /api/arrangements")?.body.given).toEqual(given);
  expect(isCurrent.value).toBe(true);
  dropPart("bass");
  expect(isCurrent.value).toBe(false);
  await compose();
  expect(asked.findLast(({ route }) => route === "POST /api/arrangements")?.body).not.toHaveProperty("given");
  expect(isCurrent.value).toBe(true);
  await open({ ...PIECE, id: "piece 1", tracks: ["piano", "bass"] });
  expect([...ownParts.value.keys()]).toEqual(["bass"]);
  dropPart("bass");
});

test("a file that is too large for a part is told of", async () => {
  await takePart("bass", new File([new Uint8Array(800_000)], "huge.mid"));
  expect(notice.value?.text).toMatch(/huge.mid is too large/);
  expect(ownParts.value.size).toBe(0);
});

test("a pinned seed and that of a link are asked for; another version has none", async () => {
  setOptions({ seed: 5 });
  await compose();
  await compose({ seed: 9, model: "m" });
  await composeAnother();
  const bodies = asked.filter(({ route }) => route === "POST /api/arrangements").map(({ body }) => body);
  expect(bodies.map((body) => body.seed)).toEqual([5, 9, undefined]);
  expect(bodies[1]).toMatchObject({ model: "m" });
});

test("takes are kept apart", async () => {
  setOptions({ takes: 2 });
  await compose();
  Events.last.say("bar", { take: 1, bar: 0, notes: NOTES });
  expect(takes.value).toEqual([[], [NOTES]]);
});

test.each<[string, () => void]>([
  ["the chords", () => (song.value = songOf(chartOf(chordAt("C", 0, 8, [0, 4, 7]))))],
  ["the metre", () => (song.value = { ...SONG, meters: ["3/4"] })],
  ["the style", () => setOptions({ style: "rock" })],
  ["who plays", () => setOptions({ tracks: ["bass"] })],
  ["the seed", () => setOptions({ seed: 8 })],
  ["an error in the field", () => (chartProblem.value = {} as never)],
  ["an end before its time", () => (piece.value = { ...PIECE, state: "stopped" })],
])("%s changed: it has to be composed anew", (_, change) => {
  openPiece(PIECE, CHART);
  setOptions({ seed: PIECE.seed });
  expect(isCurrent.value).toBe(true);
  change();
  expect(isCurrent.value).toBe(false);
});

test.each<[string, () => void]>([
  ["tempo", () => setOptions({ tempo: 121 })],
  ["key", () => (song.value = songOf(chartOf(chordAt("D", 0, 4, [2, 6, 9]), chordAt("Bm", 4, 4, [11, 2, 6]))))],
  ["feel", () => setOptions({ swing: 67, humanize: 1 })],
])("another %s needs no composing", (_, change) => {
  openPiece(PIECE, CHART);
  change();
  expect(isCurrent.value).toBe(true);
});

test("a piece that was broken off is composed again to the note, however it is played", async () => {
  openPiece({ ...PIECE, state: "stopped" }, CHART, CHART, { tempo: 120, play_tempo: 90, transpose: 2 });
  song.value = songOf(chartOf(chordAt("D", 0, 4, [2, 6, 9]), chordAt("Bm", 4, 4, [11, 2, 6])));
  setOptions({ tempo: 90, swing: 62 });
  await compose();
  expect(asked[0]?.body).toMatchObject({
    progression: PIECE.progression,
    seed: PIECE.seed,
    tempo: 120,
    play_tempo: 90,
    transpose: 2,
    swing: 62,
  });
});

test("opening a piece brings back how it was played", async () => {
  const D = chartOf(chordAt("D", 0, 4, [2, 6, 9]), chordAt("Bm", 4, 4, [11, 2, 6]));
  answers["POST /api/chords:parse"] = ({ transpose }) => Response.json(transpose === 2 ? D : CHART);
  await open({ ...PIECE, swing: 67, straight: ["bass"], play_tempo: 96, transpose: 2 });
  expect(options.value).toMatchObject({ tempo: 96, play_tempo: null, transpose: 0, swing: 67, straight: ["bass"] });
  expect(chartText.value).toBe("D | Bm");
  expect([pieceTempo.value, pieceShift.value, pieceChart.value]).toEqual([96, 2, D]);
  expect(piece.value).toMatchObject({ tempo: 120, progression: PIECE.progression });
});

test("a piece is called as the chart is, and in the key that it names", async () => {
  await compose();
  song.value = { ...SONG, title: "A Walk Outside", key: "Gb major" };
  await compose({});
  const bodies = asked.filter(({ route }) => route === "POST /api/arrangements").map(({ body }) => body);
  expect(bodies.map(({ title }) => title)).toEqual([undefined, "A Walk Outside"]);
  expect(bodies.map(({ key }) => key)).toEqual([undefined, "Gb major"]);
});

test("of other chords that are asked for exactly the key and the title in the field are none", async () => {
  song.value = { ...SONG, key: "Gb major", title: "A Walk Outside" };
  await compose({ progression: "F:4", meters: ["4/4"] });
  await compose({ progression: "F:4", meters: ["4/4"], key: "F major" });
  const bodies = asked.filter(({ route }) => route === "POST /api/arrangements").map(({ body }) => body);
  expect(bodies.map(({ key }) => key)).toEqual([undefined, "F major"]);
  expect(bodies.map(({ title, name }) => [title, name])).toEqual([
    [undefined, undefined],
    [undefined, undefined],
  ]);
});

test("a piece opens with its key where that isn't the key of its chords", async () => {
  await open({ ...PIECE, key: "Gb major" });
  expect(chartText.value).toBe("Key: Gb major\nC | Am");
});

test("a piece opens with the title of its chart; one of before, which tells none, without", async () => {
  await open({ ...PIECE, title: "Blue Boat", key: "Gb major" });
  expect(chartText.value).toBe("Title: Blue Boat\nKey: Gb major\nC | Am");
  const { title, ...before } = PIECE;
  loadText("");
  await open(before as Arrangement);
  expect(chartText.value).toBe("C | Am");
});

test("a text in the field that says the same stays, but not where the piece names another key or title", async () => {
  const words = "A title\nC | Am";
  const opened = async (key: string | null, piece: Arrangement) => {
    loadText(words);
    accept(version.value, { ...SONG, text: words, key });
    await open(piece);
    return chartText.value;
  };
  expect(await opened(null, PIECE)).toBe(words);
  expect(await opened("F major", PIECE)).toBe(words); // of a piece that names none
  expect(await opened("Gb major", { ...PIECE, key: "Gb major" })).toBe(words);
  expect(await opened(null, { ...PIECE, key: "Gb major" })).toBe("Key: Gb major\nC | Am");
  expect(await opened(null, { ...PIECE, title: SONG.title })).toBe(words);
  expect(await opened(null, { ...PIECE, title: "Blue Boat" })).toBe("Title: Blue Boat\nC | Am");
});

test("a no is told, with the time to wait", async () => {
  answers["POST /api/arrangements"] = problem(
    429,
    { type: "urn:sideman:busy", detail: "too many" },
    { "Retry-After": "9.2" },
  );
  expect(await compose()).toBe(false);
  expect(notice.value).toEqual({ kind: "problem", text: "too many (in 10 s)" });
  await settled();
});

test("a server that is gone is told of", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  expect(await compose()).toBe(false);
  expect(notice.value?.text).toMatch(/can't be reached/);
});

test("opening a piece brings back its chords and options", async () => {
  const other: Arrangement = { ...PIECE, tempo: 60, style: "rock", takes: 2, tracks: ["strings", "drums"] };
  await open(other);
  expect(chartText.value).toBe("C | Am");
  expect(options.value).toMatchObject({
    tempo: 60,
    style: "rock",
    takes: 2,
    density: null,
    seed: null,
    tracks: ["drums", "strings"],
  });
  expect(isCurrent.value).toBe(true);
});

test("a piece of other metres comes back with them, and can be undone with its options", async () => {
  answers["POST /api/chords:parse"] = () => Response.json({ ...CHART, bar_lines: [0, 36, 72] });
  await open({ ...PIECE, meters: ["3/4"], tempo: 60 });
  expect(asked[0]?.body).toMatchObject({ progression: PIECE.progression, meters: ["3/4"] });
  expect(chartText.value).toBe("3/4\nC:4|Am:4");
  undo();
  expect(options.value.tempo).toBe(120);
});

test("a piece of the chords that stand in the field leaves them as they are written", async () => {
  loadText("C Am");
  accept(version.value, SONG);
  await open(PIECE);
  expect(chartText.value).toBe("C Am");
});

test("a connection that breaks is told of until bars come again to the end", async () => {
  await compose();
  Events.last.break(false);
  expect(notice.value?.text).toMatch(/Trying again/);
  Events.last.say("done", {});
  expect(notice.value).toBeNull();
});

test("a connection that ended for good is made again, and brings the bars that are missing", async () => {
  vi.useFakeTimers();
  await compose();
  const first = Events.last;
  first.say("bar", { take: 0, bar: 0, notes: NOTES });
  answers[`GET ${ROUTE}`] = () => Response.json({ ...PIECE, state: "composing" });
  first.break(true);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(Events.last).not.toBe(first);
  Events.last.say("bar", { take: 0, bar: 0, notes: NOTES });
  Events.last.say("bar", { take: 0, bar: 1, notes: {} });
  expect(bars.value).toEqual([NOTES, {}]);
  expect(notice.value).toBeNull();
});

test("a server that is gone for a while is asked again until it answers", async () => {
  vi.useFakeTimers();
  await compose();
  answers[`GET ${ROUTE}`] = problem(503, { detail: "stopping" });
  for (let round = 0; round < 3; round++) {
    Events.last.break(true);
    await vi.advanceTimersByTimeAsync(5_000);
  }
  Events.last.say("done", {});
  expect(piece.value?.state).toBe("done");
});

test("a piece that is gone is closed", async () => {
  vi.useFakeTimers();
  await compose();
  answers[`GET ${ROUTE}`] = problem(404, { detail: "no such arrangement" });
  Events.last.break(true);
  await vi.advanceTimersByTimeAsync(5_000);
  expect([piece.value, pieceChart.value, takes.value]).toEqual([null, null, []]);
  expect(notice.value?.text).toMatch(/no longer there/);
});

test("a piece that was broken off is composed again from its own seed", async () => {
  await compose();
  Events.last.say("stopped", { detail: "the server was stopped" });
  expect(notice.value?.text).toMatch(/the server was stopped/);
  expect(isCurrent.value).toBe(false);
  song.value = SONG;
  await compose();
  expect(asked.filter(({ route }) => route === "POST /api/arrangements")[1]?.body.seed).toBe(PIECE.seed);
});

test("what became of a piece that is no longer open is nobody's concern", async () => {
  await open({ ...PIECE, id: "other" });
  const other = Events.last;
  await open(PIECE);
  other.say("stopped", { detail: "too late" });
  expect(piece.value?.state).toBe("done");
  expect(notice.value).toBeNull();
});

test("of two pieces that are opened the later one is shown, whichever answer comes first", async () => {
  song.value = null; // the server has to be asked for the chords of both
  const waiting: (() => void)[] = [];
  answers["POST /api/chords:parse"] = () => Response.json(CHART);
  const quick = fetch;
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    if (path.endsWith("parse")) await new Promise<void>((resolve) => waiting.push(resolve));
    return quick(path, init);
  });
  const both = [open({ ...PIECE, id: "first" }), open(PIECE)];
  await vi.waitFor(() => expect(waiting).toHaveLength(2));
  waiting[1]?.();
  await vi.waitFor(() => expect(piece.value?.id).toBe(PIECE.id));
  waiting[0]?.();
  await Promise.all(both);
  expect(piece.value?.id).toBe(PIECE.id);
});

test("a piece is renamed where it is open and in the list", async () => {
  await open(PIECE);
  answers[`PATCH ${ROUTE}`] = (body) => Response.json({ ...PIECE, ...body, file_name: "Bridge" });
  answers["GET /api/arrangements"] = () => Response.json({ arrangements: [{ ...PIECE, name: "Bridge" }] });
  await rename(PIECE.id, "Bridge");
  expect([piece.value?.name, piece.value?.file_name]).toEqual(["Bridge", "Bridge"]);
  expect(pieces.value[0]?.name).toBe("Bridge");
});

test("a piece that is deleted is closed, and no longer listened to", async () => {
  await open(PIECE);
  answers[`DELETE ${ROUTE}`] = () => new Response(null, { status: 204 });
  answers["GET /api/arrangements"] = () => Response.json({ arrangements: [] });
  await remove(PIECE.id);
  expect([piece.value, pieceChart.value, takes.value]).toEqual([null, null, []]);
  expect(pieces.value).toEqual([]);
  expect(Events.last.readyState).toBe(Events.CLOSED);
});
