import { signal } from "@preact/signals";
import { beforeEach, expect, test, vi } from "vitest";
import { CHART, givenPart, OFFER, PIECE } from "../../tests/piece.fixture";
import { edit, editedRole, editPlayer, isEditing } from "./editing";
import { offer } from "./offer";
import { alone, canEditOpened, open, opened, toggleOpen } from "./opened";
import { closePiece, openPiece, piece } from "./piece";
import { beginSelecting } from "./selecting";

vi.mock("./redoing", () => ({ giveNotes: vi.fn(), hasCandidates: signal(false), isChanging: signal(false) }));

beforeEach(() => {
  offer.value = OFFER;
  openPiece(PIECE, CHART);
  beginSelecting();
  open(null);
});

test("a row opens, another takes its place, and it closes", () => {
  toggleOpen("bass");
  expect([opened.value, alone.value]).toEqual(["bass", "bass"]);
  toggleOpen("all");
  expect([opened.value, alone.value]).toEqual(["all", null]);
  toggleOpen("all");
  expect([opened.value, alone.value]).toEqual([null, null]);
});

test("who is edited is who is open, and whoever is opened then is edited", () => {
  open("bass");
  edit(true);
  expect([editedRole.value, alone.value]).toEqual(["bass", "bass"]);
  editPlayer("guitar");
  expect(opened.value).toBe("guitar");
  open("drums");
  expect([isEditing.value, editedRole.value]).toEqual([true, "drums"]);
  open(null);
  expect(isEditing.value).toBe(false);
});

test("among all players one is edited alone", () => {
  open("all");
  edit(true);
  editPlayer("piano");
  expect([opened.value, alone.value]).toEqual(["all", "piano"]);
});

test("a part of somebody's own can be looked at, not edited", () => {
  if (piece.value) piece.value = { ...piece.value, given: [givenPart("bass")] };
  open("bass");
  expect([opened.value, canEditOpened.value]).toEqual(["bass", false]);
  open("piano");
  expect(canEditOpened.value).toBe(true);
});

test("who doesn't play has no roll, and nobody has one without a piece", () => {
  openPiece({ ...PIECE, tracks: ["piano"] }, CHART);
  open("bass");
  expect(opened.value).toBeNull();
  open("all");
  closePiece();
  expect([opened.value, canEditOpened.value]).toEqual([null, false]);
});
