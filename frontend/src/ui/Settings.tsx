/** The options behind one line that says what they are. Where there is little room it stays folded until asked for. */

import { COMPOSED } from "../music/piece";
import { feel, offered, options, wishes } from "../state/band";
import { isSame, written } from "../state/fields";
import { swingWords } from "./FeelControls";
import { isWide } from "./media";
import { nameOf, OptionsPanel, otherFields } from "./OptionsPanel";

export function Settings() {
  return (
    <details class="panel settings" open={isWide.value}>
      <summary class="settings-summary">
        <h2>Options</h2>
        <span class="muted settings-about">{about()}</span>
      </summary>
      <OptionsPanel />
    </details>
  );
}

function about(): string {
  const { tempo, style, tracks, takes } = options.value;
  const band =
    tracks.length === COMPOSED.length ? "all five play" : tracks.length === 1 ? "one plays" : `${tracks.length} play`;
  const { swing, humanize } = feel.value;
  const played = [
    ...(swing === offered("swing")?.default ? [] : [`swing ${swingWords(swing)}`]),
    ...(humanize === 0 ? [] : [`humanized ${Math.round(humanize * 100)} %`]),
  ];
  const others = otherFields()
    .filter((field) => !isSame(wishes.value[field.name], field.default))
    .map((field) => `${nameOf(field)} ${written(wishes.value[field.name] ?? null)}`);
  return [
    `${tempo} bpm`,
    style ?? "any style",
    band,
    ...(takes > 1 ? [`${takes} takes`] : []),
    ...played,
    ...others,
  ].join(" · ");
}
