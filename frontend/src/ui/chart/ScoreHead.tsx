/** What stands over the score: its name, key, metre and time, how it is read, and the ways to another view of it. */

import { type DrawRequest, drawChart, Problem } from "../../api";
import { DISPLAYS, paperOf, printedKey, shownKey } from "../../music/display";
import { COMMON_METERS, isSameRow } from "../../music/piece";
import { TimeMap } from "../../music/time";
import { chartLines, chartProblem, options, song } from "../../state/band";
import { requestOf } from "../../state/chart";
import { chartKey, display, heardDisplay } from "../../state/display";
import { version } from "../../state/history";
import { leadMelody } from "../../state/lead";
import { notice } from "../../state/notice";
import { save } from "../../takeaway";
import { Icon } from "../Icon";
import { clock } from "../places";
import { isFollowing } from "./following";

export function ScoreHead() {
  if (!song.value?.chart.bars) return null;
  return (
    <div class="score-head">
      <PrintHead />
      <Summary />
      <div class="score-views">
        <select
          class="field score-display"
          aria-label="Read chords"
          title="How chords are written here; what is played stays"
          value={display.value.id}
          onChange={({ currentTarget }) => {
            const chosen = DISPLAYS.find(({ id }) => id === currentTarget.value);
            if (chosen) display.value = chosen;
          }}
        >
          {DISPLAYS.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
        <button
          type="button"
          class="button small"
          title="The chart alone, large: it goes along with the music"
          onClick={() => {
            isFollowing.value = true;
          }}
        >
          <Icon name="large" />
          Follow me
        </button>
        <button type="button" class="button small" aria-label="Print" title="Print the chart" onClick={() => print()}>
          <Icon name="print" />
          <span class="score-word">Print</span>
        </button>
        <button
          type="button"
          class="button small"
          aria-label="PDF"
          title={
            leadMelody.value.length > 0
              ? "The chart and its melody as a PDF, as they are read here"
              : "The chart as a PDF, as it is read here"
          }
          onClick={takePdf}
        >
          <Icon name="download" />
          <span class="score-word">PDF</span>
        </button>
      </div>
    </div>
  );
}

const takePdf = async (): Promise<void> => {
  const reader = display.value.id as NonNullable<DrawRequest["reader"]>; // the server knows the same
  const wanted: DrawRequest = {
    ...requestOf(version.peek()),
    kind: "pdf",
    reader,
    paper: paperOf(navigator.language),
    melody: [...leadMelody.value],
  };
  try {
    save(await drawChart(wanted), `${song.value?.title || "Chart"}.pdf`);
  } catch (error) {
    const text = error instanceof Problem ? error.message : "The PDF could not be fetched: try again.";
    notice.value = { kind: "problem", text };
  }
};

/** "D major for B♭ instruments". */
export const keyWords = (): string =>
  [printedKey(shownKey(chartKey.value, heardDisplay.value)), display.value.about].filter(Boolean).join(", ");

/** "3/4 and 4/4". */
const meterWords = (): string => [...new Set(song.value?.meters)].join(" and ");

/** What it is called, key, metre, bars, and time at the tempo that is set. */
function Summary() {
  const read = song.value;
  if (!read) return null;
  const { chart, title, meters } = read;
  const time = clock(new TimeMap(options.value.tempo).seconds(chartLines.value.end));
  const isCommon = isSameRow([...new Set(meters)], COMMON_METERS);
  return (
    <p class="score-summary muted">
      {chartProblem.value !== null && "Before the mistake: "}
      {title && <strong class="score-title">{title}</strong>}
      {title && ", "}
      {keyWords()}
      {isCommon ? "" : `, ${meterWords()}`}, {chart.bars} {chart.bars === 1 ? "bar" : "bars"}, {time}
    </p>
  );
}

/** The head of the sheet, on paper alone. */
function PrintHead() {
  const { title = "", composer = "", style = "" } = song.value ?? {};
  const facts = [keyWords(), meterWords(), `♩ = ${Math.round(options.value.tempo)}`, style || options.value.style];
  return (
    <div class="score-print" aria-hidden="true">
      <p class="score-print-title">{title}</p>
      <p class="score-print-facts">
        <span>{facts.filter(Boolean).join(" · ")}</span>
        <span>{composer}</span>
      </p>
    </div>
  );
}
