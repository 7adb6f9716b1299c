import { visibleText } from './visible-text.ts';

/** Says what is going on: one live line on a terminal, plain lines elsewhere. */
export class Progress {
  readonly #stream: NodeJS.WritableStream & { readonly isTTY?: boolean };
  #isLive = false;

  constructor(stream: NodeJS.WritableStream & { readonly isTTY?: boolean }) {
    this.#stream = stream;
  }

  /** What is being done now. On a terminal the next line takes its place. */
  step(line: string): void {
    if (this.#stream.isTTY === true) {
      this.#stream.write(`\r\u001b[2K${visibleText(line)} …`);
      this.#isLive = true;
    } else this.#stream.write(`${visibleText(line)}\n`);
  }

  /** Something the reader must be able to read later: it stays. */
  say(line: string): void {
    this.clear();
    this.#stream.write(`${visibleText(line)}\n`);
  }

  /** Takes the live line away. */
  clear(): void {
    if (this.#isLive) this.#stream.write('\r\u001b[2K');
    this.#isLive = false;
  }
}
