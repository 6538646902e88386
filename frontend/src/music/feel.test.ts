import { describe, expect, it } from "vitest";
import { commonBars } from "../../tests/piece.fixture";
import { type Compass, dice, type Feel, type Hands, isSwung, Playing, shiftOf, stray, transposedBars } from "./feel";
import golden from "./feel.golden.json";
import type { Note, Role } from "./piece";
import { BarLines } from "./time";

const HANDS = golden.hands as Record<Role, Hands>;
const COMPASSES = new Map(
  Object.entries(golden.compass).map(([role, [lowest = 0, highest = 127]]): [Role, Compass] => [
    role as Role,
    { lowest, highest },
  ]),
);

describe("the package's figures", () => {
  it("are thrown by the same dice, bit for bit", () => {
    for (const [seed, role, place, voice, bits] of golden.dice as [number, Role, number, number, number][]) {
      expect(dice(seed, role, place, voice)).toBe(bits);
    }
    for (const [bits, strayed] of golden.stray as [number, number][]) expect(stray(bits)).toBe(strayed);
  });

  it.each(golden.cases)("are reached: $feel.swing %, humanize $feel.humanize, $role", (wanted) => {
    const { tempo, meters, lines } = wanted;
    const role = wanted.role as Role;
    const playing = new Playing(wanted.feel as Feel, HANDS, tempo, new BarLines(lines, 12, meters), golden.end);
    const notes = wanted.notes as unknown as Note[];
    notes.forEach((note, index) => {
      expect(playing.place(role, note[2], note[0])).toBeCloseTo(wanted.places[index] ?? Number.NaN, 9);
      const heard = playing.time.seconds(note[0]) + playing.delay(role, note[2], note[0]);
      expect(heard).toBeCloseTo(wanted.seconds[index] ?? Number.NaN, 9);
    });
    expect(notes.map((note) => playing.velocity(role, note))).toEqual(wanted.velocities);
  });

  it("are moved by the same octaves", () => {
    for (const [role, low, high, by, shift] of golden.shifts as [Role, number, number, number, number][]) {
      expect(shiftOf(COMPASSES.get(role) as Compass, low, high, by)).toBe(shift);
    }
  });
});

describe("delays", () => {
  const lines = new BarLines([0, 48, 96], 48, ["4/4"]);
  const feel = (more: Partial<Feel>): Feel => ({
    swing: 50,
    straight: [],
    humanize: 0,
    seed: 0,
    ritardando: false,
    ...more,
  });

  it("are none where all swing alike and nobody strays", () => {
    expect(new Playing(feel({ swing: 67 }), HANDS, 120, lines, 96).delay("bass", 40, 6)).toBe(0);
  });

  it("bring those who play straight back", () => {
    const playing = new Playing(feel({ swing: 67, straight: ["bass"] }), HANDS, 60, lines, 96);
    expect(playing.delay("bass", 40, 6)).toBeCloseTo(1 / 2 - 2 / 3);
    expect(playing.delay("bass", 40, 12)).toBeCloseTo(0);
  });

  it("keep the order of the notes of a pitch", () => {
    const playing = new Playing(feel({ swing: 75, humanize: 2, seed: 5 }), HANDS, 400, lines, 96);
    for (let step = 0; step < 96; step++) {
      expect(playing.place("strings", 60, step + 1)).toBeGreaterThan(playing.place("strings", 60, step));
    }
  });
});

describe("another key", () => {
  const bars = [
    { bass: [[0, 12, 28, 90]] as Note[], drums: [[0, 1, 36, 90]] as Note[] },
    { bass: [[48, 12, 40, 90]] as Note[] },
  ];

  it("moves a player as a whole, an octave back where the range ends, and leaves drums", () => {
    expect(transposedBars(bars, -1, COMPASSES)).toEqual([
      { bass: [[0, 12, 39, 90]], drums: [[0, 1, 36, 90]] },
      { bass: [[48, 12, 51, 90]] },
    ]);
    expect(transposedBars(bars, 0, COMPASSES)).toBe(bars);
  });
});

it("tells that bars swing where most off-beats stand on the last triplet, of each player once", () => {
  const at = (...onsets: number[]): Note[] => onsets.map((onset) => [onset, 1, 60, 90]);
  const lines = commonBars(2);
  expect(isSwung([{ drums: at(8, 20, 32, 44) }], lines)).toBe(true);
  expect(isSwung([{ drums: at(8, 20, 32) }], lines)).toBe(false); // too few to tell
  expect(isSwung([{ drums: at(8, 20, 32, 44), piano: at(6, 6, 6, 6, 6) }], lines)).toBe(true);
  expect(isSwung([{ drums: at(8, 20, 32, 44), piano: at(6, 18, 30, 42) }], lines)).toBe(false);
  expect(isSwung([{ drums: at(8, 20, 32, 44) }], new BarLines([0, 36], 36, ["6/8"]))).toBe(false);
});
