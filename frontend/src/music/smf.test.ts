import { describe, expect, it } from "vitest";
import type { Note } from "./piece";
import { midiOf } from "./smf";
import { BarLines } from "./time";

const text = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");

describe("a MIDI file", () => {
  it("has a track of notes, its metre and its tempo", () => {
    const notes: Note[] = [
      [12, 6, 60, 100],
      [0, 12, 64, 80],
      [12.5, 0, 60, 90],
    ];
    const bytes = midiOf(notes, new BarLines([0, 48]), ["4/4"], 120);
    expect(text(bytes)).toBe(
      [
        "4d 54 68 64 00 00 00 06 00 00 00 01 01 e0", // one track, 480 pulses a quarter
        "4d 54 72 6b 00 00 00 2d",
        "00 ff 58 04 04 02 18 08",
        "00 ff 51 03 07 a1 20", // 500,000 µs
        "00 90 40 50",
        "83 60 80 40 40", // 480 pulses on; ends come first
        "00 90 3c 64",
        "14 90 3c 5a", // half a step is 20 pulses
        "01 80 3c 40", // none is shorter than a pulse
        "81 5b 80 3c 40", // 219
        "00 ff 2f 00",
      ].join(" "),
    );
  });

  it("counts dotted beats as one and a half quarters, and tells each other metre", () => {
    const bytes = midiOf([[72, 12, 60, 80]], new BarLines([0, 24, 72, 120]), ["6/8", "4/4"], 80);
    expect(text(bytes)).toContain("00 ff 58 04 06 03 24 08 00 ff 51 03 07 a1 20"); // 120 quarters a minute
    expect(text(bytes)).toContain("8b 20 ff 58 04 04 02 18 08"); // 1,440 pulses
    expect(text(bytes)).toContain("8f 00 90 3c 50"); // 1,920 later
  });
});
