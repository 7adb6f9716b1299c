import { Agent, get } from 'node:http';

/** Asks a service one question after the other, on one connection. */
export class Asker {
  #url;
  #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(url) {
    this.#url = url;
  }

  /** @returns {Promise<{ status: number, ms: number, body: Buffer }>} The answer, and how long it took. */
  ask(path) {
    return new Promise((resolve, reject) => {
      const askedAt = performance.now();
      get(`${this.#url}${path}`, { agent: this.#agent }, (answer) => {
        const chunks = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({
            status: answer.statusCode,
            ms: performance.now() - askedAt,
            body: Buffer.concat(chunks),
          }),
        );
      }).on('error', reject);
    });
  }

  close() {
    this.#agent.destroy();
  }
}
