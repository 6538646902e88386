/** Styles to choose by ear: four bars of each, and the one that was heard last to be taken. */

import { useSignal } from "@preact/signals";
import { player } from "../sound/player";
import { playPreview, stopPreview } from "../sound/previews";
import { offered, options, setOptions } from "../state/band";
import { previewed } from "../state/interlude";
import { Icon } from "./Icon";
import { Menu } from "./Menu";
import { styleName } from "./option-words";
import "../styles/style-previews.css";

/** A button beside the styles that opens them. */
export function StylePreviews() {
  const last = useSignal<string | null>(null);
  const isTaken = last.value === options.value.style;
  const toggle = (style: string): void => {
    if (previewed.peek() === style) {
      stopPreview();
    } else {
      last.value = style;
      void playPreview(player, style);
    }
  };
  return (
    <Menu name="Hear the styles" words="Hear" kind="style-previews" onClose={stopPreview}>
      <div class="style-previews-list">
        {(offered("style")?.choices ?? []).map((style) => {
          const isHeard = previewed.value === style;
          return (
            <button
              type="button"
              class="button small"
              key={style}
              aria-pressed={isHeard}
              title={isHeard ? "Stop" : "Hear four bars"}
              onClick={() => toggle(style)}
            >
              <Icon name={isHeard ? "stop" : "play"} /> {styleName(style)}
            </button>
          );
        })}
      </div>
      <button
        type="button"
        class="button small"
        aria-disabled={last.value === null || isTaken} // not disabled: it keeps the focus, and Escape closes the menu
        onClick={() => last.peek() !== null && setOptions({ style: last.peek() })}
      >
        {last.value === null ? "Hear one to take it" : `${isTaken ? "Taken: " : "Take "}${last.value}`}
      </button>
    </Menu>
  );
}
