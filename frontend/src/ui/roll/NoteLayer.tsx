/** Over the roll's notes while they are edited: takes pointers, fingers and keys, and says what is chosen. */

import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { ROLE_NAMES } from "../../music/piece";
import { chosen, editedRole, flush } from "../../state/editing";
import { pieceLines } from "../../state/piece";
import type { Player } from "../../state/playback";
import { addAt, cursorOver, type Field, type Frame, type Gesture, press, pressKey } from "./editing";
import { FINGER, MOUSE } from "./hit";
import type { View } from "./view";
import { chosenWords } from "./words";

const AGAIN = 400; // milliseconds within which a second press adds a note
const NEAR = 12; // pixels from the first

interface Press {
  readonly x: number;
  readonly y: number;
  readonly time: number;
}

export function NoteLayer({ view, player }: { readonly view: View; readonly player: Player }) {
  const layer = useRef<HTMLDivElement>(null);
  const gesture = useRef<Gesture | null>(null);
  const last = useRef<Press | null>(null); // on an empty place
  const frame = useSignal<Frame | null>(null);
  const sounded = useRef("");
  const role = editedRole.value;

  const field = (): Field => ({ rows: view.rows.peek(), scale: view.scale.peek(), lines: pieceLines.peek() });
  const sound = (isNew = true): void => {
    const [note] = chosen.peek();
    const name = note ? `${note[2]}` : "";
    if (note && (isNew || name !== sounded.current)) void player.strike(editedRole.peek(), note[2], note[3]);
    sounded.current = name;
  };
  /** Have the first chosen note in view. */
  const reveal = (): void => {
    const [scroller, [note]] = [layer.current?.closest(".roll-scroller"), chosen.peek()];
    if (!scroller || !note) return;
    const x = note[0] * view.scale.peek();
    const isSeen = x >= scroller.scrollLeft && x <= scroller.scrollLeft + 0.9 * scroller.clientWidth;
    if (isSeen) return;
    view.following.value = false;
    scroller.scrollLeft = x - scroller.clientWidth / 3;
  };
  useLayoutEffect(() => {
    const element = layer.current;
    const stop = new AbortController();
    // A finger on a note moves it; on an empty place it scrolls, as it does without editing.
    const hold = (event: TouchEvent): void => {
      if (gesture.current?.held && event.cancelable) event.preventDefault();
    };
    element?.addEventListener("touchstart", hold, { signal: stop.signal, passive: false });
    element?.addEventListener("touchmove", hold, { signal: stop.signal, passive: false });
    element?.focus({ preventScroll: true });
    return () => stop.abort();
  }, []);

  const down = (event: PointerEvent): void => {
    if (event.button !== 0 || !event.isPrimary) return;
    flush();
    layer.current?.focus({ preventScroll: true });
    const [x, y] = placeIn(event);
    const isFinger = event.pointerType === "touch";
    const begun = press(x, y, event.shiftKey, isFinger ? FINGER : MOUSE, field());
    gesture.current = begun;
    if (begun.held || !isFinger) layer.current?.setPointerCapture(event.pointerId);
    const now = { x, y, time: event.timeStamp };
    const isSecond = last.current !== null && isAgain(last.current, now);
    last.current = begun.held ? null : now;
    if (begun.held) sound();
    else if (isSecond && addAt(x, y, field())) {
      last.current = gesture.current = null;
      sound();
      flush();
    }
  };
  const move = (event: PointerEvent): void => {
    if (gesture.current === null && layer.current) layer.current.style.cursor = cursorOver(...placeIn(event), field());
    if (gesture.current === null || (event.pointerType === "touch" && gesture.current.held === null)) return;
    frame.value = gesture.current.to(...placeIn(event));
    if (gesture.current.held) sound(false);
  };
  const end = (): void => {
    gesture.current = null;
    frame.value = null;
    flush();
  };
  const key = (event: KeyboardEvent): void => {
    const meant = pressKey(event, player.position(), pieceLines.peek());
    if (meant === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (meant.sounds) sound();
    reveal();
    if (["Delete", "Backspace", "Enter", "Insert"].includes(event.key)) flush();
  };
  return (
    <div
      ref={layer}
      class="roll-notes"
      data-testid="notes"
      role="application"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: an application takes keys of its own
      tabIndex={0}
      aria-label={`Notes of ${ROLE_NAMES[role].toLowerCase()}`}
      aria-roledescription="note editor"
      aria-describedby="edit-keys"
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={end}
      onKeyDown={key}
      onBlur={() => gesture.current === null && flush()}
    >
      {frame.value && (
        <i
          class="roll-frame-box"
          style={Object.fromEntries(Object.entries(frame.value).map(([name, pixels]) => [name, `${pixels}px`]))}
        />
      )}
      <span class="hidden" aria-live="polite">
        {chosenWords(role, chosen.value, pieceLines.value)}
      </span>
    </div>
  );
}

const isAgain = (first: Press, second: Press): boolean =>
  second.time - first.time < AGAIN && Math.hypot(second.x - first.x, second.y - first.y) < NEAR;

/** Where in the piece an event is, in pixels. */
function placeIn(event: PointerEvent): [x: number, y: number] {
  const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}
