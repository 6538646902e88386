/** What a player plays as notes on staves. It is fetched, and engraved, when somebody wants to see it. */

import "../../styles/notation.css";
import { useSignal, useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { ask, Problem } from "../../api";
import { ROLE_NAMES, type Role } from "../../music/piece";
import { alone } from "../../state/opened";
import { bars, piece, take } from "../../state/piece";
import { KINDS } from "../../takeaway";
import { addressAsHeard, mixAsHeard } from "../MidiFile";
import { engrave } from "./engraver";

const CALM = 300; // ms without a change, after which it is drawn again
const SCORE = KINDS.find(({ path }) => path === "score.musicxml");
const FAILED = "The notation could not be drawn: try again.";

export function Notation() {
  const paper = useRef<HTMLDivElement>(null);
  const words = useSignal<string | null>(null);
  useSignalEffect(() => {
    const [role, open] = [alone.value, piece.value];
    void [bars.value, take.value]; // other notes
    if (role === null || open?.state !== "done") {
      words.value = "Notation is there once the last bar is composed.";
      return undefined;
    }
    words.value = "Drawing the notation…";
    const gone = new AbortController();
    const draw = async (): Promise<void> => {
      try {
        const score = await fetchScore(role, gone.signal);
        if (gone.signal.aborted || !paper.current) return;
        await engrave(paper.current, score);
        words.value = null;
      } catch (error) {
        if (gone.signal.aborted) return;
        if (!(error instanceof Problem)) console.error(error);
        words.value = error instanceof Problem ? error.message : FAILED;
      }
    };
    const timer = setTimeout(() => void draw(), CALM);
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  });
  const name = alone.value === null ? "" : ROLE_NAMES[alone.value];
  return (
    <div class="notation">
      <div ref={paper} class="notation-paper" role="img" aria-label={`Notation of ${name}`} />
      {words.value !== null && (
        <p class="muted" role="status">
          {words.value}
        </p>
      )}
    </div>
  );
}

/** The score of one player. */
async function fetchScore(role: Role, signal: AbortSignal): Promise<string> {
  const open = piece.peek();
  if (open === null || SCORE === undefined) return "";
  const address = addressAsHeard(open, SCORE, take.peek(), mixAsHeard(new Set([role])));
  return (await ask(address, { signal })).text();
}
