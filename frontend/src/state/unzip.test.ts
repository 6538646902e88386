import { expect, it } from "vitest";
import { zipOf } from "../../tests/zip.fixture";
import { textInZip } from "./unzip";

const TEXT = '{"format": "sideman piece", "ä": 1}';

it.each([true, false])("finds one file among others (deflated: %s)", async (isDeflated) => {
  const zip = await zipOf({ "song.mid": "MThd".repeat(99), "a/piece.json": "no", "piece.json": TEXT }, isDeflated);
  expect(await textInZip(zip, "piece.json", 1_000)).toBe(TEXT);
  expect(await textInZip(zip, "other.json", 1_000)).toBeNull();
});

it("takes no more than may be, whatever the zip says", async () => {
  const files = { "piece.json": "0".repeat(100_000) };
  expect(await textInZip(await zipOf(files, true), "piece.json", 50_000)).toBeNull();
  expect(await textInZip(await zipOf(files, true, 10), "piece.json", 50_000)).toBeNull();
  expect(await textInZip(await zipOf(files, true), "piece.json", 100_000)).toHaveLength(100_000);
});

it.each([
  ["nothing", new Blob([])],
  ["no zip", new Blob(["PK\u0003\u0004 and so on"])],
  ["one that breaks off", (await zipOf({ "piece.json": TEXT }, true)).slice(0, 60)],
  ["one without its beginning", (await zipOf({ "piece.json": TEXT }, true)).slice(40)],
])("finds nothing in what is damaged: %s", async (_, zip) => {
  expect(await textInZip(zip, "piece.json", 1_000)).toBeNull();
});
