import { afterEach, expect, test } from "vitest";
import { PIECE } from "../../tests/piece.fixture";
import { ROLES } from "../music/piece";
import { audible, setStrip } from "./band";
import { piece } from "./piece";

afterEach(() => {
  for (const role of ROLES) setStrip(role, { muted: false, solo: false });
  piece.value = null;
});

test("all are heard but those that are muted", () => {
  setStrip("piano", { muted: true });
  expect([...audible.value].sort()).toEqual(["bass", "drums", "guitar", "strings"]);
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
