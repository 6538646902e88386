/** Controls behind a button: open below it, or above, until somebody presses elsewhere or Escape. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import "../styles/menu.css";

interface MenuProps {
  readonly name: string; // what it is for, where `words` don't say it
  readonly words: string; // on the button: what is set
  readonly kind?: string; // a class
  readonly title?: string;
  readonly onClose?: () => void;
  readonly children: ComponentChildren;
}

export function Menu({ name, words, kind = "", title = name, onClose, children }: MenuProps) {
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = ({ target }: Event) => {
      const menu = details.current;
      if (menu?.open && target instanceof Node && !menu.contains(target)) menu.open = false;
    };
    document.addEventListener("pointerdown", close);
    return () => document.removeEventListener("pointerdown", close);
  }, []);
  return (
    <details
      class={`menu ${kind}`}
      ref={details}
      onKeyDown={closeByEscape}
      onToggle={({ currentTarget }) => !currentTarget.open && onClose?.()}
    >
      <summary class="button" title={title}>
        {name !== words && <span class="hidden">{name}: </span>}
        <span class="menu-words">{words}</span>
      </summary>
      <div class="menu-panel">{children}</div>
    </details>
  );
}

function closeByEscape(event: KeyboardEvent & { readonly currentTarget: HTMLDetailsElement }): void {
  if (event.key !== "Escape" || !event.currentTarget.open) return;
  event.currentTarget.open = false;
  event.currentTarget.querySelector("summary")?.focus();
  event.stopPropagation(); // nothing else is closed by it
}
