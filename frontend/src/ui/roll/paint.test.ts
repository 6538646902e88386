import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { chordAt, commonBars } from "../../../tests/piece.fixture";
import { harmoniesOf } from "../../music/harmony";
import { type BarNotes, ROLES, type Role } from "../../music/piece";
import { extentOf, rowsOf } from "./geometry";
import { type Brush, barsSeen, paint, QUIETEST, type Scene } from "./paint";

/** A path that was filled or stroked. */
interface Mark {
  readonly kind: "fill" | "stroke";
  readonly colour: string;
  readonly alpha: number;
  readonly boxes: readonly (readonly number[])[];
}

/** A context that remembers what was drawn. */
class Recorder {
  fillStyle = "";
  strokeStyle = "";
  globalAlpha = 1;
  lineWidth = 1;
  readonly marks: Mark[] = [];
  readonly transforms: number[][] = [];
  #path: number[][] = [];

  beginPath = (): void => {
    this.#path = [];
  };
  rect = (...box: number[]): void => {
    this.#path.push(box);
  };
  roundRect = this.rect;
  clearRect = (): void => {};
  fillRect = (): void => {};
  setTransform = (...values: number[]): void => {
    this.transforms.push(values);
  };
  fill = (): void => this.#mark("fill", this.fillStyle);
  stroke = (): void => this.#mark("stroke", this.strokeStyle);

  #mark(kind: Mark["kind"], colour: string): void {
    if (this.#path.length) this.marks.push({ kind, colour, alpha: this.globalAlpha, boxes: this.#path });
  }
}

const CHORD = chordAt("C", 0, 8, [0, 4, 7]);
const COLOURS = {
  tracks: Object.fromEntries(ROLES.map((role) => [role, role])) as Record<Role, string>,
  ground: "ground",
  shade: "shade",
  line: "line",
  strong: "strong",
  text: "text",
};

function draw(bars: readonly BarNotes[], change: Partial<Scene> = {}): Recorder {
  const recorder = new Recorder();
  const scene: Scene = {
    bars,
    lines: commonBars(bars.length),
    harmonies: harmoniesOf([CHORD]),
    audible: new Set(ROLES),
    rows: rowsOf(extentOf(bars), 300),
    scale: 2,
    left: 0,
    width: 400,
    ratio: 1,
    colours: COLOURS,
    ...change,
  };
  paint(recorder as unknown as Brush, scene);
  return recorder;
}

const marksOf = (recorder: Recorder, role: Role): Mark[] => recorder.marks.filter(({ colour }) => colour === role);

test("a note in the chord is filled in its track's colour, one outside is an outline", () => {
  const inside = marksOf(draw([{ piano: [[0, 12, 60, 90]] }]), "piano");
  expect(inside.map(({ kind }) => kind)).toEqual(["fill"]);
  expect(inside[0]?.alpha).toBeGreaterThanOrEqual(QUIETEST);
  const outside = marksOf(draw([{ piano: [[0, 12, 61, 90]] }]), "piano");
  expect(outside.map(({ kind }) => kind)).toEqual(["fill", "stroke"]);
  expect(outside[0]?.alpha).toBeLessThan(0.3);
  expect(outside[1]?.alpha).toBe(1);
});

test("drums are never outside the chord", () => {
  const marks = marksOf(draw([{ drums: [[0, 1, 42, 90]] }]), "drums");
  expect(marks.map(({ kind }) => kind)).toEqual(["fill"]);
});

test("louder notes are stronger, muted tracks faint and below the others", () => {
  const bars: readonly BarNotes[] = [
    {
      piano: [
        [0, 12, 60, 20],
        [12, 12, 60, 120],
      ],
      bass: [[0, 12, 36, 90]],
    },
  ];
  const [quiet, loud] = marksOf(draw(bars), "piano");
  expect(loud?.alpha).toBeGreaterThan(quiet?.alpha ?? 1);
  const recorder = draw(bars, { audible: new Set<Role>(["piano"]) });
  expect(marksOf(recorder, "bass")[0]?.alpha).toBeLessThan(0.3);
  expect(recorder.marks[0]?.colour).toBe("bass");
});

test("only what is in view is drawn, and what reaches into it from bars before", () => {
  const bars: readonly BarNotes[] = Array.from({ length: 100 }, (_, bar) => ({
    bass: [[bar * 48, 12, 36, 90]] as const,
  }));
  const held: BarNotes = { strings: [[0, 480, 60, 90]] };
  const recorder = draw([held, ...bars.slice(1)], { left: 8 * 96, width: 192 });
  expect(
    marksOf(recorder, "bass")
      .flatMap(({ boxes }) => boxes)
      .map(([x]) => x),
  ).toEqual([768, 864]);
  expect(marksOf(recorder, "strings")).toHaveLength(1);
  expect(barsSeen(8 * 48, 10 * 48, 480, commonBars(100), 100)).toEqual([0, 10]);
});

test("it is drawn in device pixels, from the first pixel in view on", () => {
  expect(draw([{}], { ratio: 3, left: 10 }).transforms.at(-1)).toEqual([3, 0, 0, 3, -30, 0]);
});

test("the quietest note stands out from both grounds, dark and light, by 3 to 1", () => {
  const css = readFileSync("src/styles/base.css", "utf-8");
  const pair = (name: string): string[] => {
    const [, light = "", dark = ""] = RegExp(`--${name}: light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(css) ?? [];
    return [light, dark];
  };
  for (const theme of [0, 1]) {
    for (const ground of [pair("panel")[theme], pair("raised")[theme]].map(channels)) {
      for (const role of ROLES) {
        const note = channels(pair(role)[theme]).map(
          (value, at) => value * QUIETEST + (ground[at] ?? 0) * (1 - QUIETEST),
        );
        expect(contrast(note, ground), `${role} ${theme}`).toBeGreaterThanOrEqual(3);
      }
    }
  }
});

function channels(hex = ""): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}

/** As the Web Content Accessibility Guidelines define it. */
function contrast(a: readonly number[], b: readonly number[]): number {
  const luminance = (colour: readonly number[]): number => {
    const [red = 0, green = 0, blue = 0] = colour.map((value) => {
      const share = value / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((first, second) => first - second);
  return (light + 0.05) / (dark + 0.05);
}
