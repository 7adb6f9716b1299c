/**
 * Puts `text` on the clipboard. A page that came by plain HTTP from another machine has no `navigator.clipboard`: there it is
 * copied as a user would copy it.
 *
 * @returns rejects where the browser does not allow it.
 */
export async function copyText(text: string): Promise<void> {
  if (isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const put = (event: ClipboardEvent): void => {
    event.clipboardData?.setData('text/plain', text);
    event.preventDefault();
  };
  document.addEventListener('copy', put, { once: true, capture: true });
  const isCopied = document.execCommand('copy');
  document.removeEventListener('copy', put, { capture: true });
  if (!isCopied) throw new Error('The browser does not allow to copy.');
}
