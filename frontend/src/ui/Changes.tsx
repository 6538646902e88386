/** What was changed in the open piece, from its first note on: go to any of it, and name it. */

import { useSignal } from "@preact/signals";
import { takeName } from "../music/piece";
import { piece } from "../state/piece";
import { changes, goTo, hasCandidates, isChanging, nameChange } from "../state/redoing";
import type { RevisionTold } from "../wire";
import { Icon } from "./Icon";
import { NameForm } from "./NameForm";

export function Changes() {
  const told = changes.value;
  if (told === null) return null;
  return (
    <details class="redoing-changes">
      <summary>
        Changes: {told.revisions.length === 0 ? "none yet" : `${told.position} of ${told.revisions.length} stand`}
      </summary>
      <ol class="redoing-list" aria-label="Changes">
        <li class="redoing-change">
          <Go position={0} name="As composed" />
        </li>
        {told.revisions.map((revision, number) => (
          <Change key={number} revision={revision} number={number} />
        ))}
      </ol>
    </details>
  );
}

function Change({ revision, number }: { readonly revision: RevisionTold; readonly number: number }) {
  const isNaming = useSignal(false);
  const of = (piece.value?.takes ?? 1) > 1 ? `, take ${takeName(revision.take)}` : "";
  const name = revision.name + of;
  const isUndone = number >= (changes.value?.position ?? 0);
  return (
    <li class={isUndone ? "redoing-change is-undone" : "redoing-change"}>
      {isNaming.value ? (
        <NameForm
          name={revision.name}
          rename={(other) => nameChange(number, other)}
          close={() => {
            isNaming.value = false;
          }}
        />
      ) : (
        <>
          <Go position={number + 1} name={name} />
          <button
            type="button"
            class="button quiet small"
            aria-label={`Rename ${name}`}
            title="Rename"
            disabled={hasCandidates.value}
            onClick={() => {
              isNaming.value = true;
            }}
          >
            <Icon name="rename" />
          </button>
        </>
      )}
    </li>
  );
}

function Go({ position, name }: { readonly position: number; readonly name: string }) {
  return (
    <button
      type="button"
      class="button quiet small redoing-go"
      aria-current={changes.value?.position === position ? "step" : undefined}
      disabled={isChanging.value || hasCandidates.value}
      onClick={() => goTo(position)}
    >
      {name}
    </button>
  );
}
