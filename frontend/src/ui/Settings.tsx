/** The options: in one bar; behind one line that says what they are where there is little room. */

import { options } from "../state/band";
import { isWide } from "./media";
import { OptionsPanel } from "./OptionsPanel";
import { feelWords, otherWords, tracksWords } from "./option-words";

export function Settings() {
  if (isWide.value) {
    return (
      <section class="panel settings-bar" aria-label="Options">
        <OptionsPanel isBar />
      </section>
    );
  }
  return (
    <details class="panel settings">
      <summary class="settings-summary">
        <h2>Options</h2>
        <span class="muted settings-about">{about()}</span>
      </summary>
      <OptionsPanel />
    </details>
  );
}

function about(): string {
  const { tempo, style, takes } = options.value;
  return [
    `${tempo} bpm`,
    style ?? "any style",
    tracksWords(),
    ...(takes > 1 ? [`${takes} takes`] : []),
    ...feelWords(),
    ...otherWords(),
  ].join(" · ");
}
