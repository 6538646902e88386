/** The chords that the takes of a piece have by now: changes may have given each its own. Knows no page. */

import { type Arrangement, getHistory, parseChords } from "../api";
import { type Chart, isSameRow, type Song } from "../music/piece";
import type { Section } from "../music/wishes";
import type { TakeChart } from "./piece";

/** Chords as they are asked for. */
interface Written {
  readonly progression: string;
  readonly meters: readonly string[];
  readonly sections: readonly Section[];
}

/** Whether its revisions have changed the chords of a piece, or of what a link asks for. */
export const hasOtherChords = ({ revisions }: Pick<Arrangement, "revisions">): boolean =>
  revisions.some(({ progression }) => progression !== null);

/** The charts of all takes, as composed and `shift` semitones higher. `read` is not asked for again where it is one. */
export async function chartsOf(made: Arrangement, shift: number, read: Song | null): Promise<readonly TakeChart[]> {
  const known = new Map<string, Promise<TakeChart>>();
  const charts = await writtenOf(made);
  return Promise.all(
    charts.map((written) => {
      const key = `${written.progression} ${written.meters}`;
      const chart = known.get(key) ?? chartOf(written, shift, read);
      known.set(key, chart);
      return chart;
    }),
  );
}

async function chartOf(written: Written, shift: number, read: Song | null): Promise<TakeChart> {
  const { progression, meters, sections } = written;
  const isRead = read?.chart.progression === progression && isSameRow(read.meters, meters);
  const own: Chart = isRead ? read.chart : await parseChords(progression, meters);
  const moved = shift === 0 ? own : await parseChords(progression, meters, shift);
  return { own, moved, shift, meters, sections };
}

/** Of one that is not done, as far as its revisions say it. */
async function writtenOf(made: Arrangement): Promise<readonly Written[]> {
  const takes = Array.from({ length: made.takes }, () => made as Written);
  if (!hasOtherChords(made)) return takes;
  if (made.state === "done") return (await getHistory(made.id)).charts;
  for (const { take, progression, meters } of made.revisions) {
    const before = takes[take];
    if (before && progression !== null)
      takes[take] = { progression, meters: meters ?? before.meters, sections: made.sections };
  }
  return takes;
}
