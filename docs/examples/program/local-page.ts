import type { Observability } from '@tta/obs';

/** Where the page of the local service is; `undefined` when the service is not there. */
export async function localPage({
  destinations,
}: Pick<Observability, 'destinations'>): Promise<string | undefined> {
  const address = destinations.find(({ name }) => name === 'local')?.address;
  if (address === undefined) return undefined;
  const { origin } = new URL(address);
  try {
    const { ok } = await fetch(`${origin}/health`, { signal: AbortSignal.timeout(500) });
    return ok ? origin : undefined;
  } catch {
    return undefined;
  }
}
