/** Whether it loops, and which bars. */

import { type Loop, loop } from "../state/playback";

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
