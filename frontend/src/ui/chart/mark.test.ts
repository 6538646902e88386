import { describe, expect, it } from "vitest";
import { correct, cut, rangeOf, unitOf } from "./mark";

const problem = (value: string, position: number) => ({ value, position });

/** The part of a text that is underlined. */
function marked(text: string, value: string, position: number): string | null {
  const range = rangeOf(text, problem(value, position));
  return range && text.slice(range.start, range.end);
}

describe("the mark", () => {
  it("is at the value", () => {
    expect(rangeOf("C:4|H7:4", problem("H7", 5))).toEqual({ start: 4, end: 6 });
  });

  it("counts characters as the server does: a pair of surrogates is one", () => {
    expect(unitOf("𝄫𝄪C", 1)).toBe(0);
    expect(unitOf("𝄫𝄪C", 2)).toBe(2);
    expect(unitOf("𝄫𝄪C", 3)).toBe(4);
    expect(unitOf("C", 9)).toBe(1);
    expect(marked("B𝄫|C𝄪|H|H", "H", 7)).toBe("H");
    expect(rangeOf("B𝄫|C𝄪|H|H", problem("H", 7))).toEqual({ start: 8, end: 9 });
    expect(marked("C|𝄞𝄞|F", "𝄞𝄞", 3)).toBe("𝄞𝄞");
  });

  it("is before the place where something is missing", () => {
    expect(marked("C:|F", "C:", 3)).toBe("C:");
    expect(marked("F|C:", "C:", 5)).toBe("C:");
    expect(marked("F | C : ", "C:", 8)).toBe(":");
  });

  it("covers the whole of a value that the server has shortened", () => {
    const long = "x".repeat(50);
    expect(marked(`C|${long}|F`, `${"x".repeat(32)}…`, 3)).toBe(long);
  });

  it("is one whole character where the value stands nowhere", () => {
    expect(marked("C|𝄞|F", "?", 3)).toBe("𝄞");
  });

  it("is nowhere in an empty text", () => {
    expect(rangeOf(" ", problem(" ", 1))).toBeNull();
  });
});

it("takes the place of the value", () => {
  expect(correct("𝄪|Cmn7 F", problem("Cmn7", 3), "Cm7")).toBe("𝄪|Cm7 F");
  expect(correct("C:|F", problem("C:", 3), "C:4")).toBe("C:4|F");
  expect(correct("C||| F", problem("|||", 2), "| % |")).toBe("C| % | F");
  expect(correct("F Cmn7", problem("Cm", 1), "Cm7")).toBeNull();
});

it("cuts a text at its marks, in their order; one that begins in another is left out", () => {
  const marks = [
    [{ start: 6, end: 8 }, "b"],
    [{ start: 0, end: 2 }, "a"],
    [{ start: 1, end: 4 }, "c"],
  ] as const;
  const pieces = cut("01234567", marks);
  expect(pieces.map(({ text }) => text).join("")).toBe("01234567");
  expect(pieces.filter(({ kind }) => kind).map(({ text, kind }) => [text, kind])).toEqual([
    ["01", "a"],
    ["67", "b"],
  ]);
});
