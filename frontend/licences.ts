/**
 * The licences of what the page is built from, as a file of the built page. Knows packages and bundles; nothing of the page.
 *
 * What was bundled is read from the bundle itself: from the modules of its scripts, from the files that it takes as they
 * are, and, where a package is a bundle of others, from its source map. What a package holds of others without saying so
 * in either, such as C that was compiled, lies in `licences/PACKAGE/NAME.txt`.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Plugin, Rolldown } from "vite";

export const LICENCES = "licences.txt";
const EMBEDDED = path.join(import.meta.dirname, "licences");
const RULE = "=".repeat(100);
const PACKAGES = "node_modules/";
const TOOL = /^\0?(?<name>vite|rolldown)\//; // helpers that the tools put into a bundle
const SCOPED = /^(?:@[^/]+\/)?[^/]+/;
const BUNDLED = "\n# Licenses of bundled dependencies"; // Vite's own file goes on with those of the tool, not of its helpers
const TEXTS = /^(licen[cs]e|copying|notice)([.-].*)?$/i; // also the NOTICE that Apache's licence asks to pass on

/** Someone's work that is in the page. */
export interface Notice {
  readonly name: string;
  readonly about: string; // version and licence, or what it is part of
  readonly text: string;
}

/** Write {@link LICENCES} into the page. A package without a licence is an error: it may not be passed on. */
export function licences(): Plugin {
  return {
    name: "licences",
    apply: "build",
    generateBundle(_, bundle) {
      const notices = packagesOf(filesOf(bundle)).flatMap(noticesOf);
      this.emitFile({ type: "asset", fileName: LICENCES, source: format(notices) });
    },
  };
}

/** The files and helpers that a bundle was made of. */
export function filesOf(bundle: Rolldown.OutputBundle): readonly string[] {
  return Object.values(bundle).flatMap((output) =>
    output.type === "chunk"
      ? output.moduleIds
      : output.originalFileNames.map((name) => path.resolve(import.meta.dirname, name)),
  );
}

/** The folders of the packages that these files belong to or, bundles themselves, were made of; by name. */
export function packagesOf(files: readonly string[]): readonly string[] {
  const folders = new Set<string>();
  for (const file of files) {
    const tool = TOOL.exec(file)?.groups?.name;
    if (tool) folders.add(path.join(import.meta.dirname, PACKAGES, tool));
    const own = file.split("?")[0] ?? file;
    const folder = folderOf(own);
    if (folder === null) continue;
    folders.add(folder);
    for (const source of sourcesOf(own)) {
      const name =
        source.includes(PACKAGES) && SCOPED.exec(source.slice(source.lastIndexOf(PACKAGES) + PACKAGES.length));
      if (name) folders.add(find(name[0], folder));
    }
  }
  return [...folders].sort();
}

/** What there is to say of a package, and of what it holds from others. Throws where there is no licence. */
export function noticesOf(folder: string): readonly Notice[] {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  const files = readdirSync(folder).filter((file) => TEXTS.test(file));
  const texts = files.map((file) => read(path.join(folder, file)).split(BUNDLED)[0]?.trim() ?? "");
  if (!license || texts.every((text) => text === "")) throw new Error(`${name} ${version} comes without a licence`);
  const embedded = path.join(EMBEDDED, name);
  const parts = existsSync(embedded) ? readdirSync(embedded).sort() : [];
  return [
    { name, about: `${version}, ${license}`, text: texts.join(`\n\n`) },
    ...parts.map((file) => ({
      name: path.basename(file, ".txt"),
      about: `in ${name}`,
      text: read(path.join(embedded, file)).trim(),
    })),
  ];
}

function format(notices: readonly Notice[]): string {
  const head = "Sideman's page is under the MIT licence. It contains the work of others, under these:";
  const names = notices.map(({ name, about }) => `  ${name} (${about})`).join("\n");
  const texts = notices.map(({ name, about, text }) => `${RULE}\n${name} (${about})\n${RULE}\n\n${text}\n`);
  return `${head}\n\n${names}\n\n${texts.join("\n")}`;
}

/** The folder of the package that a file belongs to; null for the page's own. */
function folderOf(file: string): string | null {
  const at = file.lastIndexOf(PACKAGES);
  if (at < 0) return null;
  const name = SCOPED.exec(file.slice(at + PACKAGES.length));
  return name && file.slice(0, at + PACKAGES.length) + name[0];
}

/** The sources that a file's map names. */
function sourcesOf(file: string): readonly string[] {
  const map = `${file}.map`;
  return existsSync(map) ? JSON.parse(read(map)).sources : [];
}

/** The folder of a package that one in `from` uses. */
function find(name: string, from: string): string {
  const inside = path.join(from, PACKAGES, name);
  return existsSync(inside) ? inside : path.join(import.meta.dirname, PACKAGES, name);
}

function read(file: string): string {
  return readFileSync(file, "utf8");
}
