/** The field for the chart, in whatever way it is written: what is wrong is underlined where it stands, and told below. */

import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { chartProblem, chartText } from "../../state/band";
import { select } from "../../state/cells";
import { hasPlaces } from "../../state/chart";
import { redo, typeText, undo, version } from "../../state/history";
import { Faults } from "./Faults";
import { cut, type Range, rangeOf } from "./mark";
import { takePasted } from "./pasting";
import { FIELD_ID, pointed } from "./pointing";
import "../../styles/chart.css";

const PROBLEM_ID = "chart-problem";
const HINT_ID = "chart-hint";
const PLACEHOLDER = "C | Am | F | G7";
const MOST_MARKS = 300;
const PASTING = ["insertFromPaste", "insertFromDrop", "insertFromYank"];
const LINE = 27; // px, of the field

export function ChartField({ onPlay }: { onPlay: () => void }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const mirror = useRef<HTMLDivElement>(null);
  const isWhole = useRef(false); // all of the text was selected before the last change
  const problem = chartProblem.value;

  const scroll = () => {
    if (mirror.current && field.current) mirror.current.scrollTop = field.current.scrollTop;
  };
  const reveal = (selector: string) => {
    const mark = mirror.current?.querySelector<HTMLElement>(selector);
    if (!mark || !field.current) return;
    const above = mark.offsetTop - field.current.scrollTop;
    if (above < 0 || above > field.current.clientHeight - LINE) field.current.scrollTop = mark.offsetTop - LINE;
    scroll();
  };
  // Who types sees what they type; a chart that came whole is shown where it is wrong.
  useEffect(() => {
    if (problem === null || version.peek().isTyped) return;
    reveal("mark");
    field.current?.scrollIntoView({ block: "nearest" });
  }, [problem]);
  useLayoutEffect(() => {
    if (pointed.value) reveal("mark.is-pointed");
  }, [pointed.value]);

  const type = (event: InputEvent) => {
    if (!(event.currentTarget instanceof HTMLTextAreaElement)) return;
    select(null); // places may have changed
    pointed.value = null;
    typeText(event.currentTarget.value, event.timeStamp, PASTING.includes(event.inputType), isWhole.current);
  };
  const press = (event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey)) return;
    if (event.key !== "Enter") return;
    event.preventDefault();
    onPlay();
  };
  const paste = (event: ClipboardEvent) => {
    if (takePasted(event.clipboardData)) event.preventDefault();
  };
  // The browser's own history doesn't know of the palette: its menu, keys and gestures lead to ours.
  const beforeInput = (event: InputEvent & { readonly currentTarget: HTMLTextAreaElement }) => {
    const { value, selectionStart, selectionEnd } = event.currentTarget;
    isWhole.current = selectionStart === 0 && selectionEnd === value.length;
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
          placeholder={PLACEHOLDER}
          value={chartText.value}
          onInput={type}
          onKeyDown={press}
          onPaste={paste}
          onBeforeInput={beforeInput}
          onScroll={scroll}
        />
      </div>
      <Faults id={PROBLEM_ID} problem={problem} />
      {!problem && (
        <p class="chart-hint muted" id={HINT_ID}>
          Type chords, paste a song sheet or a link, or drop a file. A bar line is <code>|</code>, two chords in a bar{" "}
          <code>C Am | F G7</code>, beats <code>C:2</code>, the same bar again <code>%</code>.
        </p>
      )}
    </div>
  );
}

/** The text once more, unseen behind the field: it gives the field its height, and the marks their lines. */
function Mirror() {
  const text = chartText.value;
  const end = "\u200b"; // an empty last line has a height too
  const marks: (readonly [Range, "is-pointed" | "is-wrong"])[] = [];
  if (pointed.value) marks.push([pointed.value, "is-pointed"]);
  const faults = hasPlaces.value ? (chartProblem.value?.faults ?? []) : [];
  for (const fault of faults.slice(0, MOST_MARKS)) {
    const range = rangeOf(text, fault);
    if (range) marks.push([range, "is-wrong"]);
  }
  if (marks.length === 0) return <>{(text || PLACEHOLDER) + end}</>;
  return (
    <>
      {cut(text, marks).map((piece, at) =>
        piece.kind ? (
          <mark class={piece.kind} key={at}>
            {piece.text}
          </mark>
        ) : (
          piece.text
        ),
      )}
      {end}
    </>
  );
}
