import { describe, expect, it } from "vitest";
import { Problem } from "../../api";
import { corrected, corrections, rangeOf, unitOf } from "./mark";

const problem = (value: string, position: number, remedy = ""): Problem =>
  new Problem(422, "chords", `unknown chord '${value}' at character ${position}: ${remedy}`, value, position, remedy);

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

  it("is nowhere in an empty text or without a position", () => {
    expect(rangeOf(" ", problem(" ", 1))).toBeNull();
    expect(rangeOf("C", new Problem(422, "chords", "?"))).toBeNull();
  });
});

describe("corrections", () => {
  const named = (value: string, remedy: string) => corrections(problem(value, 1, remedy));

  it("are those that the remedy names", () => {
    expect(named("Cmn7", "did you mean Cm7?")).toEqual(["Cm7"]);
    expect(named("C2", "write Cadd9 or Csus2")).toEqual(["Cadd9", "Csus2"]);
    expect(named("C-5", "write C(b5) or Cdim")).toEqual(["C(b5)", "Cdim"]);
    expect(named("am", "roots are A to G, upper case")).toEqual(["Am"]);
    expect(named("Hm7", "roots are A to G (H is B)")).toEqual(["Bm7"]);
    expect(named("1.3", "durations are whole ticks of 1/24 beat; the nearest is 31t")).toEqual(["31t"]);
  });

  it("keep the bass", () => {
    expect(named("Cmn7/E", "did you mean Cm7?")).toEqual(["Cm7/E"]);
    expect(named("C2/E", "write Cadd9 or Csus2")).toEqual(["Cadd9/E", "Csus2/E"]);
  });

  it("are none where the remedy is advice", () => {
    expect(named("| |", "write % to repeat a bar, N.C. for no chord")).toEqual([]);
    expect(named("x", "write beats (4, 1.5, 3/2) or ticks (96t)")).toEqual([]);
    expect(named("C:", "write C:4, or no ':' for a share of the bar; repeated bars are written out")).toEqual([]);
    expect(named("", "write a progression such as C:4|Am:4|F:4|G7:4")).toEqual([]);
  });

  it("take the place of the value", () => {
    expect(corrected("𝄪|Cmn7 F", problem("Cmn7", 3), "Cm7")).toBe("𝄪|Cm7 F");
    expect(corrected("F Cmn7", problem("Cm", 1), "Cm7")).toBeNull();
  });
});
