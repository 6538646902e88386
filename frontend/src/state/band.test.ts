import { afterEach, expect, test } from "vitest";
import { givenPart, OFFER, PIECE } from "../../tests/piece.fixture";
import { ROLES } from "../music/piece";
import { audible, offer, ownInstrument, ownProgram, setStrip } from "./band";
import { heardRoles, piece } from "./piece";

afterEach(() => {
  for (const role of ROLES) setStrip(role, { muted: false, solo: false });
  piece.value = null;
  offer.value = null;
});

test("all are heard but those that are muted", () => {
  setStrip("piano", { muted: true });
  expect([...audible.value].sort()).toEqual(["bass", "drums", "guitar", "melody", "strings"]);
});

test("who plays solo is heard alone, unless muted", () => {
  setStrip("piano", { solo: true });
  setStrip("bass", { solo: true, muted: true });
  expect([...audible.value]).toEqual(["piano"]);
});

test("a solo of somebody who doesn't play in the open piece silences nobody", () => {
  setStrip("strings", { solo: true });
  piece.value = { ...PIECE, tracks: ["drums", "bass"] };
  expect(audible.value.has("drums")).toBe(true);
});

test("a melody is heard along, with the program of its file and the nearest instrument of the page", () => {
  offer.value = OFFER;
  piece.value = { ...PIECE, tracks: ["drums", "bass"] };
  expect(heardRoles.value).toEqual(["drums", "bass"]);
  expect([ownProgram("melody"), ownInstrument("melody")]).toEqual([73, 73]);
  piece.value = { ...piece.value, given: [givenPart("melody", { program: 71, instrument: 65 })] };
  expect(heardRoles.value).toEqual(["drums", "bass", "melody"]);
  expect([ownProgram("melody"), ownInstrument("melody"), ownProgram("bass")]).toEqual([71, 65, 33]);
  setStrip("melody", { solo: true });
  expect([...audible.value]).toEqual(["melody"]);
});

test("instruments that were chosen for a piece are its own", () => {
  offer.value = OFFER;
  piece.value = { ...PIECE, programs: { bass: 38 } };
  expect([ownProgram("bass"), ownInstrument("bass"), ownProgram("piano")]).toEqual([38, 38, 0]);
  piece.value = PIECE;
  expect(ownProgram("bass")).toBe(33);
});
