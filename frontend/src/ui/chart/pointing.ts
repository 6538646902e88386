/** Leading the person to a place in the text of the chart. Knows the field by its name alone. */

import { signal } from "@preact/signals";
import { chartProblem, chartText } from "../../state/band";
import { hasPlaces } from "../../state/chart";
import { type Range, rangeOf, unitOf } from "./mark";
import { openText } from "./text-open";

/** The field itself: who finds that something is wrong with it leads the person there. */
export const FIELD_ID = "chart-field";

/** What is pointed at, until the text changes. */
export const pointed = signal<Range | null>(null);

/** Select a part of the text, and bring it into sight. */
export function point(range: Range): void {
  const field = unfolded();
  pointed.value = range;
  if (!(field instanceof HTMLTextAreaElement)) return;
  field.focus({ preventScroll: true });
  field.setSelectionRange(range.start, range.end);
  field.scrollIntoView({ block: "nearest" });
}

/** Select a place that the server told: characters, the first and the end, from 0. */
export function pointAt([start, end]: readonly [number, number]): void {
  const text = chartText.peek();
  point({ start: unitOf(text, start + 1), end: unitOf(text, end + 1) });
}

/** Lead to what is wrong with the chart, or to the field where nothing is. */
export function pointAtFirstFault(): void {
  const [fault] = hasPlaces.peek() ? (chartProblem.peek()?.faults ?? []) : [];
  const range = fault ? rangeOf(chartText.peek(), fault) : null;
  if (range) point(range);
  else focusField();
}

/** Take the person to the field. */
export function focusField(): void {
  unfolded()?.focus();
}

/** The field, seen at once, and not when the page is drawn next: what is hidden can't have the focus. */
function unfolded(): HTMLElement | null {
  const field = document.getElementById(FIELD_ID);
  const folded = field?.closest<HTMLElement>("[hidden]");
  if (folded) folded.hidden = false;
  openText();
  return field;
}
