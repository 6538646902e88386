/** The bars of the score in their lines, with sections, metres, repeats and endings. What stands in a bar is the caller's. */

import { useComputed } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { Segment } from "../../music/edit";
import { COMPOSED, ROLE_NAMES } from "../../music/piece";
import { columnsOf, type ScoreBar, type Sign } from "../../music/score";
import { shownCells } from "../../state/cells";
import { heard } from "../../state/heard";
import { score, segmentsOf } from "../../state/score";
import type { PlayedSectionView } from "../../wire";
import { needOf } from "./ChordName";
import "../../styles/score.css";

const DENSE_FROM = 9; // bars; fewer have room in lines of two
const DENSE_NEED = 2; // of a bar that stands small, four in a narrow line

interface Props {
  /** The chords of a bar. */
  readonly children: (bar: ScoreBar, at: number, segments: readonly Segment[], isAgain: boolean) => ComponentChildren;
  /** Press of a bar's number or an empty place in it. */
  readonly onBar: (bar: ScoreBar) => void;
}

export function ScoreBars({ children, onBar }: Props) {
  const all = score.value;
  const [four, two] = [columnsOf(all, 4), columnsOf(all, 2)];
  return (
    <>
      {all.map((bar, at) => (
        <Bar
          key={bar.number}
          bar={bar}
          at={at}
          columns={[four[at] ?? 0, two[at] ?? 0]}
          isLast={at === all.length - 1}
          onBar={onBar}
        >
          {children}
        </Bar>
      ))}
    </>
  );
}

/** Whether the bars of the score are so plain, and so many, that four in a narrow line are read more easily. */
export function isDense(): boolean {
  const all = score.value;
  return all.length >= DENSE_FROM && all.every(({ played }) => barNeed(segmentsOf(played)) <= DENSE_NEED);
}

interface BarProps {
  readonly bar: ScoreBar;
  readonly at: number;
  readonly columns: readonly [four: number, two: number];
  readonly isLast: boolean;
  readonly onBar: Props["onBar"];
  readonly children: Props["children"];
}

function Bar({ bar, at, columns: [four, two], isLast, onBar, children }: BarProps) {
  const segments = segmentsOf(bar.played);
  const before = score.value[at - 1];
  const isAgain = before !== undefined && isOnceMore(bar, segments, segmentsOf(before.played));
  const isHeard = useComputed(() => heard.value?.bar === at);
  const pass = useComputed(() => {
    const now = heard.value;
    return now?.bar === at && now.passes > 1 ? `${now.pass}×` : "";
  });
  const shape = [
    "score-bar",
    isHeard.value && "is-heard",
    isAgain && "is-again",
    bar.opens && "opens",
    bar.closes > 0 && "closes",
    bar.inEnding && "in-ending",
    bar.ending !== null && "begins-ending",
    bar.endsEnding && "ends-ending",
    isLast && "is-last",
  ];
  const style = { "--at4": four + 1, "--at2": two + 1, "--need": barNeed(segments) };
  return (
    <>
      {bar.heading !== null && (bar.heading || bar.section) && <Heading name={bar.heading} wishes={bar.section} />}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: for pointers; Shift and Enter on a chord play from its bar */}
      <div
        class={shape.filter(Boolean).join(" ")}
        role="presentation"
        style={style}
        data-bar={at}
        onClick={({ target }) => {
          if (target instanceof Element && !target.closest("[data-cell]")) onBar(bar);
        }}
        onDblClick={() => onBar(bar)}
      >
        <span class="score-top" aria-hidden="true">
          {bar.ending && <span class="score-ending">{bar.ending}</span>}
          <span class="score-number" title="Play from here">
            {bar.number}
          </span>
          {bar.before.map((sign) => (
            <SignMark key={sign} sign={sign} />
          ))}
          <span class="score-pass">{pass}</span>
          <span class="score-after">
            {bar.closes > 2 && `×${bar.closes} `}
            {bar.after.join(" · ")}
          </span>
        </span>
        <div class="score-inner" role="presentation">
          {bar.meter && (
            <span class="score-meter" aria-hidden="true">
              {bar.meter.split("/").map((number, line) => (
                <span key={line}>{number}</span>
              ))}
            </span>
          )}
          {children(bar, at, segments, isAgain)}
          {isAgain && <SameAgain />}
        </div>
      </div>
    </>
  );
}

function Heading({ name, wishes }: { name: string; wishes: PlayedSectionView | null }) {
  const words = wishes === null ? [] : wishWords(wishes);
  if (!name && words.length === 0) return null;
  return (
    <div class="score-heading" role="presentation">
      <span aria-hidden="true">
        {name && <strong class="score-section">{name}</strong>}
        {words.length > 0 && <span class="score-wishes">{words.join(", ")}</span>}
      </span>
    </div>
  );
}

/** What is wished of a section, as one says it to a band. */
export function wishWords({ style, density, tracks, loudness }: PlayedSectionView): readonly string[] {
  const levels = new Set(Object.values(density));
  const [level] = levels;
  const busy = level === undefined ? "" : levels.size === 1 ? `busy ${level}` : "busy in parts";
  const isAll = COMPOSED.every((role) => tracks?.includes(role));
  const who = isAll ? "everybody" : (tracks?.map((role) => ROLE_NAMES[role].toLowerCase()).join(" + ") ?? "");
  return [style ?? "", loudness ?? "", busy, who].filter(Boolean);
}

/** Whether a bar has the chords of the one before it, at the same places. */
function isOnceMore({ heading, opens, ending, meter }: ScoreBar, here: readonly Segment[], before: readonly Segment[]) {
  if (heading !== null || opens || ending !== null || meter !== null || here.length !== before.length) return false;
  const all = shownCells.value;
  return here.every(({ cell, beats }, at) => {
    const other = before[at];
    return other !== undefined && beats === other.beats && all[cell]?.name === all[other.cell]?.name;
  });
}

function barNeed(segments: readonly Segment[]): number {
  const whole = segments.reduce((sum, { beats }) => sum + beats, 0);
  const needs = segments.map(({ cell, beats }) => {
    const one = shownCells.value[cell];
    return one === undefined ? 1 : needOf(one, beats / whole);
  });
  return Math.max(1, ...needs);
}

/** Signs that few fonts have. */
function SignMark({ sign }: { sign: Sign }) {
  const path =
    sign === "coda"
      ? "M12 1v22M1 12h22M12 4a6.500 8 0 1 0 0 16a6.500 8 0 1 0 0-16"
      : "M17 7c0-3-3-4-5-4c-3 0-5 2-5 4c0 6 11 4 11 10c0 3-3 5-6 5c-3 0-6-1-6-4M19 2L5 22M5 9v.1M19 14v.1";
  return (
    <svg class="score-sign" viewBox="0 0 24 24" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}

/** The sign for the same bar again: a stroke between two dots. */
function SameAgain() {
  return (
    <svg class="score-same" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M5 20 19 4M6.500 8v.1M17.500 16v.1" />
    </svg>
  );
}
