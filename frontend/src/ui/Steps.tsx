/** Back and forth through what was changed: two buttons of a kind. */

import type { ReadonlySignal } from "@preact/signals";
import { Icon } from "./Icon";

interface Step {
  readonly name: string;
  readonly title: string;
  readonly isPossible: ReadonlySignal<boolean>;
  go(): void;
}

interface StepsProps {
  readonly look: string; // class of a button
  readonly undo: Step;
  readonly redo: Step;
}

export function Steps({ look, undo, redo }: StepsProps) {
  return (
    <>
      <StepButton look={look} icon="undo" step={undo} />
      <StepButton look={look} icon="redo" step={redo} />
    </>
  );
}

function StepButton({ look, icon, step }: { look: string; icon: "undo" | "redo"; step: Step }) {
  return (
    <button
      type="button"
      class={`button ${look}`}
      aria-label={step.name}
      title={step.title}
      disabled={!step.isPossible.value}
      onClick={() => step.go()}
    >
      <Icon name={icon} />
    </button>
  );
}
