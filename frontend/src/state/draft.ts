/** What the browser keeps of the chart, through a reload and for the next visit. Knows no page. */

import type { Values } from "./fields";
import { beginWith, type Choices, textOfVersion, type Version } from "./history";

const STORAGE_KEY = "sideman.chart";

/** Put the chart back that was in the field before the page was loaded again. Returns whether there was one. */
export function recallText(): boolean {
  const kept = recall();
  if (kept === null) return false;
  beginWith(readDraft(kept));
  return true;
}

type Draft = Pick<Version, "text" | "name" | "choices" | "taken" | "brought">;

/** Of drafts of before December 2026. */
interface Old {
  readonly tempo?: unknown;
}

/** What {@link remember} keeps. */
function readDraft(kept: string): Partial<Draft> & { readonly text: string } {
  try {
    const draft: unknown = JSON.parse(kept);
    if (typeof draft === "object" && draft !== null && "text" in draft && typeof draft.text === "string") {
      const { text, name, choices, taken, brought, tempo } = draft as Partial<Draft> & Old & { readonly text: string };
      const named = { ...valuesIn(taken), ...(typeof tempo === "number" ? { tempo } : {}) };
      return {
        text,
        name: typeof name === "string" ? name : "",
        choices: typeof choices === "object" ? answersOf(choices) : {},
        taken: named,
        brought: { ...named, ...valuesIn(brought) },
      };
    }
  } catch {
    // Drafts of before 2026-11-30 are the text alone.
  }
  return { text: kept };
}

function valuesIn(taken: unknown): Values {
  const values = Object.entries(typeof taken === "object" && taken !== null ? taken : {});
  return Object.fromEntries(values.filter(([, value]) => typeof value === "string" || typeof value === "number"));
}

function answersOf(choices: Choices | null): Choices {
  return Object.fromEntries(Object.entries(choices ?? {}).filter(([, answer]) => typeof answer === "string"));
}

/** Keep the chart for {@link recallText}. */
export function remember(version: Version): void {
  const { taken, brought } = version;
  try {
    const draft = JSON.stringify({ ...textOfVersion(version), taken, brought });
    sessionStorage.setItem(STORAGE_KEY, draft); // this tab's, after a reload
    localStorage.setItem(STORAGE_KEY, draft); // the latest, for a new tab
  } catch {
    // Nothing is kept then, or the text is too long for it: the page works without.
  }
}

function recall(): string | null {
  try {
    return sessionStorage.getItem(STORAGE_KEY) ?? localStorage.getItem(STORAGE_KEY);
  } catch {
    return null; // the browser keeps nothing for this page
  }
}
