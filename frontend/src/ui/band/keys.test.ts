import { expect, test } from "vitest";
import type { Role } from "../../music/piece";
import { cellKey } from "./keys";

const ROLES: readonly Role[] = ["drums", "piano", "bass"];
const AT = { role: "piano", bar: 1 } as const;

function press(key: string, modifiers: Partial<KeyboardEvent> = {}, hasSelection = true) {
  const none = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };
  return cellKey({ key, ...none, ...modifiers }, AT, ROLES, 4, hasSelection);
}

test.each([
  ["ArrowLeft", "piano", 0],
  ["ArrowRight", "piano", 2],
  ["ArrowUp", "drums", 1],
  ["ArrowDown", "bass", 1],
  ["Home", "piano", 0],
  ["End", "piano", 3],
])("%s goes to another cell", (key, role, bar) => {
  expect(press(key)).toEqual({ kind: "go", to: { role, bar }, isExtending: false });
});

test("with Shift the selection is extended, and nothing leads out of the band", () => {
  expect(press("ArrowRight", { shiftKey: true })).toMatchObject({ isExtending: true });
  expect(
    cellKey(
      { key: "ArrowDown", shiftKey: false, ctrlKey: false, metaKey: false, altKey: false },
      { role: "bass", bar: 3 },
      ROLES,
      4,
      true,
    ),
  ).toMatchObject({
    to: { role: "bass", bar: 3 },
  });
});

test("keys with Ctrl copy, paste and select all", () => {
  expect(["c", "v", "A"].map((key) => press(key, { ctrlKey: true })?.kind)).toEqual(["copy", "paste", "everything"]);
  expect(press("x", { metaKey: true })).toBeUndefined();
});

test("Enter opens the roll; Escape and Tab are the selection's as long as there is one", () => {
  expect(press("Enter")?.kind).toBe("open");
  expect([press("Escape")?.kind, press("Tab")?.kind]).toEqual(["nothing", "tools"]);
  expect([press("Escape", {}, false), press("Tab", {}, false), press("Tab", { shiftKey: true })]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test("other keys are for others", () => {
  expect([press("l"), press(" "), press("ArrowLeft", { altKey: true })]).toEqual([undefined, undefined, undefined]);
});
