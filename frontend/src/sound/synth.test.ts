import { expect, it } from "vitest";
import { channelVolume, NO_SYNTH } from "./synth";

it.each([
  [104, 100, 104],
  [104, 0, 0],
  [84, 50, 42],
  [104, 127, 127], // MIDI has no more
])("makes of a role's own %d at volume %d controller 7 %d", (own, volume, controller) => {
  expect(channelVolume(own, volume)).toBe(controller);
});

it("has a stand-in that makes no sound and whose clock stands", () => {
  NO_SYNTH.noteOn("bass", 40, 90, 0);
  expect([NO_SYNTH.now(), NO_SYNTH.heard(), NO_SYNTH.level("bass"), NO_SYNTH.stopAll()]).toEqual([0, 0, 0, 0]);
});
