/** The shortcuts of the page: which key does what, and when a key belongs to somebody else. Knows no player. */

import { ROLE_NAMES, ROLES, type Role } from "../music/piece";
import { singleKeys } from "./single-keys";

/** What keys can do. */
export interface KeyActions {
  playOrPause(): void;
  /** A bar back or forth. */
  step(direction: -1 | 1): void;
  toStart(): void;
  toggleLoop(): void;
  mute(role: Role): void;
  solo(role: Role): void;
}

interface Shortcut {
  readonly keys: readonly string[]; // as they are shown, to be pressed together
  readonly about: string;
  readonly on: string; // the event's code, the place on the keyboard; or its key, where the letter counts
  readonly shift?: boolean;
  readonly isCharacter?: true; // what voice control and a slip of the hand type too: can be turned off
  readonly act: (actions: KeyActions) => void;
}

export const SHORTCUTS: readonly Shortcut[] = [
  { keys: ["Space"], about: "Play or pause", on: "Space", act: (actions) => actions.playOrPause() },
  { keys: ["←"], about: "A bar back", on: "ArrowLeft", act: (actions) => actions.step(-1) },
  { keys: ["→"], about: "A bar on", on: "ArrowRight", act: (actions) => actions.step(1) },
  { keys: ["Home"], about: "Back to the start", on: "Home", act: (actions) => actions.toStart() },
  { keys: ["L"], about: "Loop on or off", on: "l", isCharacter: true, act: (actions) => actions.toggleLoop() },
  ...ROLES.map((role, index) => ({
    keys: [`${index + 1}`],
    about: `Mute ${ROLE_NAMES[role].toLowerCase()}`,
    on: `Digit${index + 1}`,
    isCharacter: true as const,
    act: (actions: KeyActions) => actions.mute(role),
  })),
  ...ROLES.map((role, index) => ({
    keys: ["Shift", `${index + 1}`],
    about: `Hear ${ROLE_NAMES[role].toLowerCase()} alone`,
    on: `Digit${index + 1}`,
    shift: true,
    isCharacter: true as const,
    act: (actions: KeyActions) => actions.solo(role),
  })),
];

const MOVES = ["ArrowLeft", "ArrowRight", "Home"];
const PRESSES = ["Space"];
const BUTTONS = "button, summary, [role=button], [role=checkbox], [role=switch]";
// Who uses which keys where it has the focus; the first that fits. Null: all of them.
const OWNERS: readonly (readonly [selector: string, codes: readonly string[] | null])[] = [
  ["dialog, [role=dialog], [role=menu], [role=listbox], [contenteditable]", null],
  ["input[type=range], [role=slider]", MOVES],
  ["input[type=checkbox], input[type=button], input[type=submit]", PRESSES],
  ["input[type=radio], [role=radio], [role=tab]", [...MOVES, ...PRESSES]],
  ["input, textarea, select", null],
  [BUTTONS, PRESSES],
];

/** Whether a key is for what has the focus. A button that was clicked isn't pressed again by Space. */
function isOwned(event: KeyboardEvent, clicked: EventTarget | null): boolean {
  const focused = event.target instanceof Element ? event.target : null;
  const owner = OWNERS.find(([selector]) => focused?.closest(selector));
  if (owner === undefined) return false;
  const [selector, codes] = owner;
  if (selector === BUTTONS && focused === clicked) return false;
  return codes === null || codes.includes(event.code);
}

/** The shortcut of a key that was pressed; undefined where it has none, or belongs to what has the focus. */
function shortcutOf(event: KeyboardEvent, clicked: EventTarget | null): Shortcut | undefined {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return undefined;
  if (isOwned(event, clicked)) return undefined;
  const pressed = [event.code, event.key.toLowerCase()];
  const found = SHORTCUTS.find(({ on, shift = false }) => pressed.includes(on) && shift === event.shiftKey);
  return found?.isCharacter && !singleKeys.peek() ? undefined : found;
}

/** Obey the shortcuts on the whole page. Returns what ends that. */
export function obeyKeys(actions: KeyActions): () => void {
  const stop = new AbortController();
  let clicked: EventTarget | null = null; // what got the focus by a click; later it can't be told, as any key draws the ring
  const held = new Set<string>(); // keys that are down and were obeyed

  const focus = ({ target }: FocusEvent) => {
    clicked = target instanceof Element && !target.matches(":focus-visible") ? target : null;
  };
  const press = (event: KeyboardEvent) => {
    held.delete(event.code);
    const shortcut = shortcutOf(event, clicked);
    if (shortcut === undefined) return;
    event.preventDefault();
    held.add(event.code);
    if (!event.repeat || MOVES.includes(event.code)) shortcut.act(actions);
  };
  const release = (event: KeyboardEvent) => {
    if (held.delete(event.code)) event.preventDefault(); // some browsers press a button only now
  };
  window.addEventListener("focusin", focus, { signal: stop.signal });
  window.addEventListener("keydown", press, { signal: stop.signal });
  window.addEventListener("keyup", release, { signal: stop.signal });
  return () => stop.abort();
}
