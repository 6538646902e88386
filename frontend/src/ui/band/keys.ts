/** What keys do on a cell. Knows places; no elements. */

import type { Role } from "../../music/piece";
import type { Place } from "../../state/selecting";

/** What a key means on a cell. */
export type CellKey =
  | { readonly kind: "go"; readonly to: Place; readonly isExtending: boolean }
  | { readonly kind: "open" | "copy" | "paste" | "nothing" | "tools" | "everything" };

type Pressed = Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">;

const STEPS: Record<string, readonly [rows: number, bars: number]> = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  Home: [0, Number.NEGATIVE_INFINITY],
  End: [0, Number.POSITIVE_INFINITY],
};

/** What a key means at a place; undefined where it is for somebody else. */
export function cellKey(
  event: Pressed,
  at: Place,
  roles: readonly Role[],
  count: number,
  hasSelection: boolean,
): CellKey | undefined {
  const isCommand = event.ctrlKey || event.metaKey;
  if (event.altKey) return undefined;
  if (isCommand) {
    const commands: Record<string, CellKey["kind"]> = { c: "copy", v: "paste", a: "everything" };
    const kind = commands[event.key.toLowerCase()];
    return kind === undefined || kind === "go" ? undefined : { kind };
  }
  if (event.key === "Enter") return { kind: "open" };
  if (event.key === "Escape" && hasSelection) return { kind: "nothing" };
  if (event.key === "Tab" && !event.shiftKey && hasSelection) return { kind: "tools" };
  const step = STEPS[event.key];
  if (step === undefined) return undefined;
  const within = (value: number, last: number): number => Math.min(Math.max(value, 0), last);
  const role = roles[within(roles.indexOf(at.role) + step[0], roles.length - 1)] ?? at.role;
  return { kind: "go", to: { role, bar: within(at.bar + step[1], count - 1) }, isExtending: event.shiftKey };
}
