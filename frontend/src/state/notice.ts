/** What the person should know right now. Knows no page. */

import { signal } from "@preact/signals";

/** Something the person should know; `status` of what goes well, `problem` of what doesn't. */
export interface Notice {
  readonly kind: "status" | "problem";
  readonly text: string;
}

export const notice = signal<Notice | null>(null);

export const tell = (text: string): void => {
  notice.value = { kind: "status", text };
};

export const complain = (text: string): void => {
  notice.value = { kind: "problem", text };
};
