// @vitest-environment node
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { build, type Rolldown } from "vite";
import { beforeAll, expect, test } from "vitest";
import { LICENCES, noticesOf, packagesOf } from "./licences";

const PACKAGE = /node_modules\/(?<name>(?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/;
const EMBEDDED = /node_modules\/(?<name>[^/]+)\/src\/externals\/(?<part>[^/]+)\//;

let files: readonly (Rolldown.OutputAsset | Rolldown.OutputChunk)[] = [];
let notice = "";

beforeAll(async () => {
  const built = await build({
    root: import.meta.dirname,
    logLevel: "error",
    build: { write: false, sourcemap: true },
  });
  files = (built as Rolldown.RolldownOutput).output;
  notice = textOf(LICENCES);
}, 60_000);

/** The text of a built file. */
function textOf(name: string): string {
  const file = files.find(({ fileName }) => fileName === name);
  return file?.type === "asset" ? String(file.source) : "";
}

/** All sources that the bundle's own source maps name, and those of files that it takes as they are. */
function sources(): readonly string[] {
  const maps = files.filter(({ fileName }) => fileName.endsWith(".map")).map(({ fileName }) => textOf(fileName));
  const taken = files.flatMap((file) => (file.type === "asset" ? file.originalFileNames : []));
  const theirs = taken.filter((name) => name.endsWith(".js")).map((name) => readFileSync(`${name}.map`, "utf8"));
  return [...taken, ...[...maps, ...theirs].flatMap((map): string[] => JSON.parse(map).sources)];
}

/** What stands below the heading of a package. */
function told(name: string): string {
  const [, after = ""] = notice.split(`=\n${name} (`);
  return after.split(`${"=".repeat(100)}\n`)[1] ?? "";
}

test("every package in the bundle has its licence in the page, with all its text", () => {
  const names = new Set(sources().flatMap((source) => PACKAGE.exec(source)?.groups?.name ?? []));
  expect([...names].sort()).toEqual(expect.arrayContaining(["preact", "spessasynth_core", "stb-vorbis"]));
  for (const name of names) {
    const folder = path.join("node_modules", name);
    const [file = ""] = readdirSync(folder).filter((entry) => /^licen[cs]e/i.test(entry));
    expect(told(name).trim(), name).toBe(readFileSync(path.join(folder, file), "utf8").trim());
  }
});

test("so has what is embedded in packages", () => {
  const parts = new Set(sources().flatMap((source) => EMBEDDED.exec(source)?.groups?.part ?? []));
  expect(parts).toContain("fflate");
  for (const part of [...parts, "stb_vorbis", "musl", "emscripten"]) {
    expect(told(part), part).toContain("Copyright");
    expect(told(part), part).toContain("Permission is hereby granted");
  }
});

test("the bundler's helpers in the bundle are told, what else is in the bundler isn't", () => {
  expect(told("vite")).toContain("Permission is hereby granted");
  expect(told("vite")).not.toContain("bundled dependencies");
  expect(told("vitest")).toBe("");
});

function folderWith(contents: Readonly<Record<string, string>>): string {
  const folder = path.join(mkdtempSync(path.join(tmpdir(), "licences-")), "node_modules", "some");
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(contents)) writeFileSync(path.join(folder, name), text);
  return folder;
}

const PACKAGE_JSON = JSON.stringify({ name: "some", version: "1.0", license: "Apache-2.0" });

test("a package's NOTICE is passed on with its licence", () => {
  const folder = folderWith({
    "package.json": PACKAGE_JSON,
    LICENSE: "may be used",
    NOTICE: "by somebody",
    "x.js": "",
  });
  expect(packagesOf([path.join(folder, "x.js"), "/page/src/main.tsx"])).toEqual([folder]);
  expect(noticesOf(folder)).toEqual([{ name: "some", about: "1.0, Apache-2.0", text: "may be used\n\nby somebody" }]);
});

test("a package without a licence is not bundled", () => {
  const folder = folderWith({ "package.json": PACKAGE_JSON, LICENSE: " \n" });
  expect(() => noticesOf(folder)).toThrow("some 1.0 comes without a licence");
});
