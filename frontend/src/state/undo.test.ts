import { describe, expect, it } from "vitest";
import { advance, back, begin, changeOf, forward, joins, type Keystroke } from "./undo";

describe("a timeline", () => {
  it("goes back and forward", () => {
    const edited = advance(advance(begin("a"), "b", false), "c", false);
    expect(back(edited).present).toBe("b");
    expect(back(back(edited)).present).toBe("a");
    expect(forward(back(edited))).toEqual(edited);
  });

  it("stays at its ends", () => {
    expect(back(begin("a"))).toEqual(begin("a"));
    expect(forward(begin("a"))).toEqual(begin("a"));
  });

  it("forgets what was undone when something else is done", () => {
    const other = advance(back(advance(begin("a"), "b", false)), "c", false);
    expect(forward(other).present).toBe("c");
    expect(back(other).present).toBe("a");
  });

  it("goes back over joined versions at once", () => {
    const typed = advance(advance(advance(begin(""), "A", false), "Am", true), "Am7", true);
    expect(back(typed).present).toBe("");
  });

  it("keeps two hundred versions", () => {
    let long = begin(0);
    for (let version = 1; version <= 500; version++) long = advance(long, version, false);
    expect(long.past).toHaveLength(200);
    expect(long.past[0]).toBe(300);
  });
});

describe("a change", () => {
  it("is where two texts differ", () => {
    expect(changeOf("C|G", "C|Am|G")).toEqual({ at: 2, removed: "", inserted: "Am|" });
    expect(changeOf("C|Am|G", "C|G")).toEqual({ at: 2, removed: "Am|", inserted: "" });
    expect(changeOf("CC", "CCC")).toEqual({ at: 2, removed: "", inserted: "C" });
    expect(changeOf("", "")).toEqual({ at: 0, removed: "", inserted: "" });
  });
});

describe("keystrokes", () => {
  /** The steps to undo after these texts, typed with these ms between them. */
  function steps(texts: readonly string[], pause = 100): readonly string[] {
    let last: Keystroke | null = null;
    let timeline = begin(texts[0] ?? "");
    texts.slice(1).forEach((text, index) => {
      const next: Keystroke = { ...changeOf(timeline.present, text), time: index * pause };
      timeline = advance(timeline, text, joins(last, next));
      last = next;
    });
    return timeline.past;
  }

  it("of a word are one step", () => {
    expect(steps(["", "A", "Am", "Am7"])).toEqual([""]);
  });

  it("begin a step with each word", () => {
    expect(steps(["", "C", "C ", "C A", "C Am", "C Am|", "C Am|F"])).toEqual(["", "C ", "C Am|"]);
  });

  it("begin a step after a pause", () => {
    expect(steps(["", "A", "Am"], 2000)).toEqual(["", "A"]);
  });

  it("begin a step elsewhere in the text", () => {
    expect(steps(["C|G", "C|G7", "Cm|G7"])).toEqual(["C|G", "C|G7"]);
  });

  it("that delete are one step, apart from those that write", () => {
    expect(steps(["C|Am7", "C|Am", "C|A", "C|Ab"])).toEqual(["C|Am7", "C|A"]);
  });

  it("never take in a paste", () => {
    expect(steps(["C", "C|", "C|Am|F|G", "C|Am|F|G7"])).toEqual(["C", "C|", "C|Am|F|G"]);
  });
});
