/** Hands a file to the browser, to be kept where it keeps downloads. */
export function downloadFile(name: string, mimeType: string, parts: readonly string[]): void {
  const url = URL.createObjectURL(new Blob([...parts], { type: mimeType }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own hold of the data once it has begun.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
