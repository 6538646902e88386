/** A lane for each player below the notes: where it plays, what is selected and locked. Drag over it to select. */

import { useRef } from "preact/hooks";
import { ROLE_NAMES, type Role } from "../../music/piece";
import { bars, piece, pieceLines } from "../../state/piece";
import { lockedBars, players, select, selection } from "../../state/selecting";
import { barsBetween } from "./geometry";
import type { View } from "./view";

/** Bars that follow one another; `to` is the first one after them. */
interface Run {
  readonly from: number;
  readonly to: number;
}

/** Bars in their order as runs. */
export function runsOf(numbers: readonly number[]): readonly Run[] {
  const runs: Run[] = [];
  for (const bar of numbers) {
    const last = runs.at(-1);
    if (last?.to === bar) runs[runs.length - 1] = { from: last.from, to: bar + 1 };
    else runs.push({ from: bar, to: bar + 1 });
  }
  return runs;
}

export function Lanes({ view }: { readonly view: View }) {
  const begun = useRef<{ readonly x: number; readonly role: Role } | null>(null);
  if (piece.value?.state !== "done") return null;
  const [scale, lines, roles] = [view.scale.value, pieceLines.value, players.value];

  const placeOf = (event: PointerEvent): { readonly x: number; readonly role: Role } | null => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * roles.length);
    const role = roles[Math.min(Math.max(row, 0), roles.length - 1)];
    return role === undefined ? null : { x: event.clientX - box.left, role };
  };
  const choose = (event: PointerEvent): void => {
    const [start, here] = [begun.current, placeOf(event)];
    if (start === null || here === null) return;
    const [first, last] = [roles.indexOf(start.role), roles.indexOf(here.role)].sort((one, other) => one - other);
    select({ roles: roles.slice(first, (last ?? 0) + 1), ...barsBetween(start.x, here.x, scale, lines) });
  };
  const boxOf = ({ from, to }: Run) => {
    const left = lines.onset(from) * scale;
    return { left: `${left}px`, width: `${lines.onset(to) * scale - left}px` };
  };
  return (
    <div
      class="roll-lanes"
      data-testid="lanes"
      title="Drag over players and bars to select them"
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
        begun.current = placeOf(event);
        choose(event);
      }}
      onPointerMove={choose}
      onPointerUp={() => {
        begun.current = null;
      }}
      onPointerCancel={() => {
        begun.current = null;
      }}
    >
      {roles.map((role) => (
        <div key={role} class={`roll-lane is-${role}`}>
          {runsOf(playedBars(role)).map((run) => (
            <i key={run.from} class="roll-run" style={boxOf(run)} />
          ))}
          {selection.value?.roles.includes(role) && <i class="roll-selected" style={boxOf(selection.value)} />}
          {runsOf(lockedBars(role)).map((run) => (
            <i key={run.from} class="roll-locked" style={boxOf(run)} />
          ))}
        </div>
      ))}
    </div>
  );
}

const playedBars = (role: Role): readonly number[] =>
  [...bars.value.keys()].filter((bar) => (bars.value[bar]?.[role]?.length ?? 0) > 0);

/** Whose lane is whose. */
export function LaneNames() {
  if (piece.value?.state !== "done") return null;
  return (
    <div class="roll-lane-names" aria-hidden="true">
      {players.value.map((role) => (
        <span key={role}>{ROLE_NAMES[role]}</span>
      ))}
    </div>
  );
}
