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

const ALONE = /@vitest-environment|vi\.mock\(/;
const alone = readdirSync("src", { recursive: true, encoding: "utf8" })
  .map((file) => `src/${file.replaceAll("\\", "/")}`)
  .filter((file) => /\.test\.tsx?$/.test(file) && ALONE.test(readFileSync(file, "utf8")));

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
  // A thread for each file takes most of the time: those have one that have a page, which takes half a second and is asked
  // for in the file, or that replace modules.
  test: {
    environment: "node",
    pool: "threads",
    projects: [
      { extends: true, test: { name: "together", isolate: false, exclude: [...configDefaults.exclude, ...alone] } },
      { extends: true, test: { name: "alone", include: alone } },
    ],
  },
});
