/** What can't be read in the chart: all of it, each with its place and with ways to mend it. */

import type { Fault, Problem } from "../../api";
import { chartText } from "../../state/band";
import { hasPlaces } from "../../state/chart";
import { setText } from "../../state/history";
import { correct, rangeOf } from "./mark";
import { focusField, point } from "./pointing";

const MOST = 30; // rows; the rest comes up as those are mended
const PLACE = / at character \d+$/; // in a finding: its place stands before it here

/** In a word for who doesn't see the marks, and as a list. `id` is the word's. */
export function Faults({ id, problem }: { id: string; problem: Problem | null }) {
  const faults = problem?.faults ?? [];
  return (
    <>
      <div class="chart-problem-place" id={id} role="status">
        {problem && (faults.length === 1 ? <Row fault={faults[0] as Fault} /> : <Word problem={problem} />)}
      </div>
      {faults.length > 1 && (
        <ol class="chart-faults" aria-label="What can't be read">
          {faults.slice(0, MOST).map((fault) => (
            <li key={fault.position}>
              <Row fault={fault} />
            </li>
          ))}
          {faults.length > MOST && <li class="muted">and {faults.length - MOST} more</li>}
        </ol>
      )}
    </>
  );
}

function Word({ problem }: { problem: Problem }) {
  const [first] = problem.faults;
  return (
    <p class={first ? "chart-faults-word" : "chart-problem"}>
      <strong>{first ? `${problem.faults.length} places can't be read.` : `${sentence(problem.message)}.`}</strong>
      {first && <span class="hidden"> The first: {placeOf(first)}.</span>}
    </p>
  );
}

function Row({ fault }: { fault: Fault }) {
  const text = chartText.value;
  const range = hasPlaces.value ? rangeOf(text, fault) : null;
  const ways = range === null ? [] : fault.suggestions.map((way) => [way, correct(text, fault, way)] as const);
  return (
    <div class="chart-problem">
      {range !== null && (
        <button type="button" class="button small" onClick={() => point(range)} title="Show it in the chart">
          {sentence(placeOf(fault))}
        </button>
      )}
      <p>
        <strong>{sentence(findingOf(fault))}.</strong> {sentence(fault.remedy)}
      </p>
      {ways.map(
        ([way, mended]) =>
          mended !== null && (
            <button
              type="button"
              class="button small"
              key={way}
              onClick={() => {
                setText(mended);
                focusField();
              }}
            >
              Change to <code>{way}</code>
            </button>
          ),
      )}
    </div>
  );
}

const findingOf = ({ finding }: Fault): string => finding.replace(PLACE, "");

/** Where it stands; of a text in one line only the column counts. */
const placeOf = ({ line, column }: Fault): string =>
  chartText.value.trim().includes("\n") ? `line ${line}, column ${column}` : `character ${column}`;

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
