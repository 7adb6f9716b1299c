import type { Observability } from '@tta/obs';

/** Where the local service is, and whether it answers; `undefined` when nothing is sent to it. */
export async function findLocalPage({
  destinations,
}: Pick<Observability, 'destinations'>): Promise<
  { readonly origin: string; readonly isThere: boolean } | undefined
> {
  const address = destinations.find(({ name }) => name === 'local')?.address;
  if (address === undefined) return undefined;
  const { origin } = new URL(address);
  try {
    const { ok } = await fetch(`${origin}/health`, { signal: AbortSignal.timeout(500) });
    return { origin, isThere: ok };
  } catch {
    return { origin, isThere: false };
  }
}
