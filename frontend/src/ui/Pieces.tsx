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
import "../styles/pieces.css";

const STATES: Record<Arrangement["state"], string> = {
  waiting: "waits for its turn",
  composing: "being composed",
  done: "",
  stopped: "not finished",
  failed: "failed",
};

export function Pieces() {
  const days = offer.value?.retention_days;
  return (
    <section class="panel pieces" aria-label="History">
      <h2 id="pieces-title">Your pieces</h2>
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
            <span class="pieces-chart">{each.progression}</span>
            <span class="muted pieces-about">{about(each)}</span>
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
        onClick={() => remove(each.id)}
      >
        Delete
      </button>
      <button type="button" class="button quiet small" onClick={close}>
        Keep
      </button>
    </>
  );
}

function about(each: Arrangement): string {
  const parts = [each.key, `${each.bars} ${each.bars === 1 ? "bar" : "bars"}`, `${each.tempo} bpm`];
  if (each.style) parts.push(each.style);
  if (each.takes > 1) parts.push(`${each.takes} takes`);
  if (STATES[each.state]) parts.push(STATES[each.state]);
  return parts.join(" · ");
}
