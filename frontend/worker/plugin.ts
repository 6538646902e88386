/** The page's service worker as a file of the built page, told what the page is made of. Knows bundles; nothing of the page. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Plugin } from "vite";
import { LICENCES } from "../licences.ts";

export const WORKER = "sw.js";
const INDEX = "index.html";
const SOURCE = path.join(import.meta.dirname, WORKER);
const OPEN = ["/", "/favicon.svg", "/manifest.webmanifest"]; // files whose names stay as they are
const LATER = /opensheetmusicdisplay/; // what few ask for: kept when it was
const DIGITS = 16;

/** Write {@link WORKER} into the page. That of another page has other bytes: so browsers see that there is one. */
export function worker(): Plugin {
  return {
    name: "worker",
    apply: "build",
    generateBundle: {
      order: "post", // the page itself is there
      handler(_, bundle) {
        const page = bundle[INDEX];
        if (page?.type !== "asset") throw new Error(`no ${INDEX} in the bundle`);
        const names = Object.keys(bundle).filter((name) => ![INDEX, LICENCES].includes(name) && !LATER.test(name));
        const source = sourceOf([...OPEN, ...names.map((name) => `/${name}`).sort()], String(page.source));
        this.emitFile({ type: "asset", fileName: WORKER, source });
      },
    },
  };
}

/** The worker of a page that is made of these files. */
export function sourceOf(files: readonly string[], page: string): string {
  const build = createHash("sha256").update(files.join("\n")).update(page).digest("hex").slice(0, DIGITS);
  return `const FILES = ${JSON.stringify(files)};\nconst BUILD = "${build}";\n\n${readFileSync(SOURCE, "utf8")}`;
}
