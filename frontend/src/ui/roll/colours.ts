/** The page's colours for a canvas, which can't read custom properties. Knows base.css's names; draws nothing. */

import { ROLES, type Role } from "../../music/piece";

/** What the roll is drawn with. */
export interface Colours {
  readonly tracks: Record<Role, string>;
  readonly ground: string;
  readonly shade: string; // rows of black keys
  readonly line: string;
  readonly strong: string; // bar lines
  readonly text: string;
}

/** The colours as they are now, for an element of the page. */
export function coloursOf(element: HTMLElement): Colours {
  const probe = element.ownerDocument.createElement("span");
  probe.hidden = true;
  element.append(probe);
  const colour = (name: string): string => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color; // light-dark() resolved
  };
  const colours = {
    tracks: Object.fromEntries(ROLES.map((role) => [role, colour(role)])) as Record<Role, string>,
    ground: colour("panel"),
    shade: colour("raised"),
    line: colour("line"),
    strong: colour("line-strong"),
    text: colour("text"),
  };
  probe.remove();
  return colours;
}

/** Call back when the page changes between dark and light. Returns what stops it. */
export function watchTheme(changed: () => void): () => void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "class", "style"] });
  dark.addEventListener("change", changed);
  return () => {
    observer.disconnect();
    dark.removeEventListener("change", changed);
  };
}
