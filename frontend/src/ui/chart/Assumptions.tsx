/** What was not certain in the chart: how it was read, and its other readings, each a click away. */

import { useSignal } from "@preact/signals";
import type { Assumption } from "../../music/piece";
import { song } from "../../state/band";
import { hasPlaces, isReadable } from "../../state/chart";
import { choose } from "../../state/history";
import { pointAt } from "./pointing";
import "../../styles/assumptions.css";

const AT_FIRST = 4; // that are shown unasked
const MOST_BUTTONS = 4; // answers; more are a list, as the songs of a playlist

export function Assumptions() {
  const isWhole = useSignal(false);
  const all = song.value?.assumptions ?? [];
  if (!isReadable.value || all.length === 0) return null;
  const shown = isWhole.value ? all : all.slice(0, AT_FIRST);
  return (
    <section class="assumptions" aria-label="How the chart was read">
      <ul class="assumptions-list">
        {shown.map((assumption) => (
          <li class="assumption" key={`${assumption.code} ${assumption.read.answer}`}>
            <Line assumption={assumption} />
          </li>
        ))}
      </ul>
      {all.length > shown.length && (
        <button type="button" class="button small quiet" onClick={() => (isWhole.value = true)}>
          {all.length - shown.length} more
        </button>
      )}
    </section>
  );
}

function Line({ assumption }: { assumption: Assumption }) {
  const { code, question, read, others, places, text } = assumption;
  const [place] = hasPlaces.value ? places : [];
  return (
    <>
      <span class="assumption-read">
        <span class="muted">
          {question}
          {text && (
            <>
              {" "}
              <q>{text}</q>
            </>
          )}
          :
        </span>{" "}
        {read.text}
      </span>
      {others.length > MOST_BUTTONS ? (
        <select
          class="field assumption-answers"
          aria-label={question}
          value={read.answer}
          onChange={({ currentTarget }) => choose(code, currentTarget.value)}
        >
          {[read, ...others].map((each) => (
            <option key={each.answer} value={each.answer}>
              {each.text}
            </option>
          ))}
        </select>
      ) : (
        others.map((other) => (
          <button
            type="button"
            class="button small assumption-other"
            key={other.answer}
            title={`Read it so: ${other.text}`}
            onClick={() => choose(code, other.answer)}
          >
            {other.text}
          </button>
        ))
      )}
      {place && (
        <button
          type="button"
          class="button small quiet"
          aria-label={`Show where: ${question}`}
          onClick={() => pointAt(place)}
        >
          Where?
        </button>
      )}
    </>
  );
}
