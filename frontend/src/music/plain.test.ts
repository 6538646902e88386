import { expect, it } from "vitest";
import { cellOf, commonBars } from "../../tests/piece.fixture";
import { plainBars, plainLine } from "./plain";
import { BarLines } from "./time";

const four = (...cells: readonly (readonly [string, number])[]) =>
  plainBars(
    cells.map(([name, beats]) => cellOf(name, beats)),
    commonBars(4),
  );

it("writes whole bars, bars in equal parts and held ones", () => {
  expect(four(["C", 4], ["Am7/G", 2], ["F", 2], ["Gsus4", 8])).toEqual(["C", "Am7/G F", "Gsus4", "/"]);
  expect(
    plainBars(
      ["C", "F", "G"].map((name) => cellOf(name, 1)),
      new BarLines([0, 36]),
    ),
  ).toEqual(["C F G"]);
});

it.each<readonly [string, readonly (readonly [string, number])[]]>([
  [
    "parts that differ",
    [
      ["C", 3],
      ["F", 1],
    ],
  ],
  [
    "parts that are not beats",
    [
      ["C", 1.5],
      ["F", 1.5],
      ["G", 1],
    ],
  ],
  [
    "a last bar that is cut",
    [
      ["C", 4],
      ["F", 2],
    ],
  ],
  [
    "a chord that lasts into a bar of others",
    [
      ["C", 2],
      ["F", 4],
      ["G", 2],
    ],
  ],
  [
    "a name that may be read otherwise",
    [
      ["C2", 4],
      ["F", 4],
    ],
  ],
])("writes nothing where it takes durations: %s", (_, cells) => {
  expect(four(...cells)).toBeNull();
});

it("gives a bar alone its line", () => {
  expect(plainLine(["C F"])).toBe("C F |");
  expect(plainLine(["C", "F"])).toBe("C | F");
});
