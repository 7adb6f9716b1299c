import { afterEach, describe, expect, it } from '@jest/globals';
import { observe, observed } from '@tta/obs-testing';
import { matchers } from '@tta/obs-testing/jest';
import type { ModelOptions } from './model.ts';
import { completion, PlantedModelServer, type PlannedAnswer } from './planted-model-server.ts';
import { plantedReview } from './planted-review.ts';
import type { Summary } from './review.ts';
import { summariseByModel } from './summary.ts';

// Put together here, so that a review of this repository does not find it.
const GITHUB_TOKEN = ['ghp', 'R7vQ2mXk9LpT4wZs8NbY1cHd6JfG3aE5uK0i'].join('_');
const CALM = { status: 200, body: completion('All is calm.') };

expect.extend(matchers);

let server: PlantedModelServer | undefined;
afterEach(() => server?.stop());

interface Summed {
  readonly summary: Summary;
  /** What was announced, and how many requests the server had by then. */
  readonly announced: readonly (readonly [line: string, requests: number])[];
  readonly requests: PlantedModelServer['requests'];
  readonly host: string;
}

async function summarise(
  answers: readonly PlannedAnswer[],
  options: Partial<ModelOptions> = {},
  review = plantedReview(),
): Promise<Summed> {
  const started = (server = new PlantedModelServer(...answers));
  const baseUrl = await started.start();
  const model = {
    name: 'small',
    baseUrl,
    apiKey: 'a-key',
    attemptLimitMs: 5_000,
    retryBaseMs: 1,
    ...options,
  };
  const announced: [string, number][] = [];
  const step = summariseByModel(model, (line) => announced.push([line, started.requests.length]));
  return {
    summary: await step.execute(review),
    announced,
    requests: started.requests,
    host: baseUrl.host,
  };
}

function bodyOf({ requests }: Summed): { model: string; messages: { role: string; content: string }[] } {
  return JSON.parse(requests[0]?.body ?? '') as ReturnType<typeof bodyOf>;
}

describe('summariseByModel', () => {
  it('returns what the model says', async () => {
    const { summary, requests } = await summarise([CALM]);
    expect(summary).toEqual({ text: 'All is calm.', source: 'small' });
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      url: '/v1/chat/completions',
      headers: { authorization: 'Bearer a-key', 'content-type': 'application/json' },
    });
  });

  it('says which host gets how many bytes before it sends them', async () => {
    const { announced, requests, host } = await summarise([CALM]);
    const bytes = Buffer.byteLength(requests[0]?.body ?? '').toLocaleString('en-US');
    expect(announced).toEqual([
      [
        `sends ${bytes} bytes to ${host}, not encrypted: figures, file names and subjects; no code, secrets removed`,
        0,
      ],
    ]);
  });

  it('sends figures, names and subjects, with secrets taken out', async () => {
    const { overview, churn } = plantedReview();
    const sent = await summarise(
      [CALM],
      {},
      plantedReview({
        overview: { ...overview, subjects: [`feat: use ${GITHUB_TOKEN}`, 'x'.repeat(500)] },
        churn: [{ ...churn[0]!, file: `keys/${GITHUB_TOKEN}` }],
      }),
    );
    const body = bodyOf(sent);
    expect(body.model).toBe('small');
    expect(body.messages.map(({ role }) => role)).toEqual(['system', 'user']);
    expect(JSON.parse(body.messages[1]?.content ?? '')).toMatchObject({
      period: { from: '2026-01-01', to: '2026-01-02', commits: 2, authors: 1 },
      mostChangedFiles: [{ file: 'keys/[GitHub token removed]', commits: 12 }],
      dependencyChanges: [{ change: 'bumped', dependency: 'left', from: '1.0.0', to: '2.0.0' }],
      newestSubjects: ['feat: use [GitHub token removed]', 'x'.repeat(120)],
    });
    expect(sent.requests[0]?.body).not.toContain(GITHUB_TOKEN.slice(4));
  });

  it('strips what a terminal would obey from the answer', async () => {
    const { summary } = await summarise([
      { status: 200, body: completion('\u001b[2JAll\tis\r\n\u001b]0;title\u0007calm\u202e.\u0008\n') },
    ]);
    expect(summary.text).toBe('All  is\ncalm.');
  });

  it(
    'asks again after a refusal and after a fault',
    observed(async (trace) => {
      const { summary, requests } = await summarise([
        { status: 429, headers: { 'retry-after': '0' } },
        { status: 500 },
        CALM,
      ]);
      expect(summary).toEqual({ text: 'All is calm.', source: 'small' });
      expect(requests).toHaveLength(3);
      expect(trace).toHaveRetried('ask model', 2);
      expect(trace).not.toHaveFallenBack('ask model');
    }),
  );

  it('waits as long as the server asks for, not as long as its own plan', async () => {
    const { summary } = await summarise([{ status: 429, headers: { 'retry-after': '0' } }, CALM], {
      retryBaseMs: 3_600_000,
    });
    expect(summary.source).toBe('small');
  });

  it.each<[string, PlannedAnswer[], number, Partial<ModelOptions>]>([
    [
      'is refused, fails and hangs',
      [{ status: 429, headers: { 'retry-after': '0' } }, { status: 500 }, {}],
      3,
      { attemptLimitMs: 200 },
    ],
    ['hangs each time', [{}], 2, { attemptLimitMs: 100, maxRetries: 1 }],
    ['has a wrong key', [{ status: 401 }], 1, {}],
    ['has no such model', [{ status: 404 }], 1, {}],
    [
      'redirects to another host',
      [{ status: 307, headers: { location: 'http://127.0.0.1:1/' } }],
      2,
      { maxRetries: 1 },
    ],
    ['answers no JSON', [{ status: 200, body: '<html>' }], 1, { maxRetries: 0 }],
    ['answers without a choice', [{ status: 200, body: '{"choices":[]}' }], 1, { maxRetries: 0 }],
    ['answers no text', [{ status: 200, body: completion(' \n') }], 1, { maxRetries: 0 }],
    ['answers too much', [{ status: 200, body: completion('x'.repeat(1_100_000)) }], 1, { maxRetries: 0 }],
  ])('sums up here and says so when the model %s', (_, answers, asked, options) =>
    observe(async (trace) => {
      const { summary, requests, host } = await summarise(answers, options);
      expect(summary.source).toBe('tf-idf');
      expect(summary.note).toBe(`small at ${host} gave no answer; this summary was made here instead.`);
      expect(summary.text).toContain('src: 2 commits on service and greet');
      expect(requests.length).toBe(asked);
      expect(trace).toHaveRetried('ask model', asked - 1);
      expect(trace).toHaveFallenBack('ask model', 'summarise here');
    }),
  );

  it('sums up here when nobody listens', async () => {
    const gone = new PlantedModelServer();
    const baseUrl = await gone.start();
    await gone.stop();
    const { summary } = await summarise([CALM], { baseUrl, maxRetries: 1 });
    expect(summary).toMatchObject({ source: 'tf-idf', note: expect.stringContaining(baseUrl.host) });
  });

  it('does not sum up here when the run itself was aborted', async () => {
    const started = (server = new PlantedModelServer({}));
    const abort = new AbortController();
    const reason = new Error('enough');
    const step = summariseByModel({ name: 'small', baseUrl: await started.start(), apiKey: 'a-key' }, () =>
      abort.abort(reason),
    );
    await expect(step.execute(plantedReview(), { signal: abort.signal })).rejects.toBe(reason);
    expect(started.requests).toEqual([]);
  });
});
