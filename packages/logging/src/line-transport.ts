import { Writable } from 'node:stream';
import type { LineStream } from './line-stream.ts';

/** What winston hands on of one line. */
interface PrintedLine {
  readonly level: string;
  readonly message: string;
  /** How many lost lines it tells of; it is none of the program's lines itself. */
  readonly tells?: number;
}

/** So much may wait in a stream whose reader is slow, in bytes. */
const mostWaitingBytes = 1_048_576;

/** Streams whose errors are taken; a stream has many loggers and one listener. */
const guarded = new WeakSet<LineStream>();

/**
 * The transport of winston that lines leave by. A stream that fails or is too slow loses lines, which are counted;
 * it never reaches the program.
 */
export class LineTransport extends Writable {
  readonly #stream: LineStream;
  readonly #written = (error?: Error | null): void => {
    if (error) this.lost++;
    this.#noticed();
  };
  readonly #noticed = (): void => {
    this.#done++;
    if (this.#done >= this.#awaited) this.#flushed();
  };
  #given = 0;
  /** Of those given, what the stream said something about. */
  #done = 0;
  #awaited = 0;
  #flushing: Promise<void> | undefined;
  #flushed = (): void => {};
  #told = 0;
  /** Lines that the stream did not take. */
  lost = 0;

  constructor(stream: LineStream) {
    super({ objectMode: true, decodeStrings: false });
    this.#stream = stream;
    if (guarded.has(stream)) return;
    guarded.add(stream);
    // Without a listener an error such as EPIPE ends the program.
    stream.on?.('error', () => {});
  }

  /** Whether the stream takes a line now. */
  get isReady(): boolean {
    const { destroyed, writableLength } = this.#stream;
    return destroyed !== true && (writableLength ?? 0) <= mostWaitingBytes;
  }

  /** Lost lines that no line has told of. */
  get untold(): number {
    return this.lost - this.#told;
  }

  /** Waits until the stream is done with its lines, where it says that some wait in it. */
  flush(): Promise<void> {
    const { destroyed, writableLength } = this.#stream;
    if (destroyed === true || (writableLength ?? 0) === 0) return Promise.resolve();
    this.#awaited = this.#given;
    return (this.#flushing ??= new Promise((resolve) => {
      this.#flushed = () => {
        this.#flushing = undefined;
        resolve();
      };
    }));
  }

  /** winston asks for it; it writes by {@link LineTransport._write}. */
  log(): void {}

  override _write({ message, tells }: PrintedLine, _encoding: string, done: () => void): void {
    const isTaken = this.#put(message, tells === undefined ? this.#written : this.#noticed);
    if (tells === undefined) this.lost += isTaken ? 0 : 1;
    else this.#told += isTaken ? tells : 0;
    done();
  }

  #put(message: string, written: (error?: Error | null) => void): boolean {
    if (!this.isReady) return false;
    try {
      this.#stream.write(`${message}\n`, written);
      this.#given++;
      return true;
    } catch {
      return false;
    }
  }
}
