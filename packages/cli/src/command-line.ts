import { parseArgs } from 'node:util';
import { UsageError } from './command-error.ts';
import { COMMANDS } from './commands/all-commands.ts';
import type { Command, CommandWords, FlagTypes } from './commands/command.ts';
import { nearestName } from './nearest-name.ts';

/** What the user asked for. */
export type CommandLine =
  /** General help without a topic. */
  | { readonly kind: 'help'; readonly topic?: Command }
  | { readonly kind: 'version' }
  | { readonly kind: 'command'; readonly command: Command; readonly words: CommandWords };

/**
 * Reads the arguments after the program's name.
 *
 * @throws UsageError with the nearest name when a command or flag is not known, or when words are missing or too many.
 */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const [first, ...rest] = args;
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    const [topic] = rest;
    if (topic === undefined) return { kind: 'help' };
    return { kind: 'help', topic: commandOf(topic) };
  }
  if (first === '--version' || first === '-v') return { kind: 'version' };
  return parseCommand(commandOf(first), rest);
}

function parseCommand(command: Command, args: readonly string[]): CommandLine {
  const separator = command.program === undefined ? -1 : args.indexOf('--');
  const own = separator === -1 ? args : args.slice(0, separator);
  const program = separator === -1 ? [] : args.slice(separator + 1);
  const { flags, positionals } = parseFlags(command, own);
  if (flags === 'help') return { kind: 'help', topic: command };
  checkProgram(command, positionals, program);
  checkPositionals(command, positionals);
  return { kind: 'command', command, words: { flags, positionals, program } };
}

function checkProgram(
  { program: wanted }: Command,
  positionals: readonly string[],
  program: readonly string[],
): void {
  if (wanted === undefined) return;
  if (positionals.length > 0 || (program.length === 0 && !wanted.isOptional)) {
    throw new UsageError(`Put "--" before the command: ${wanted.example}`);
  }
}

function checkPositionals(
  { name, usage, positionals: wanted = { least: 0, most: 0 } }: Command,
  positionals: readonly string[],
): void {
  if (positionals.length < wanted.least || positionals.includes('')) {
    throw new UsageError(`Something is missing: tta-obs ${name} ${usage}`);
  }
  const extra = positionals[wanted.most];
  if (extra !== undefined) throw new UsageError(`"${extra}" is too much: see tta-obs ${name} --help.`);
}

function parseFlags({ name: command, usage, flags: known }: Command, args: readonly string[]) {
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options: {
      ...Object.fromEntries(Object.entries(known).map(([name, type]) => [name, { type }])),
      help: { type: 'boolean', short: 'h' },
    },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind === 'option') {
      checkQuery(usage, args[token.index]!, `tta-obs ${command}`);
      checkFlag(command, known, token);
    }
  }
  return { flags: values['help'] === true ? ('help' as const) : toFlags(values), positionals };
}

interface FlagToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

/** `-service:web` is no flag, but a query that leaves something out. */
function checkQuery(usage: string, word: string, command: string): void {
  if (usage !== '[query]' || !/^-[^-]./.test(word)) return;
  throw new UsageError(`A query that begins with "-" needs "--" before it: ${command} -- '${word}'`);
}

function checkFlag(
  command: string,
  known: FlagTypes,
  { name, rawName, value, inlineValue }: FlagToken,
): void {
  const type = Object.hasOwn(known, name) ? known[name] : name === 'help' ? 'boolean' : undefined;
  if (type === undefined) {
    const names = [...Object.keys(known), 'help'].map((each) => `--${each}`);
    throw new UsageError(unknown('flag', rawName, names, `tta-obs ${command} --help`));
  }
  const isMissing = value === undefined || (value.startsWith('-') && inlineValue !== true);
  if (type === 'string' && isMissing) throw new UsageError(`${rawName} needs a value.`);
  if (type === 'boolean' && value !== undefined) throw new UsageError(`${rawName} takes no value.`);
}

function toFlags(values: Readonly<Record<string, unknown>>): CommandWords['flags'] {
  const entries = Object.entries(values).map(([name, value]) => {
    const key = name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    return [key, value as string | true] as const;
  });
  return Object.fromEntries(entries);
}

function commandOf(name: string): Command {
  const command = COMMANDS.find((known) => known.name === name);
  if (command !== undefined) return command;
  const names = COMMANDS.map((known) => known.name);
  throw new UsageError(unknown('command', name, names, 'tta-obs --help'));
}

function unknown(
  kind: 'command' | 'flag',
  name: string,
  candidates: readonly string[],
  help: string,
): string {
  const nearest = nearestName(name, candidates);
  const hint = nearest === undefined ? '' : ` Did you mean "${nearest}"?`;
  return `Unknown ${kind} "${name}".${hint} See ${help}.`;
}
