// @vitest-environment happy-dom

import { render } from "preact";
import { afterEach, beforeEach, expect, it } from "vitest";
import { OFFER, option } from "../../tests/piece.fixture";
import { DEFAULT_OPTIONS, offer, options } from "../state/band";
import { OptionsPanel } from "./OptionsPanel";
import { Settings } from "./Settings";

const page = document.createElement("div");
const settled = () => new Promise((resolve) => setTimeout(resolve));
const input = (selector: string): HTMLInputElement => {
  const found = page.querySelector<HTMLInputElement>(selector);
  if (!found) throw new Error(`no ${selector}`);
  return found;
};

async function set(selector: string, value: string, event = "change"): Promise<HTMLInputElement> {
  const field = input(selector);
  field.value = value;
  field.dispatchEvent(new Event(event, { bubbles: true }));
  await settled();
  return field;
}

beforeEach(async () => {
  document.body.append(page);
  options.value = DEFAULT_OPTIONS;
  const others = OFFER.options.filter(({ name }) => !["tempo", "style", "takes"].includes(name));
  offer.value = {
    ...OFFER,
    options: [
      ...others,
      option("tempo", "number", 120, { minimum: 40, maximum: 200 }),
      option("style", "text", null, { choices: ["jazz", "hip-hop"], nothing: "any" }),
      option("takes", "whole", 1, { minimum: 1, maximum: 2 }),
      option("lilt", "number", 50, { minimum: 50, maximum: 75 }),
      option("feel", "text", null, { choices: ["laid back", "ahead"], nothing: "as it comes" }),
    ],
  };
  render(<OptionsPanel />, page);
  await settled();
});

afterEach(() => {
  render(null, page);
  page.remove();
});

it("keeps the tempo within what the server takes", async () => {
  expect((await set(".options-number", "999")).value).toBe("200");
  expect(options.value.tempo).toBe(200);
  expect((await set(".options-number", "")).value).toBe("200");
  await set("input[type=range]", "87", "input");
  expect(options.value.tempo).toBe(87);
});

it("offers the server's styles, and any", async () => {
  const names = [...page.querySelectorAll("#options-style option")].map((each) => each.textContent);
  expect(names).toEqual(["Any style", "Jazz", "Hip-hop"]);
  await set("select", "hip-hop");
  expect(options.value.style).toBe("hip-hop");
  await set("select", "");
  expect(options.value.style).toBeNull();
});

it("lets the band decide its density, or not", async () => {
  await set(".options-density select", "0");
  expect(options.value.density).toBe(0);
  await set(".options-density select", "");
  expect(options.value.density).toBeNull();
});

it("offers no more takes than the server", () => {
  expect(page.querySelectorAll(".options-segments button")).toHaveLength(2);
});

it("always has somebody play", async () => {
  const chips = [...page.querySelectorAll<HTMLButtonElement>(".options-track")];
  for (const chip of chips) {
    chip.click();
    await settled();
  }
  expect(options.value.tracks).toEqual(["strings"]);
  expect(chips.at(-1)?.getAttribute("aria-disabled")).toBe("true");
  chips[0]?.click();
  expect(options.value.tracks).toEqual(["drums", "strings"]);
});

it("takes a seed, or none", async () => {
  await set("#options-seed", "7");
  expect(options.value.seed).toBe(7);
  for (const bad of ["-1", "1.5", "99999999999999999999", ""]) {
    expect((await set("#options-seed", bad)).value).toBe("");
    expect(options.value.seed).toBeNull();
  }
});

it("has a control for an option that it has no words for", async () => {
  await set("#options-lilt", "62");
  expect(options.value.lilt).toBe(62);
  expect((await set("#options-lilt", "")).value).toBe("50");
  expect(options.value.lilt).toBe(50);
  await set("#options-temperature", "1.25");
  expect(options.value.temperature).toBe(1.25);
  await set("#options-top_p", "0.9");
  expect((await set("#options-top_p", "")).value).toBe("");
  expect(options.value.top_p).toBeNull();
  input("#options-free_bass").click();
  await settled();
  expect(options.value.free_bass).toBe(true);
  await set("#options-feel", "ahead");
  expect(options.value.feel).toBe("ahead");
  await set("#options-feel", "");
  expect(options.value.feel).toBeNull();
});

it("tells in its line what is not as it is anyway", async () => {
  render(<Settings />, page);
  await settled();
  const about = () => page.querySelector(".settings-about")?.textContent;
  expect(about()).toBe("120 bpm · any style · all five play");
  options.value = { ...options.value, temperature: 1.25, free_bass: true };
  await settled();
  expect(about()).toBe("120 bpm · any style · all five play · temperature 1.25 · free bass true");
});
