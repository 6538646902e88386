// @vitest-environment happy-dom

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { listenToGestures } from "./gestures";

const gestures = { zoom: vi.fn(), scrolled: vi.fn() };
let scroller: HTMLElement;
let surface: HTMLElement;
let stop: () => void;

beforeEach(() => {
  scroller = document.body.appendChild(document.createElement("div"));
  surface = scroller.appendChild(document.createElement("div"));
  surface.tabIndex = 0;
  surface.setPointerCapture = vi.fn();
  let left = 0;
  // A piece of 1,000 pixels more than its view.
  Object.defineProperty(scroller, "scrollLeft", {
    get: () => left,
    set: (to: number) => {
      left = Math.min(Math.max(to, 0), 1000);
      scroller.dispatchEvent(new Event("scroll"));
    },
  });
  stop = listenToGestures(scroller, surface, gestures);
});
afterEach(() => {
  stop();
  scroller.remove();
  vi.clearAllMocks();
});

function wheel(init: WheelEventInit): WheelEvent {
  const event = new WheelEvent("wheel", { bubbles: true, cancelable: true, ...init });
  // happy-dom's wheel events know no mouse and no keys.
  for (const key of ["ctrlKey", "clientX"] as const) Object.defineProperty(event, key, { value: init[key] ?? 0 });
  surface.dispatchEvent(event);
  return event;
}

function pointer(type: string, clientX: number): void {
  surface.dispatchEvent(new PointerEvent(type, { bubbles: true, pointerType: "mouse", button: 0, clientX }));
}

test("the wheel with Ctrl zooms around the pointer instead of the page", () => {
  expect(wheel({ ctrlKey: true, deltaY: -100, clientX: 40 }).defaultPrevented).toBe(true);
  const [factor, x] = gestures.zoom.mock.calls[0] ?? [];
  expect(factor).toBeGreaterThan(1);
  expect(x).toBe(40);
  wheel({ ctrlKey: true, deltaY: 100 });
  expect(gestures.zoom.mock.lastCall?.[0]).toBeCloseTo(1 / factor);
});

test("the wheel scrolls the roll when it has the focus, and the page otherwise", () => {
  expect(wheel({ deltaY: 100 }).defaultPrevented).toBe(false);
  expect(scroller.scrollLeft).toBe(0);
  surface.focus();
  expect(wheel({ deltaY: 100 }).defaultPrevented).toBe(true);
  expect(scroller.scrollLeft).toBe(100);
  expect(gestures.scrolled).toHaveBeenCalled();
  wheel({ deltaY: 5000 });
  expect(wheel({ deltaY: 100 }).defaultPrevented).toBe(false); // at its end
});

test("two fingers zoom by how far they part", () => {
  const touch = (type: string, ...places: number[]): Event => {
    const event = new Event(type, { bubbles: true, cancelable: true });
    Object.assign(event, { touches: places.map((clientX) => ({ clientX, clientY: 0 })) });
    surface.dispatchEvent(event);
    return event;
  };
  expect(touch("touchstart", 10).defaultPrevented).toBe(false); // one finger scrolls
  touch("touchstart", 100, 200);
  expect(touch("touchmove", 50, 250).defaultPrevented).toBe(true);
  expect(gestures.zoom.mock.lastCall).toEqual([2, 150]);
  touch("touchend");
  touch("touchstart", 100, 110);
  expect(gestures.zoom).toHaveBeenCalledTimes(1);
});

test("a mouse drags the roll, and the click at the end of a drag is none", () => {
  const click = vi.fn();
  surface.addEventListener("click", click);
  pointer("pointerdown", 300);
  pointer("pointermove", 200);
  pointer("pointerup", 200);
  surface.click();
  expect(scroller.scrollLeft).toBe(100);
  expect(click).not.toHaveBeenCalled();
  pointer("pointerdown", 300);
  pointer("pointermove", 302);
  pointer("pointerup", 302);
  surface.click();
  expect(scroller.scrollLeft).toBe(100);
  expect(click).toHaveBeenCalledTimes(1);
});

test("what scrolls without a person isn't the person's", () => {
  scroller.scrollLeft = 500;
  expect(gestures.scrolled).not.toHaveBeenCalled();
});
