/** Makes a canvas as large as it is shown, in pixels of the screen, and empty. `undefined` where there is nothing to paint on. */
export function clearedPen(
  canvas: HTMLCanvasElement | null,
  widthPx: number,
  heightPx: number,
): CanvasRenderingContext2D | undefined {
  const pen = canvas?.getContext('2d');
  if (!canvas || !pen || widthPx <= 0 || heightPx <= 0) return undefined;
  const density = window.devicePixelRatio || 1;
  const deviceWidth = Math.round(widthPx * density);
  const deviceHeight = Math.round(heightPx * density);
  // Setting a size clears the canvas and gets new memory for it: only when it changed.
  if (canvas.width !== deviceWidth) canvas.width = deviceWidth;
  if (canvas.height !== deviceHeight) canvas.height = deviceHeight;
  pen.setTransform(density, 0, 0, density, 0, 0);
  pen.clearRect(0, 0, widthPx, heightPx);
  return pen;
}
