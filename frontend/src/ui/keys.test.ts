// @vitest-environment happy-dom

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type KeyActions, obeyKeys, SHORTCUTS } from "./keys";
import { singleKeys } from "./single-keys";

const actions = {
  playOrPause: vi.fn(),
  step: vi.fn(),
  toStart: vi.fn(),
  toggleLoop: vi.fn(),
  mute: vi.fn(),
  solo: vi.fn(),
} satisfies KeyActions;

const told = () =>
  Object.entries(actions).flatMap(([name, action]) => action.mock.calls.map((call) => [name, ...call]));

let stop: () => void;

beforeEach(() => {
  stop = obeyKeys(actions);
});
afterEach(() => {
  stop();
  singleKeys.value = true;
  vi.clearAllMocks();
  document.body.innerHTML = "";
});

function press(code: string, init: KeyboardEventInit & { on?: string } = {}): KeyboardEvent {
  const { on = "<p></p>", ...rest } = init;
  document.body.innerHTML = on;
  const target = document.body.querySelector("[data-target]") ?? document.body.firstElementChild ?? document.body;
  const event = new KeyboardEvent("keydown", { code, key: code, bubbles: true, cancelable: true, ...rest });
  target.dispatchEvent(event);
  return event;
}

describe("shortcuts", () => {
  it.each([
    ["Space", {}, ["playOrPause"]],
    ["ArrowLeft", {}, ["step", -1]],
    ["ArrowRight", {}, ["step", 1]],
    ["Home", {}, ["toStart"]],
    ["KeyN", { key: "l" }, ["toggleLoop"]], // wherever the letter is
    ["KeyL", { key: "L" }, ["toggleLoop"]], // with caps lock
    ["Digit1", {}, ["mute", "drums"]],
    ["Digit5", { key: "(" }, ["mute", "strings"]], // keyboards whose digits need shift
    ["Digit2", { shiftKey: true, key: "@" }, ["solo", "piano"]],
  ])("%s %o", (code, init, expected) => {
    const event = press(code, init);
    expect(told()).toEqual([expected]);
    expect(event.defaultPrevented).toBe(true);
  });

  it.each([
    ["Space", { ctrlKey: true }],
    ["ArrowLeft", { altKey: true }], // the browser's own
    ["Digit1", { metaKey: true }],
    ["Space", { shiftKey: true }],
    ["KeyQ", {}],
  ])("leave %s %o to the browser", (code, init) => {
    const event = press(code, init);
    expect(told()).toEqual([]);
    expect(event.defaultPrevented).toBe(false);
  });

  it.each([
    ["Space", "<textarea></textarea>"],
    ["Digit1", "<input type='text'>"],
    ["ArrowLeft", "<input>"],
    ["KeyL", "<select></select>"],
    ["ArrowLeft", "<input type='range'>"],
    ["Home", "<div role='slider'></div>"],
    ["Space", "<button></button>"],
    ["Space", "<button><span data-target></span></button>"],
    ["Space", "<input type='checkbox'>"],
    ["ArrowRight", "<input type='radio'>"],
    ["Space", "<dialog open><p data-target></p></dialog>"],
    ["Digit1", "<p contenteditable='true'></p>"],
  ])("leave %s to %s", (code, on) => {
    press(code, { on, key: code === "KeyL" ? "l" : code });
    expect(told()).toEqual([]);
  });

  it.each([
    ["ArrowLeft", "<button></button>"],
    ["Digit1", "<button></button>"],
    ["Space", "<input type='range'>"],
    ["ArrowRight", "<input type='checkbox'>"],
  ])("take %s from %s, which has no use for it", (code, on) => {
    press(code, { on });
    expect(told()).toHaveLength(1);
  });

  it("leave what another handler has taken", () => {
    document.body.addEventListener("keydown", (event) => event.preventDefault(), { once: true });
    press("Space");
    expect(told()).toEqual([]);
  });

  it.each([
    ["KeyL", { key: "l" }],
    ["Digit1", {}],
    ["Digit2", { shiftKey: true, key: "@" }],
  ])("%s %o can be turned off", (code, init) => {
    singleKeys.value = false;
    expect(press(code, init).defaultPrevented).toBe(false);
    expect(told()).toEqual([]);
  });

  it("stay without the single keys where they write nothing", () => {
    singleKeys.value = false;
    for (const code of ["Space", "ArrowLeft", "ArrowRight", "Home"]) press(code);
    expect(told()).toHaveLength(4);
  });

  describe("Space on a button", () => {
    let button: HTMLButtonElement;
    const strike = (type: "keydown" | "keyup", code = "Space") => {
      const event = new KeyboardEvent(type, { code, key: " ", bubbles: true, cancelable: true });
      button.dispatchEvent(event);
      return event.defaultPrevented;
    };
    /** Let it have the focus, with a ring around it or, as after a click, without. */
    const focus = (isVisible: boolean) => {
      vi.spyOn(button, "matches").mockImplementation((selector) => selector === ":focus-visible" && isVisible);
      button.focus();
    };
    beforeEach(() => {
      button = document.body.appendChild(document.createElement("button"));
    });

    it("presses it where the keyboard went there", () => {
      focus(true);
      expect([strike("keydown"), strike("keyup")]).toEqual([false, false]);
      expect(told()).toEqual([]);
    });

    it("plays after a click, whatever is pressed meanwhile, and keeps the button from taking the release", () => {
      focus(false);
      expect([strike("keydown"), strike("keyup")]).toEqual([true, true]);
      vi.mocked(button.matches).mockReturnValue(true); // browsers draw the ring as soon as a key is pressed
      strike("keydown");
      expect(told()).toEqual([["playOrPause"], ["playOrPause"]]);
    });
  });

  it("repeat moves while a key is held, and nothing else", () => {
    press("ArrowRight", { repeat: true });
    press("Space", { repeat: true });
    expect(told()).toEqual([["step", 1]]);
  });

  it("are each told apart from all others", () => {
    expect(new Set(SHORTCUTS.map(({ keys }) => keys.join("+"))).size).toBe(SHORTCUTS.length);
    expect(new Set(SHORTCUTS.map(({ about }) => about)).size).toBe(SHORTCUTS.length);
  });
});
