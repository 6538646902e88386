import { expect, test } from "vitest";
import { sourceOf } from "./plugin";

test("a worker knows its page's files, and is another one for another page", () => {
  const files = ["/", "/assets/page-1a2b.js"];
  const source = sourceOf(files, "<html>");
  expect(source).toContain('const FILES = ["/","/assets/page-1a2b.js"];');
  expect(sourceOf(files, "<html>")).toBe(source);
  expect(sourceOf(files, "<html lang>")).not.toBe(source);
  expect(sourceOf(["/"], "<html>")).not.toBe(source);
});
