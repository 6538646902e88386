// @vitest-environment happy-dom

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { LICENCES } from "../../licences";

let singleKeys: typeof import("./single-keys").singleKeys;

async function show(): Promise<HTMLInputElement> {
  vi.resetModules();
  ({ singleKeys } = await import("./single-keys"));
  const { KeysHelp } = await import("./KeysHelp");
  act(() => render(<KeysHelp />, document.body));
  return document.querySelector("input[type=checkbox]") as HTMLInputElement;
}

beforeEach(() => localStorage.clear());
afterEach(() => {
  render(null, document.body);
  vi.restoreAllMocks();
});

it("has single keys until they are turned off, which is remembered", async () => {
  const box = await show();
  expect([box.checked, singleKeys.value]).toEqual([true, true]);
  act(() => box.click());
  expect(singleKeys.value).toBe(false);
  render(null, document.body);
  const again = await show();
  expect([again.checked, singleKeys.value]).toEqual([false, false]);
  act(() => again.click());
  expect((await show()).checked).toBe(true);
});

it("works where the browser keeps nothing", async () => {
  for (const method of ["getItem", "setItem", "removeItem"] as const) {
    vi.spyOn(Storage.prototype, method).mockImplementation(() => {
      throw new DOMException("no", "SecurityError");
    });
  }
  const box = await show();
  act(() => box.click());
  expect(singleKeys.value).toBe(false);
});

it("tells of the keys of the chart and the roll too", async () => {
  await show();
  const rows = [...document.querySelectorAll(".keys-row")].map((row) =>
    [...row.querySelectorAll("kbd, dd")].map((part) => part.textContent).join(" "),
  );
  expect(rows).toEqual(
    expect.arrayContaining([
      "Space Play or pause",
      "Ctrl Enter Play, in the field",
      "Ctrl Shift Z Redo",
      "Alt ← → Move a chord",
      "Delete Delete a chord",
      "Ctrl D Repeat a chord",
      "Ctrl Wheel Zoom",
    ]),
  );
});

it("leads to the licences of what the page is made with", async () => {
  await show();
  expect(document.querySelector("dialog a")?.getAttribute("href")).toBe(`/${LICENCES}`);
});
