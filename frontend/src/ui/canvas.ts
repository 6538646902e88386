/** Canvases as sharp as the screen. */

/** A place on the page, in its pixels. */
export interface Box {
  readonly left: number;
  readonly width: number;
  readonly height: number;
}

/** Give a canvas its place, with a pixel of its own for each of the screen's; what to draw with, and how many those are. */
export function fitCanvas(
  canvas: HTMLCanvasElement | null,
  { left, width, height }: Box,
): { readonly context: CanvasRenderingContext2D; readonly ratio: number } | null {
  const context = canvas?.getContext("2d");
  if (!canvas || !context) return null;
  const ratio = window.devicePixelRatio || 1;
  const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== across || canvas.height !== down) Object.assign(canvas, { width: across, height: down });
  Object.assign(canvas.style, { left: `${left}px`, width: `${width}px`, height: `${height}px` });
  return { context, ratio };
}
