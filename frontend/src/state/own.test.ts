import { beforeEach, expect, test } from "vitest";
import { readText } from "../../tests/reader.fixture";
import { MELODY } from "../music/piece";
import { song } from "./band";
import { loadText } from "./history";
import { givenParts, score, takePart } from "./own";

const ZIP = "PK\x03\x04\xff";

beforeEach(() => {
  song.value = { ...readText("C | F"), format: "MusicXML" };
});

test("the file of a score has the melody too", async () => {
  loadText("C:4|F:4", { name: "tune.mxl", source: { data: btoa(ZIP) } });
  expect(score.value?.name).toBe("tune.mxl");
  if (score.value) await takePart(MELODY, score.value);
  expect(givenParts()).toEqual([{ track: MELODY, data: btoa(ZIP) }]);
  loadText("C:4|F:4", { name: "tune.xml", source: { text: "<score-partwise/>" } });
  expect(await score.value?.text()).toBe("<score-partwise/>");
});

test("where the chart is typed, or of another kind, there is none", () => {
  loadText("C | F");
  expect(score.value).toBeNull();
  loadText("C:4|F:4", { name: "song.irealb", source: { text: "irealb://" } });
  song.value = { ...readText("C | F"), format: "iReal Pro" };
  expect(score.value).toBeNull();
});
