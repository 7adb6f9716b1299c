import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { diag } from '@opentelemetry/api';
import type { Clock } from '@tta/obs-context';
import { firstLine } from './first-line.ts';

const contentType = 'text/plain; version=0.0.4; charset=utf-8';

/** Less than the 10 s that Prometheus waits unless told otherwise, so that it gets to know why. */
const collectionLimitMs = 8_000;

const compress = promisify(gzip);

/** Answers scrapes. Those that come while one is under way share its result. */
export class Exposition {
  readonly #collect: () => Promise<string>;
  readonly #clock: Clock;
  #underWay: Promise<string> | undefined;
  #reported: string | undefined;

  /** @param collect - Puts the text together. */
  constructor(collect: () => Promise<string>, clock: Clock) {
    this.#collect = collect;
    this.#clock = clock;
  }

  /** 200 with the text, compressed where the scraper takes that; 500 with one line where there is none. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('vary', 'accept-encoding');
    try {
      this.#underWay ??= this.#bounded().finally(() => (this.#underWay = undefined));
      const text = await this.#underWay;
      this.#reported = undefined;
      response.setHeader('content-type', contentType);
      if (!acceptsGzip(request)) {
        response.end(text);
        return;
      }
      const compressed = await compress(text);
      response.setHeader('content-encoding', 'gzip');
      response.end(compressed);
    } catch (error) {
      const problem = `The metrics could not be collected: ${firstLine(error)}`;
      this.#report(problem);
      response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' });
      response.end(`${problem}\n`);
    }
  }

  /** Prometheus shows no more than the status. Once, until it works again or fails otherwise. */
  #report(problem: string): void {
    if (problem !== this.#reported) diag.error(problem);
    this.#reported = problem;
  }

  #bounded(): Promise<string> {
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.timer(collectionLimitMs, () =>
        reject(new Error(`it took longer than ${collectionLimitMs / 1000} s`)),
      );
      this.#collect().then(resolve, reject).finally(cancel);
    });
  }
}

function acceptsGzip({ headers }: IncomingMessage): boolean {
  const accepted = String(headers['accept-encoding'] ?? '').split(',');
  return accepted.some((coding) => {
    const [name, ...parameters] = coding.split(';').map((part) => part.trim().toLowerCase());
    return name === 'gzip' && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}
