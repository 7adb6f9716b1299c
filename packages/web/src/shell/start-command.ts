const DEFAULT_PORT = '8765';

/**
 * Starts the service where the page waits for it.
 *
 * @param port - That of the address of the page; empty behind a proxy, of which nobody knows what it leads to.
 */
export function startCommand(port: string): string {
  const start = 'npx tta-obs start';
  return port === '' || port === DEFAULT_PORT ? start : `${start} --port ${port}`;
}
