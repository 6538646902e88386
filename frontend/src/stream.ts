/** The bars of a piece as they are composed, over server-sent events. Knows the wire; not what becomes of the bars. */

import type { BarNotes } from "./music/piece";
import type { Events, State } from "./wire";

type Kind = keyof Events;

/** How a piece ended. */
export type End = Exclude<State, "waiting" | "composing">;

/** Who wants to hear. */
export interface Listener {
  /** A bar was composed. After a break it may be told again. */
  bar(take: number, bar: number, notes: BarNotes, candidate: number | null): void;
  /** So many bars of all are there. */
  progress?(bars: number, of: number): void;
  /** All is told: nothing is called any more. */
  ended(end: End, detail: string | null): void;
  /** The connection broke; it is tried again by itself where `forGood` is false. */
  interrupted(forGood: boolean): void;
}

const ENDS = [
  ["done", "done"],
  ["stopped", "stopped"],
  ["error", "failed"],
] as const satisfies readonly (readonly [Kind, End])[];

/** Where what happens to a piece is told, or to its revision under way. */
export const eventsOf = (id: string, of: "" | "/revisions" = ""): string => `/api/arrangements/${id}${of}/events`;

/** Hear of a piece from its first bar on, or of its revision under way. Returns what stops it. */
export function listen(id: string, listener: Listener, of: "" | "/revisions" = ""): () => void {
  const source = new EventSource(eventsOf(id, of));
  source.addEventListener("bar", (event) => {
    const { take, bar, notes, candidate = null } = read("bar", event);
    listener.bar(take, bar, notes, candidate);
  });
  source.addEventListener("progress", (event) => {
    const { bars, of: all } = read("progress", event);
    listener.progress?.(bars, all);
  });
  for (const [kind, end] of ENDS) {
    source.addEventListener(kind, (event: Event) => {
      if (event instanceof MessageEvent) {
        source.close();
        listener.ended(end, read(kind, event).detail ?? null);
      } else {
        listener.interrupted(source.readyState === EventSource.CLOSED); // the browser's own "error": no message
      }
    });
  }
  return () => source.close();
}

/** The data of an event. */
function read<Name extends Kind>(_: Name, event: MessageEvent<string>): Events[Name] {
  return JSON.parse(event.data);
}
