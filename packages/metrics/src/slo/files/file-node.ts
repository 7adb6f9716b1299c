import { InvalidOptionError } from '@tta/obs-context';
import { cutText, showValue } from '../show-value.ts';

/**
 * A value of a parsed file and its place in it. Readers ask for fields; what nobody asked for can be listed
 * afterwards. `null` counts as absent: that is what an empty YAML entry is parsed to.
 */
export class FileNode {
  readonly value: unknown;
  readonly #subject: string;
  readonly #path: string;
  readonly #asked = new Map<string, FileNode>();

  /** @param subject - Whose value it is, for messages: `SLO "checkout"`. */
  constructor(value: unknown, subject: string, path = '') {
    this.value = value ?? undefined;
    this.#subject = subject;
    this.#path = path;
  }

  /** @throws InvalidOptionError (`OBS_ERR_INVALID_OPTION`): where, what is there, what to do about it. */
  refuse(advice: string): never {
    throw new InvalidOptionError(`${this.#place()} is ${showValue(this.value)}; ${advice}`);
  }

  /** A remark that begins with the place. */
  remark(text: string): string {
    return `${this.#place()}: ${text}`;
  }

  /** A field of an object, absent where the object is. */
  field(name: string): FileNode {
    const known = this.#asked.get(name);
    if (known) return known;
    const node = new FileNode(
      this.#entries().find(([key]) => key === name)?.[1],
      this.#subject,
      this.#path === '' ? name : `${this.#path}.${name}`,
    );
    this.#asked.set(name, node);
    return node;
  }

  /** A field that does not count as asked for. */
  peek(name: string): FileNode {
    return new FileNode(this.value, this.#subject, this.#path).field(name);
  }

  /** This place with a value that was parsed from its text. */
  holding(value: unknown): FileNode {
    return new FileNode(value, this.#subject, this.#path);
  }

  /** Names fields that have a meaning in the format and none here. */
  ignore(...names: readonly string[]): void {
    for (const name of names) this.field(name);
  }

  get isAbsent(): boolean {
    return this.value === undefined;
  }

  text(advice = 'give a text that is not empty'): string {
    return typeof this.value === 'string' && this.value !== '' ? this.value : this.refuse(advice);
  }

  number(advice: string): number {
    return typeof this.value === 'number' && Number.isFinite(this.value) ? this.value : this.refuse(advice);
  }

  /** @returns false where it is absent. */
  flag(): boolean {
    if (this.isAbsent) return false;
    return typeof this.value === 'boolean' ? this.value : this.refuse('give true or false');
  }

  list(advice: string): FileNode[] {
    if (!Array.isArray(this.value)) return this.refuse(advice);
    return this.value.map((value: unknown, index) => {
      const node = new FileNode(value, this.#subject, `${this.#path}[${index}]`);
      this.#asked.set(`[${index}]`, node);
      return node;
    });
  }

  /** What stands in the file and was never asked for, in words. */
  leftovers(): string[] {
    const nodes = [...this.#asked.values()];
    const isObject = typeof this.value === 'object' && !Array.isArray(this.value);
    const own =
      isObject && nodes.length > 0
        ? Object.keys(this.value ?? {})
            .filter((key) => !this.#asked.has(key))
            .map(
              (key) =>
                `${this.#subject}: ${this.#path === '' ? '' : `${this.#path}.`}${cutText(key)} is not read`,
            )
        : [];
    return [...own, ...nodes.flatMap((node) => node.leftovers())];
  }

  #entries(): [string, unknown][] {
    if (this.value === undefined) return [];
    if (typeof this.value !== 'object' || Array.isArray(this.value)) return this.refuse('give an object');
    return Object.entries(this.value as object);
  }

  #place(): string {
    return this.#path === '' ? this.#subject : `${this.#subject}: ${this.#path}`;
  }
}
