import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CHART, chartOf, chordAt, OFFER, PIECE, SONG, songOf } from "../../tests/piece.fixture";
import type { PieceHistory } from "../api";
import type { RevisionTold } from "../wire";
import { offer, song } from "./band";
import { notice } from "./notice";
import { bars, candidate, candidates, changePiece, openPiece, ownChart, piece, takes } from "./piece";
import {
  canChange,
  canUndoChange,
  changes,
  choose,
  drop,
  followChanges,
  isChanging,
  nameChange,
  playChange,
  redo,
  redoChange,
  redone,
  undoChange,
} from "./redoing";
import { lock, select } from "./selecting";

const ROUTE = `/api/arrangements/${PIECE.id}`;
const OLD = { bass: [[0, 12, 36, 90]] } as const;
const NEW = { bass: [[0, 12, 40, 90]] } as const;
const REVISION: RevisionTold = {
  name: "bass, bar 1",
  tracks: ["bass"],
  bars: [0],
  take: 0,
  seed: 1,
  changes_chords: false,
};
const CHART_NOW = {
  progression: PIECE.progression,
  meters: PIECE.meters,
  bars: 2,
  bar_lines: CHART.bar_lines,
  sections: [],
};
const HISTORY: PieceHistory = { position: 0, revisions: [], candidates: [], composing: null, charts: [CHART_NOW] };

/** What the server keeps of the piece, and how it tells it. */
let now: { history: PieceHistory; notes: typeof OLD | typeof NEW; revisions: typeof PIECE.revisions };
let asked: { route: string; body: unknown }[];
let failure: string | null;
let stop: () => void;

class Events extends EventTarget {
  static readonly CLOSED = 2;
  constructor(url: string) {
    super();
    const say = (kind: string, data: unknown) =>
      this.dispatchEvent(new MessageEvent(kind, { data: JSON.stringify(data) }));
    queueMicrotask(() => {
      const { history, notes } = now;
      if (url.endsWith("/revisions/events")) {
        say("progress", { bars: 1, of: 2 });
        for (const number of history.candidates.keys()) {
          say("bar", { take: 0, bar: 0, notes: NEW, candidate: number });
          say("bar", { take: 0, bar: 1, notes: {}, candidate: number });
        }
        if (failure !== null) say("error", { detail: failure });
        else say("done", {});
      } else {
        say("bar", { take: 0, bar: 0, notes });
        say("bar", { take: 0, bar: 1, notes: {} });
        say("done", {});
      }
    });
  }
  close(): void {}
}

beforeEach(async () => {
  asked = [];
  failure = null;
  now = { history: HISTORY, notes: OLD, revisions: [] };
  const answers: Record<string, (body: { takes?: number; position?: number; name?: string }) => unknown> = {
    [`GET ${ROUTE}`]: () => ({ ...PIECE, revisions: now.revisions }),
    [`GET ${ROUTE}/revisions`]: () => now.history,
    [`POST ${ROUTE}/revisions`]: ({ takes = 1 }) => {
      const candidates = Array.from({ length: takes > 1 ? takes : 0 }, () => REVISION);
      if (failure === null && takes === 1) stands(1);
      else now.history = { ...now.history, candidates };
      return now.history;
    },
    [`PATCH ${ROUTE}/revisions`]: ({ position = 0 }) => {
      stands(position);
      return now.history;
    },
    [`PATCH ${ROUTE}/revisions/0`]: ({ name = "" }) => {
      now.history = { ...now.history, revisions: [{ ...REVISION, name }] };
      return now.history;
    },
    [`POST ${ROUTE}/candidates/1`]: () => {
      stands(1);
      return now.history;
    },
    [`DELETE ${ROUTE}/candidates`]: () => {
      now.history = HISTORY;
      return now.history;
    },
    "GET /api/arrangements": () => ({ arrangements: [PIECE] }),
    "POST /api/chords:parse": () => CHART,
  };
  vi.stubGlobal("EventSource", Events);
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    const route = `${init.method} ${path}`;
    const body = init.body ? JSON.parse(String(init.body)) : {};
    asked.push({ route, body });
    return Response.json(answers[route]?.(body));
  });
  offer.value = OFFER;
  song.value = SONG;
  notice.value = null;
  openPiece(PIECE, CHART);
  takes.value = [[OLD, {}]];
  stop = followChanges();
  await vi.waitFor(() => expect(changes.value).toEqual(HISTORY));
});

afterEach(() => {
  stop();
  piece.value = null;
  vi.unstubAllGlobals();
});

/** So many of the one change stand. */
function stands(position: number): void {
  now = { ...now, notes: position ? NEW : OLD, history: { ...HISTORY, position, revisions: [REVISION] } };
}

const revisions = () => asked.filter(({ route }) => route === `POST ${ROUTE}/revisions`).map(({ body }) => body);

test("what is selected is played anew in place, around what is locked", async () => {
  select({ roles: ["bass"], from: 0, to: 1 });
  lock(true);
  select({ roles: ["piano", "bass"], from: 0, to: 2 });
  const done = redo();
  expect([isChanging.value, redone.value, canChange.value]).toEqual([true, 0, false]);
  await done;
  expect(revisions()).toEqual([
    { tracks: ["piano"], bars: [0, 1], take: 0, takes: 1 },
    { tracks: ["bass"], bars: [1], take: 0, takes: 1 },
  ]);
  expect([bars.value, isChanging.value, redone.value]).toEqual([[NEW, {}], false, null]);
});

test("changes are undone and done again, and have names", async () => {
  await redo();
  await undoChange();
  expect([bars.value, canUndoChange.value]).toEqual([[OLD, {}], false]);
  await redoChange();
  expect([bars.value, canUndoChange.value]).toEqual([[NEW, {}], true]);
  await nameChange(0, "Sparser");
  expect(changes.value?.revisions[0]?.name).toBe("Sparser");
});

test("of three takes each is heard, and one stands", async () => {
  await redo(3);
  expect([takes.value, candidates.value?.bars.length, candidate.value]).toEqual([[[OLD, {}]], 3, 0]);
  expect(bars.value).toEqual([NEW, {}]);
  candidate.value = null;
  expect(bars.value).toEqual([OLD, {}]);
  expect([canChange.value, canUndoChange.value]).toEqual([false, false]);
  await choose(1);
  expect([bars.value, candidates.value]).toEqual([[NEW, {}], null]);
});

test("all takes can be dropped", async () => {
  await redo(3);
  await drop();
  expect([bars.value, candidates.value, canChange.value]).toEqual([[OLD, {}], null, true]);
});

test("only what changed in the chart is played anew, in the key of the piece", async () => {
  song.value = songOf(chartOf(chordAt("C", 0, 4, [0, 4, 7]), chordAt("F", 4, 4, [5, 9, 0])));
  await playChange();
  expect(revisions()).toEqual([{ progression: "C:4|F:4", meters: ["4/4"], take: 0 }]);
});

test("a change that fails leaves the piece as it is, and says so", async () => {
  failure = "the server is stopping";
  await redo();
  expect(notice.value?.text).toContain("the server is stopping");
  expect([bars.value, isChanging.value]).toEqual([[OLD, {}], false]);
});

test("takes of other chords have charts of their own", () => {
  const other = chartOf(chordAt("F", 0, 4, [5, 9, 0]));
  const chart = { own: other, moved: other, shift: 0, meters: ["4/4"], sections: [] };
  changePiece(PIECE, [chart], [[NEW]]);
  expect(ownChart.value).toBe(other);
});
