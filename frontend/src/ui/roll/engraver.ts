/** Scores as pictures, by OpenSheetMusicDisplay: it is large, and loaded when it is first asked for. Knows no piece. */

import type { IOSMDOptions } from "opensheetmusicdisplay";

const OPTIONS: IOSMDOptions = {
  backend: "svg",
  autoResize: false,
  drawTitle: false,
  drawPartNames: false,
  drawingParameters: "compacttight",
  autoBeam: true,
};
const SIZE = 0.75; // of what it takes for a page

/** Draw a score in MusicXML into an element, as wide as that is now, in place of what is there. */
export async function engrave(element: HTMLElement, score: string): Promise<void> {
  const { OpenSheetMusicDisplay } = await import("opensheetmusicdisplay");
  const drawn = document.createElement("div");
  element.append(drawn); // it measures what it draws
  drawn.style.width = `${element.clientWidth}px`;
  const display = new OpenSheetMusicDisplay(drawn, OPTIONS);
  await display.load(score);
  display.zoom = SIZE;
  display.render();
  element.replaceChildren(drawn);
}
