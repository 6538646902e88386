// @vitest-environment happy-dom

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Menu } from "./Menu";

const page = document.createElement("div");
const details = () => page.querySelector("details") as HTMLDetailsElement;
const press = (key: string) =>
  page.querySelector("input")?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));

beforeEach(async () => {
  document.body.append(page);
  const menu = (
    <Menu name="Feel" words="straight">
      <input />
    </Menu>
  );
  await act(() => render(menu, page));
  details().open = true;
});

afterEach(() => {
  render(null, page);
  page.remove();
});

it("says what it is for, and what is set", () => {
  expect(page.querySelector("summary")?.textContent).toBe("Feel: straight");
});

it("is closed by Escape, with the focus on its button", () => {
  press("a");
  expect(details().open).toBe(true);
  press("Escape");
  expect(details().open).toBe(false);
  expect(document.activeElement).toBe(page.querySelector("summary"));
});

it("is closed by a press elsewhere, not by one within", () => {
  page.querySelector("input")?.dispatchEvent(new Event("pointerdown", { bubbles: true }));
  expect(details().open).toBe(true);
  document.body.dispatchEvent(new Event("pointerdown", { bubbles: true }));
  expect(details().open).toBe(false);
});
