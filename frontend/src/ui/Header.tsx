/** The name, what this is, and the theme. */

import { Icon } from "./Icon";
import { KeysHelp } from "./KeysHelp";
import { nextTheme, theme } from "./theme";

const THEME_NAMES = { auto: "as your system", dark: "dark", light: "light" };

export function Header() {
  return (
    <header class="header">
      <h1 class="header-name">
        <img src="/favicon.svg" alt="" width="32" height="32" />
        Sideman
      </h1>
      <p class="muted header-about">Type chords, hear a band.</p>
      <div class="header-tools">
        <KeysHelp />
        <button
          type="button"
          class="button quiet"
          aria-label={`Colours: ${THEME_NAMES[theme.value]}`}
          title={`Colours: ${THEME_NAMES[theme.value]}`}
          onClick={nextTheme}
        >
          <Icon name="theme" />
        </button>
      </div>
    </header>
  );
}
