/** Whether it loops, which bars, and what changes each time round. */

import { type Loop, loop, playState } from "../state/playback";
import { faster, fastest, heardLift, heardRate, higher, pass, rounds } from "../state/practice";
import { Menu } from "./Menu";

/** Loop over everything, or no more. */
export function toggleLoop(bars: number): void {
  loop.value = loop.peek() === null && bars > 0 ? { from: 0, to: bars } : null;
}

/** A loop whose first or last bar is changed to `bar`, from 1; the other end gives way. */
export function moveEnd({ from, to }: Loop, end: "first" | "last", bar: number, bars: number): Loop {
  const wanted = Math.max(1, Math.min(Math.round(bar), bars));
  return end === "first"
    ? { from: wanted - 1, to: Math.max(to, wanted) }
    : { from: Math.min(from, wanted - 1), to: wanted };
}

export function LoopControls({ bars }: { bars: number }) {
  const range = loop.value;
  return (
    <fieldset class="transport-loop" aria-label="Loop">
      <button
        type="button"
        class="button"
        aria-pressed={range !== null}
        disabled={bars === 0}
        title="Loop (L)"
        onClick={() => toggleLoop(bars)}
      >
        Loop
      </button>
      {range && (
        <>
          <Bar name="From bar" range={range} end="first" bars={bars} />
          <span aria-hidden="true">–</span>
          <Bar name="To bar" range={range} end="last" bars={bars} />
          <Practice />
        </>
      )}
    </fieldset>
  );
}

function Bar({ name, range, end, bars }: { name: string; range: Loop; end: "first" | "last"; bars: number }) {
  const value = end === "first" ? range.from + 1 : range.to;
  return (
    <input
      type="number"
      class="field transport-bar"
      aria-label={name}
      title={name}
      min={1}
      max={bars}
      value={value}
      onChange={(event) => {
        const bar = event.currentTarget.valueAsNumber;
        if (!Number.isNaN(bar)) loop.value = moveEnd(range, end, bar, bars);
        event.currentTarget.value = String(end === "first" ? (loop.value?.from ?? 0) + 1 : loop.value?.to);
      }}
    />
  );
}

const FASTER = [0, 2, 5, 10]; // per cent
const FASTEST = [110, 120, 130, 150, 200];
const HIGHER: readonly (readonly [number, string])[] = [
  [0, "the same"],
  [1, "a semitone up"],
  [2, "a tone up"],
  [5, "a fourth up"],
  [7, "a fifth up"],
  [-1, "a semitone down"],
];

const ROUNDS = [0, 2, 3, 4, 5, 6, 8, 12]; // 0: until it is stopped

/** How often it goes round; faster, or in another key, each time. */
function Practice() {
  const isOn = faster.value !== 0 || higher.value !== 0 || rounds.value !== null;
  return (
    <Menu
      name="Practice"
      words={
        isOn && playState.value !== "stopped"
          ? practiceWords(pass.value, heardRate.value, heardLift.value, rounds.value)
          : "Practice"
      }
      kind="practice"
      title="How often; faster, or in another key, each time round"
    >
      <Choice
        name="Times"
        value={rounds.value ?? 0}
        set={(value) => {
          rounds.value = value || null;
        }}
      >
        {ROUNDS.map((times) => [times, times ? `${times}` : "until stopped"])}
      </Choice>
      <Choice
        name="Faster each time"
        value={faster.value}
        set={(value) => {
          faster.value = value;
        }}
      >
        {FASTER.map((percent) => [percent, percent ? `by ${percent} %` : "no"])}
      </Choice>
      {faster.value !== 0 && (
        <Choice
          name="At most"
          value={fastest.value}
          set={(value) => {
            fastest.value = value;
          }}
        >
          {FASTEST.map((percent) => [percent, `${percent} %`])}
        </Choice>
      )}
      <Choice
        name="Key each time"
        value={higher.value}
        set={(value) => {
          higher.value = value;
        }}
      >
        {HIGHER}
      </Choice>
    </Menu>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly value: number;
  set(value: number): void;
  readonly children: readonly (readonly [number, string])[];
}

function Choice({ name, value, set, children }: ChoiceProps) {
  return (
    <label class="practice-choice">
      <span>{name}</span>
      <select class="field" value={value} onChange={({ currentTarget }) => set(Number(currentTarget.value))}>
        {children.map(([number, words]) => (
          <option key={number} value={number}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

/** "3rd time of 4: 110 %, +2". */
export function practiceWords(number: number, rate: number, lift: number, of: number | null = null): string {
  const told = [
    ...(rate === 1 ? [] : [`${Math.round(rate * 100)} %`]),
    ...(lift === 0 ? [] : [lift > 0 ? `+${lift}` : `−${-lift}`]),
  ];
  const time = `${ordinal(number + 1)} time${of === null ? "" : ` of ${of}`}`;
  return `${time}${told.length ? `: ${told.join(", ")}` : ""}`;
}

function ordinal(number: number): string {
  const teen = number % 100 >= 11 && number % 100 <= 13;
  return `${number}${teen ? "th" : (["th", "st", "nd", "rd"][number % 10] ?? "th")}`;
}
