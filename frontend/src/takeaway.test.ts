import { afterEach, expect, test, vi } from "vitest";
import { OFFER, PIECE } from "../tests/piece.fixture";
import { Problem } from "./api";
import { ROLES, type Role } from "./music/piece";
import type { Strip } from "./state/band";
import { addressOf, addressOfBars, fetchFile, fileName, KINDS, type Kind, mixOf, playedAs } from "./takeaway";

const [MIDI] = KINDS as [Kind];
const STRIP: Strip = { muted: false, solo: false, volume: 100, program: null };
const ALL: ReadonlySet<Role> = new Set(ROLES);

function strips(change: Partial<Record<Role, Partial<Strip>>> = {}): Record<Role, Strip> {
  return Object.fromEntries(ROLES.map((role) => [role, { ...STRIP, ...change[role] }])) as Record<Role, Strip>;
}

const own = (role: Role) => (role === "melody" ? 71 : OFFER.tracks.find((track) => track.role === role)?.program);

afterEach(() => vi.unstubAllGlobals());

test("a mixer that nobody touched asks for nothing", () => {
  expect(mixOf(strips(), ALL, ROLES, own)).toEqual([]);
  expect(addressOf(PIECE, MIDI, 0, [])).toBe(`/api/arrangements/${PIECE.id}/midi?take=0`);
});

test("volume, instrument and silence go along, of the tracks that play", () => {
  const heard = new Set(ROLES.filter((role) => role !== "drums" && role !== "strings"));
  const mix = mixOf(strips({ bass: { volume: 40 }, piano: { program: 4 } }), heard, ["drums", "bass", "piano"], own);
  expect(mix).toEqual(["drums:0:0", "piano:4:100", "bass:33:40"]);
  expect(addressOf(PIECE, MIDI, 1, mix)).toBe(
    `/api/arrangements/${PIECE.id}/midi?take=1&track=drums%3A0%3A0&track=piano%3A4%3A100&track=bass%3A33%3A40`,
  );
});

test("a melody keeps the program of its file", () => {
  expect(mixOf(strips({ melody: { volume: 80 } }), ALL, ["bass", "melody"], own)).toEqual(["melody:71:80"]);
  expect(mixOf(strips({ melody: { program: 73 } }), ALL, ["melody"], own)).toEqual(["melody:73:100"]);
  expect(mixOf(strips({ melody: { volume: 80 } }), ALL, ["bass"], own)).toEqual([]);
});

test("files are played as the page plays", () => {
  const played = playedAs(PIECE, { swing: 67, straight: null, play_tempo: null, transpose: -2 });
  expect(played).toEqual({ swing: "67", straight: "", play_tempo: "120", transpose: "-2" });
  expect(addressOf(PIECE, MIDI, 0, ["drums:0:0"], { swing: "67", straight: "" })).toBe(
    `/api/arrangements/${PIECE.id}/midi?take=0&swing=67&straight=&track=drums%3A0%3A0`,
  );
});

test("files are called by the song, and by what of it is in them", () => {
  const song = { ...PIECE, file_name: "Bridge" };
  const some = { from: 4, to: 8 };
  expect(fileName(song, MIDI, 0)).toBe("Bridge.mid");
  expect(fileName({ ...song, takes: 3 }, MIDI, 2)).toBe("Bridge C.mid");
  expect(fileName(song, MIDI, 0, ["bass"], some)).toBe("Bridge - bass - bars 5-8.mid");
  expect(fileName(song, MIDI, 0, ["drums", "bass"], { from: 0, to: 1 })).toBe("Bridge - drums+bass - bar 1.mid");
  expect(KINDS.map((kind) => fileName(song, kind, 0))).toEqual([
    "Bridge.mid",
    "Bridge.mp3",
    "Bridge.wav",
    "Bridge.musicxml",
    "Bridge - stems.zip",
    "Bridge - loops.zip",
    "Bridge.zip",
  ]);
});

test("some bars are asked for by the first and how many", () => {
  const address = addressOfBars(addressOf(PIECE, MIDI, 1, []), { from: 4, to: 8 });
  expect(address).toBe(`/api/arrangements/${PIECE.id}/midi?take=1&first=4&bars=4`);
});

const OF_PROBLEMS = { "Content-Type": "application/problem+json" };

test("a file is fetched with the share that is there", async () => {
  const body = new Uint8Array(1_000);
  vi.stubGlobal("fetch", async () => new Response(body, { headers: { "Content-Length": "1000" } }));
  const shares: (number | null)[] = [];
  const blob = await fetchFile("/x", (share) => shares.push(share));
  expect(blob.size).toBe(1_000);
  expect(shares[0]).toBeNull();
  expect(shares.at(-1)).toBe(1);
});

test("a file that can't be had is the server's problem, in its words", async () => {
  const problem = { type: "urn:sideman:quota", detail: "no room for this file" };
  vi.stubGlobal("fetch", async () => Response.json(problem, { status: 409, headers: OF_PROBLEMS }));
  const error = await fetchFile("/x", () => {}).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(Problem);
  expect(error).toMatchObject({ status: 409, kind: "quota", message: "no room for this file" });
});

test.each([
  ["application/json", '{"detail": {"of": "a proxy"}}'],
  ["application/problem+json", "{"],
])("a no in a form that isn't the server's is told by its status: %s", async (type, body) => {
  const answer = { status: 502, statusText: "Bad Gateway", headers: { "Content-Type": type } };
  vi.stubGlobal("fetch", async () => new Response(body, answer));
  const error = await fetchFile("/x", () => {}).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ kind: "unknown", message: "The server answers 502 Bad Gateway." });
});
