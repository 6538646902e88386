// @vitest-environment happy-dom

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loop } from "../state/playback";
import { LoopControls, moveEnd, practiceWords, toggleLoop } from "./LoopControls";

beforeEach(() => {
  loop.value = null;
});
afterEach(() => {
  render(null, document.body);
});

describe("a loop", () => {
  it("is over everything when it is switched on", () => {
    toggleLoop(8);
    expect(loop.value).toEqual({ from: 0, to: 8 });
    toggleLoop(8);
    expect(loop.value).toBeNull();
  });

  it("can't be over nothing", () => {
    toggleLoop(0);
    expect(loop.value).toBeNull();
  });

  it.each([
    ["first", 3, { from: 2, to: 6 }],
    ["first", 7, { from: 6, to: 7 }],
    ["last", 4, { from: 1, to: 4 }],
    ["last", 1, { from: 0, to: 1 }],
    ["last", 99, { from: 1, to: 8 }],
    ["first", -4, { from: 0, to: 6 }],
  ] as const)("whose %s bar becomes %d keeps its order and stays in the piece", (end, bar, expected) => {
    expect(moveEnd({ from: 1, to: 6 }, end, bar, 8)).toEqual(expected);
  });

  it("has fields for its bars, from 1, both included", () => {
    loop.value = { from: 4, to: 8 };
    act(() => render(<LoopControls bars={16} />, document.body));
    const [from, to] = [...document.querySelectorAll("input")];
    expect([from?.value, to?.value]).toEqual(["5", "8"]);
    act(() => {
      if (to) to.value = "6";
      to?.dispatchEvent(new Event("change", { bubbles: true }));
    });
    expect(loop.value).toEqual({ from: 4, to: 6 });
  });
});

describe("practice", () => {
  it("says which time round it is, how fast and how high", () => {
    expect(practiceWords(0, 1, 0)).toBe("1st time");
    expect(practiceWords(1, 1.1, 0)).toBe("2nd time: 110 %");
    expect(practiceWords(10, 1.5, -2)).toBe("11th time: 150 %, −2");
    expect(practiceWords(22, 1, 3)).toBe("23rd time: +3");
    expect(practiceWords(2, 1, 0, 3)).toBe("3rd time of 3");
  });
});
