/** The pieces that this browser has had composed: open, rename, delete. */

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Arrangement } from "../api";
import { offer } from "../state/band";
import { piece } from "../state/piece";
import { difference } from "../state/playing";
import { open, pieces, remove, rename } from "../state/session";
import { Icon } from "./Icon";
import { NameForm } from "./NameForm";
import { chordsBeside, pieceWords, whenWords } from "./piece-words";
import "../styles/pieces.css";

export function Pieces() {
  const days = offer.value?.retention_days;
  return (
    <section class="panel pieces" aria-label="History">
      <h2 id="pieces-title" tabIndex={-1}>
        Your pieces
      </h2>
      {pieces.value.length === 0 ? (
        <p class="muted">
          What you have composed stays here{days === undefined ? "" : ` for ${days} days`}, for this browser alone.
        </p>
      ) : (
        <ul class="pieces-list" aria-labelledby="pieces-title">
          {pieces.value.map((each) => (
            <Item key={each.id} piece={each} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Item({ piece: each }: { piece: Arrangement }) {
  const doing = useSignal<"renaming" | "deleting" | null>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const chords = chordsBeside(each);
  const close = (): void => {
    doing.value = null;
    setTimeout(() => opener.current?.focus()); // once it is drawn again
  };
  return (
    <li class={`pieces-item${piece.value?.id === each.id ? " is-open" : ""}`}>
      {doing.value === "renaming" ? (
        <NameForm name={each.name} rename={(name) => rename(each.id, name)} close={close} />
      ) : (
        <>
          <button
            ref={opener}
            type="button"
            class="pieces-open"
            aria-current={piece.value?.id === each.id ? "true" : undefined}
            title={each.progression}
            onClick={() => open(each)}
          >
            <span class="pieces-name">
              <span class="hidden">Open </span>
              {each.name}
            </span>
            <span class="muted pieces-when">{whenWords(each.created, new Date())}</span>
            {chords !== null && <span class="pieces-about">{chords}</span>}
            <span class="muted pieces-about">{pieceWords(each)}</span>
            {piece.value?.id === each.id && difference.value !== null && (
              <span class="muted pieces-about">Not of the {difference.value} above</span>
            )}
          </button>
          {doing.value === "deleting" ? (
            <Confirm piece={each} close={close} />
          ) : (
            <>
              <button
                type="button"
                class="button quiet small"
                aria-label={`Rename ${each.name}`}
                title="Rename"
                onClick={() => (doing.value = "renaming")}
              >
                <Icon name="rename" />
              </button>
              <button
                type="button"
                class="button quiet small"
                aria-label={`Delete ${each.name}`}
                title="Delete"
                onClick={() => (doing.value = "deleting")}
              >
                <Icon name="remove" />
              </button>
            </>
          )}
        </>
      )}
    </li>
  );
}

function Confirm({ piece: each, close }: { piece: Arrangement; close: () => void }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  return (
    <>
      <button
        ref={button}
        type="button"
        class="button small pieces-delete"
        aria-label={`Really delete ${each.name}`}
        onClick={() => void removeAndStay(each.id)}
      >
        Delete
      </button>
      <button type="button" class="button quiet small" onClick={close}>
        Keep
      </button>
    </>
  );
}

/** Delete a piece; the focus goes to the next of the list, or to its heading. */
async function removeAndStay(id: string): Promise<void> {
  const at = pieces.peek().findIndex((each) => each.id === id);
  await remove(id);
  const left = document.querySelectorAll<HTMLElement>(".pieces-open");
  (left[Math.min(at, left.length - 1)] ?? document.getElementById("pieces-title"))?.focus();
}
