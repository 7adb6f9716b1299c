import { fallback, lambda, named, parallel, retry, sequential, timeout } from '@tta/obs-primitives';

class HttpError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'HttpError';
    this.status = status;
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A run with everything that the page tells apart: steps, branches, attempts, a limit, an alternative. */
export function exampleWorkflow() {
  let calls = 0;
  const readPages = lambda('read pages', async (topic: string) => {
    await pause(20);
    return [`${topic} 1`, `${topic} 2`];
  });
  const rank = retry(
    lambda('rank pages', async (pages: string[]) => {
      await pause(15);
      if (++calls < 3) throw new HttpError(503, 'The ranking service is overloaded.');
      return pages;
    }),
    { maxRetries: 3, baseMs: 40, jitter: 'none' },
  );
  const largeModel = timeout(
    lambda('ask large model', async (_pages: string[], scope) => {
      await new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, 5_000);
        scope.signal.addEventListener('abort', () => {
          clearTimeout(timer);
          reject(scope.signal.reason as Error);
        });
      });
      return 'a long answer';
    }),
    { ms: 80 },
  );
  const smallModel = lambda('ask small model', async (pages: string[]) => {
    await pause(25);
    return `summary of ${pages.length} pages`;
  });
  return named(
    'research topic',
    sequential(
      readPages,
      rank,
      parallel({
        summary: fallback(largeModel, smallModel),
        keywords: lambda('find keywords', async (pages: string[]) => {
          await pause(45);
          return pages.flatMap((page) => page.split(' '));
        }),
      }),
      lambda('write report', async ({ summary, keywords }: { summary: string; keywords: string[] }) => {
        await pause(10);
        return `${summary}: ${keywords.join(', ')}`;
      }),
    ),
  );
}

/** Fails in its second step, for good. */
export function failingWorkflow() {
  return named(
    'publish report',
    sequential(
      lambda('render', async (title: string) => {
        await pause(8);
        return `<h1>${title}</h1>`;
      }),
      lambda('upload', async () => {
        await pause(12);
        throw new HttpError(403, 'The storage refused the upload: the token may only read.');
      }),
    ),
  );
}
