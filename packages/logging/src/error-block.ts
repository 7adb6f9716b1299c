import { harmless } from './harmless-text.ts';

type ErrorValue = Readonly<Record<string, unknown>>;
type Paint = (code: number, text: string) => string;

const shownApart = new Set(['name', 'message', 'stack', 'cause', 'errors']);
const red = 31;
const grey = 90;
const indent = '    ';

/** Whether a copied field was an error. */
export function isErrorValue(value: unknown): value is ErrorValue {
  if (typeof value !== 'object' || value === null) return false;
  const { name, message, stack } = value as ErrorValue;
  return typeof name === 'string' && typeof message === 'string' && typeof stack === 'string';
}

/**
 * An error as a person wants to see it: what it says, its fields, where it arose, then what caused it; frames that
 * the cause shares with the error above it are left out. Every line is indented.
 */
export function errorBlock(label: string, error: ErrorValue, paint: Paint): string {
  return block(label, error, paint, indent, []).join('\n');
}

function block(
  label: string,
  error: ErrorValue,
  paint: Paint,
  margin: string,
  above: readonly string[],
): string[] {
  const [head, frames] = parts(error);
  const fields = Object.entries(error)
    .filter(([key]) => !shownApart.has(key))
    .map(([key, value]) => `${harmless(key)}=${harmless(String(JSON.stringify(value)))}`);
  const tail = fields.length > 0 ? `  ${paint(grey, fields.join(' '))}` : '';
  const lines = head.map((text, at) => `${margin}${at === 0 ? label : '  '}${paint(red, text)}`);
  lines[lines.length - 1] += tail;
  const shared = sharedTail(frames, above);
  for (const frame of frames.slice(0, frames.length - shared)) lines.push(paint(grey, `${margin}  ${frame}`));
  if (shared > 0) lines.push(paint(grey, `${margin}  … ${shared} more as above`));
  for (const [name, inner] of inside(error)) {
    if (isErrorValue(inner)) lines.push(...block(`${name}: `, inner, paint, `${margin}  `, frames));
    else lines.push(`${margin}  ${name}: ${harmless(String(JSON.stringify(inner)))}`);
  }
  return lines;
}

/** The lines of what the error says, and those of where it arose. */
function parts({ name, message, stack }: ErrorValue): readonly [string[], string[]] {
  const lines = String(stack).split('\n');
  const first = lines.findIndex((line) => /^\s+at /.test(line));
  const frames = first < 0 ? [] : lines.slice(first).map((line) => harmless(line.trim()));
  const said = lines.slice(0, first < 0 ? lines.length : first).join('\n');
  // A message that was changed after the error was made is missing from the stack.
  const head = said.includes(String(message)) ? said : `${String(name)}: ${String(message)}`;
  return [head.split('\n').map(harmless), frames];
}

function inside({ cause, errors }: ErrorValue): readonly (readonly [string, unknown])[] {
  const all = Array.isArray(errors) ? (errors as unknown[]) : [];
  return [
    ...(cause === undefined ? [] : [['cause', cause] as const]),
    ...all.map((error, at) => [`error ${at + 1} of ${all.length}`, error] as const),
  ];
}

function sharedTail(frames: readonly string[], above: readonly string[]): number {
  let shared = 0;
  while (shared < frames.length && shared < above.length && frames.at(-1 - shared) === above.at(-1 - shared))
    shared++;
  return shared;
}
