/** A "?" that opens the list of shortcuts, where those of a single key are turned off, and the licences. Obeys no key. */

import { useRef } from "preact/hooks";
import { Icon } from "./Icon";
import { SHORTCUTS } from "./keys";
import { singleKeys } from "./single-keys";
import "../styles/keys.css";

interface Group {
  readonly name: string;
  readonly shortcuts: readonly { readonly keys: readonly string[]; readonly about: string }[];
}

// All groups but the first are obeyed where they belong: by the chart, the band's cells, the piano roll and its notes.
const GROUPS: readonly Group[] = [
  { name: "Everywhere", shortcuts: SHORTCUTS },
  {
    name: "Chords",
    shortcuts: [
      { keys: ["Ctrl", "Enter"], about: "Play, in the field" },
      { keys: ["Ctrl", "Z"], about: "Undo" },
      { keys: ["Ctrl", "Shift", "Z"], about: "Redo" },
      { keys: ["Enter"], about: "Hear a chord and select it" },
      { keys: ["Shift", "Enter"], about: "Play from a chord's bar" },
      { keys: ["Alt", "← →"], about: "Move a chord" },
      { keys: ["Delete"], about: "Delete a chord" },
      { keys: ["Ctrl", "D"], about: "Repeat a chord" },
    ],
  },
  {
    name: "Band",
    shortcuts: [
      { keys: ["← → ↑ ↓"], about: "Select a cell" },
      { keys: ["Shift", "← → ↑ ↓"], about: "Select several" },
      { keys: ["Tab"], about: "Go to what can be done with them" },
      { keys: ["Ctrl", "C"], about: "Copy them" },
      { keys: ["Ctrl", "V"], about: "Paste" },
      { keys: ["Ctrl", "A"], about: "Select everything" },
      { keys: ["Enter"], about: "Open the player's roll" },
      { keys: ["Escape"], about: "Select nothing" },
      { keys: ["Ctrl", "Z"], about: "Undo a change of the piece" },
      { keys: ["Ctrl", "Shift", "Z"], about: "Redo a change of the piece" },
    ],
  },
  {
    name: "Piano roll",
    shortcuts: [
      { keys: ["Ctrl", "Wheel"], about: "Zoom" },
      { keys: ["Escape"], about: "Select nothing; end the loop" },
    ],
  },
  {
    name: "Editing notes",
    shortcuts: [
      { keys: ["Ctrl", "← →"], about: "Go to the note before, after" },
      { keys: ["← → ↑ ↓"], about: "Move what is chosen" },
      { keys: ["Shift", "← →"], about: "Shorten, lengthen" },
      { keys: ["Shift", "↑ ↓"], about: "An octave up, down" },
      { keys: ["+ −"], about: "Louder, softer" },
      { keys: ["Enter"], about: "Add a note" },
      { keys: ["Delete"], about: "Delete" },
      { keys: ["Ctrl", "A"], about: "Choose all of the player" },
    ],
  },
];

export function KeysHelp() {
  const dialog = useRef<HTMLDialogElement>(null);
  return (
    <>
      <button
        type="button"
        class="button quiet keys-open"
        aria-label="Keyboard shortcuts"
        title="Keyboard shortcuts"
        onClick={() => dialog.current?.showModal()}
      >
        ?
      </button>
      <dialog ref={dialog} class="keys-dialog" aria-labelledby="keys-title" closedby="any">
        <div class="keys-content">
          <div class="keys-header">
            <h2 id="keys-title">Keyboard shortcuts</h2>
            <button
              type="button"
              class="button quiet"
              aria-label="Close"
              title="Close"
              onClick={() => dialog.current?.close()}
            >
              <Icon name="close" />
            </button>
          </div>
          <label class="keys-single">
            <input
              type="checkbox"
              checked={singleKeys.value}
              onChange={({ currentTarget }) => {
                singleKeys.value = currentTarget.checked;
              }}
            />
            <span>
              Single keys
              <small class="muted">The letter L and the digits. Turn them off if you speak to your computer.</small>
            </span>
          </label>
          {GROUPS.map(({ name, shortcuts }) => (
            <section key={name} aria-label={name}>
              <h3 class="keys-group">{name}</h3>
              <dl class="keys-list">
                {shortcuts.map(({ keys, about }) => (
                  <div key={about} class="keys-row">
                    <dt>
                      {keys.map((key) => (
                        <kbd key={key} class="keys-key">
                          {key}
                        </kbd>
                      ))}
                    </dt>
                    <dd>{about}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
          <p class="keys-licences muted">
            Sideman is free software, made with the work of others:{" "}
            <a href="/licences.txt" target="_blank" rel="noopener">
              their licences
            </a>
            .
          </p>
        </div>
      </dialog>
    </>
  );
}
