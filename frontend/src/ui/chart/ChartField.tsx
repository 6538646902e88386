/** The field for the chords: what is wrong is underlined where it stands, and told below with a way to mend it. */

import { useRef } from "preact/hooks";
import type { Problem } from "../../api";
import { chartProblem, chartText, offer } from "../../state/band";
import { select } from "../../state/cells";
import { isRead, readingProblem, readNow, redo, setText, typeText, undo } from "../../state/chart";
import { correct, rangeOf } from "./mark";
import "../../styles/chart.css";

/** The field itself: who finds that something is wrong with it leads the person there. */
export const FIELD_ID = "chart-field";
const PROBLEM_ID = "chart-problem";
const HINT_ID = "chart-hint";
const PLACEHOLDER = "C | Am | F | G7";

export function ChartField({ onPlay }: { onPlay: () => void }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const mirror = useRef<HTMLDivElement>(null);
  const problem = chartProblem.value;

  const scroll = () => {
    if (mirror.current && field.current) mirror.current.scrollTop = field.current.scrollTop;
  };
  const type = (event: Event) => {
    if (!(event.currentTarget instanceof HTMLTextAreaElement)) return;
    select(null); // places may have changed
    typeText(event.currentTarget.value, event.timeStamp);
  };
  const press = (event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey)) return;
    if (event.key !== "Enter") return;
    event.preventDefault();
    onPlay();
  };
  // The browser's own history doesn't know of the palette: its menu, keys and gestures lead to ours.
  const beforeInput = (event: InputEvent) => {
    const step = { historyUndo: undo, historyRedo: redo }[event.inputType];
    if (step === undefined) return;
    event.preventDefault();
    step();
  };

  return (
    <div class="chart-field-group">
      <div class={`chart-field ${problem ? "is-wrong" : ""}`}>
        <div class="chart-mirror" aria-hidden="true" ref={mirror}>
          <Mirror />
        </div>
        <textarea
          ref={field}
          class="chart-text"
          aria-label="Chords"
          id={FIELD_ID}
          aria-describedby={problem ? PROBLEM_ID : HINT_ID}
          aria-invalid={problem !== null}
          autocapitalize="off"
          autocomplete="off"
          autocorrect="" // browsers take it for a truth value: "off" would turn it on
          spellcheck={false}
          rows={1}
          maxLength={offer.value?.max_text ?? -1}
          placeholder={PLACEHOLDER}
          value={chartText.value}
          onInput={type}
          onKeyDown={press}
          onBeforeInput={beforeInput}
          onScroll={scroll}
        />
      </div>
      <div class="chart-problem-place" id={PROBLEM_ID} role="status">
        {problem && <ProblemText problem={problem} onMended={() => field.current?.focus()} />}
      </div>
      {readingProblem.value && (
        <div class="chart-offline" role="status">
          <span>{readingProblem.value.message}</span>
          <button type="button" class="button small" onClick={() => readNow()}>
            Try again
          </button>
        </div>
      )}
      {!problem && (
        <p class="chart-hint muted" id={HINT_ID}>
          A bar line is <code>|</code>. Two chords in a bar: <code>C Am | F G7</code>. Beats: <code>C:2</code>. The same
          bar again: <code>%</code>.
        </p>
      )}
    </div>
  );
}

/** The text once more, unseen behind the field: it gives the field its height, and the error its line. */
function Mirror() {
  const text = chartText.value;
  const problem = chartProblem.value;
  const range = problem && isRead.value ? rangeOf(text, problem) : null;
  const end = "\u200b"; // an empty last line has a height too
  if (range === null) return <>{(text || PLACEHOLDER) + end}</>;
  return (
    <>
      {text.slice(0, range.start)}
      <mark>{text.slice(range.start, range.end)}</mark>
      {text.slice(range.end) + end}
    </>
  );
}

function ProblemText({ problem, onMended }: { problem: Problem; onMended: () => void }) {
  const { finding, remedy, suggestions } = problem;
  const ways = suggestions.flatMap((suggestion) => {
    const text = correct(chartText.value, problem, suggestion);
    return text === null ? [] : [{ suggestion, text }];
  });
  return (
    <div class="chart-problem">
      <p>
        <strong>{sentence(finding)}.</strong> {remedy && sentence(remedy)}
      </p>
      {ways.map(({ suggestion, text }) => (
        <button
          type="button"
          class="button small"
          key={suggestion}
          onClick={() => {
            setText(text);
            onMended();
          }}
        >
          Change to <code>{suggestion}</code>
        </button>
      ))}
    </div>
  );
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
