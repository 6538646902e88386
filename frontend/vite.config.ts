import { readdirSync, readFileSync } from "node:fs";
import type { HttpProxy } from "vite";
import { configDefaults, defineConfig } from "vitest/config";
import { licences } from "./licences.ts";
import { worker } from "./worker/plugin.ts";

const SERVER = "http://127.0.0.1:8000"; // `sideman serve`, for `npm run dev`

const proxied = {
  target: SERVER,
  // The server refuses what pages of other sites ask for: this one is served from another port.
  configure: (proxy: HttpProxy.ProxyServer) => proxy.on("proxyReq", (request) => request.removeHeader("origin")),
};

const tests = readdirSync("src", { recursive: true, encoding: "utf8" })
  .map((file) => `src/${file.replaceAll("\\", "/")}`)
  .filter((file) => /\.test\.tsx?$/.test(file))
  .map((file) => ({ file, text: readFileSync(file, "utf8") }));
const naming = (words: RegExp) => tests.filter(({ text }) => words.test(text)).map(({ file }) => file);
const alone = naming(/vi\.mock\(/);
const pages = naming(/@vitest-environment/).filter((file) => !alone.includes(file));

export default defineConfig({
  plugins: [licences(), worker()],
  build: {
    outDir: "../src/sideman/web/page",
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 1_400, // kB: the engraver, which is loaded when it is asked for
    assetsInlineLimit: 0, // the page's policy allows no data: scripts, and files of their own are cached for good
  },
  server: { proxy: { "/api": proxied, "/instruments": proxied } },
  // A thread for each file would take most of the time, and so would a page for each: files that replace modules have
  // their own, the others share.
  test: {
    environment: "node",
    pool: "threads",
    projects: [
      {
        extends: true,
        test: { name: "together", isolate: false, exclude: [...configDefaults.exclude, ...alone, ...pages] },
      },
      {
        extends: true,
        test: {
          name: "pages",
          environment: "happy-dom",
          isolate: false,
          include: pages,
          setupFiles: ["tests/fresh.ts"],
        },
      },
      { extends: true, test: { name: "alone", include: alone } },
    ],
  },
});
