import { parseArgs } from 'node:util';
import { nearestName } from './nearest-name.ts';
import { UsageError } from './command-error.ts';

export type CommandName = 'start' | 'run' | 'trace';

const COMMANDS: readonly CommandName[] = ['start', 'run', 'trace'];

const FLAGS = {
  start: { port: 'string', host: 'string', 'db-path': 'string', help: 'boolean' },
  run: { port: 'string', 'db-path': 'string', exit: 'boolean', help: 'boolean' },
  trace: { port: 'string', logs: 'boolean', help: 'boolean' },
} as const satisfies Record<CommandName, Record<string, 'string' | 'boolean'>>;

/** What the user asked for; values are still text. */
export type CommandLine =
  | { readonly command: 'help'; readonly topic?: CommandName }
  | { readonly command: 'version' }
  | { readonly command: 'start'; readonly flags: Flags }
  | { readonly command: 'run'; readonly flags: Flags; readonly program: readonly [string, ...string[]] }
  | { readonly command: 'trace'; readonly flags: Flags; readonly traceId: string };

export interface Flags {
  readonly port?: string;
  readonly host?: string;
  readonly dbPath?: string;
  readonly exit?: boolean;
  readonly logs?: boolean;
}

/**
 * Reads the arguments after the program's name.
 *
 * @throws UsageError with the nearest name when a command or flag is not known.
 */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const [first, ...rest] = args;
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    const topic = rest[0];
    return isCommand(topic) ? { command: 'help', topic } : { command: 'help' };
  }
  if (first === '--version' || first === '-v') return { command: 'version' };
  if (!isCommand(first)) throw new UsageError(unknown('command', first, COMMANDS, 'tta-obs --help'));
  return parseCommand(first, rest);
}

function parseCommand(command: CommandName, args: readonly string[]): CommandLine {
  const separator = command === 'run' ? args.indexOf('--') : -1;
  const own = separator === -1 ? args : args.slice(0, separator);
  const { values, positionals } = parseFlags(command, own);
  if (values['help'] === true) return { command: 'help', topic: command };
  const flags = toFlags(values);
  switch (command) {
    case 'start':
      refuseExtra(command, positionals, 0);
      return { command, flags };
    case 'trace':
      refuseExtra(command, positionals, 1);
      return { command, flags, traceId: traceIdOf(positionals[0] ?? 'latest') };
    case 'run': {
      const [program, ...programArguments] = separator === -1 ? [] : args.slice(separator + 1);
      if (positionals.length > 0 || program === undefined) {
        throw new UsageError('Put "--" before the command: tta-obs run [--exit] -- node app.js');
      }
      return { command, flags, program: [program, ...programArguments] };
    }
  }
}

function parseFlags(command: CommandName, args: readonly string[]) {
  const known: Readonly<Record<string, 'string' | 'boolean'>> = FLAGS[command];
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
    if (token.kind !== 'option') continue;
    const type = Object.hasOwn(known, token.name) ? known[token.name] : undefined;
    if (type === undefined) {
      const names = Object.keys(known).map((name) => `--${name}`);
      throw new UsageError(unknown('flag', token.rawName, names, `tta-obs ${command} --help`));
    }
    const isMissing = token.value === undefined || (token.value.startsWith('-') && !token.inlineValue);
    if (type === 'string' && isMissing) throw new UsageError(`${token.rawName} needs a value.`);
    if (type === 'boolean' && token.value !== undefined)
      throw new UsageError(`${token.rawName} takes no value.`);
  }
  return { values, positionals };
}

function toFlags(values: Readonly<Record<string, unknown>>): Flags {
  const { port, host, exit, logs } = values;
  const dbPath = values['db-path'];
  return {
    ...(typeof port === 'string' && { port }),
    ...(typeof host === 'string' && { host }),
    ...(typeof dbPath === 'string' && { dbPath }),
    ...(exit === true && { exit }),
    ...(logs === true && { logs }),
  };
}

function traceIdOf(text: string): string {
  const id = text.toLowerCase();
  if (id === 'latest' || /^[0-9a-f]{32}$/.test(id)) return id;
  throw new UsageError(`"${text}" is not a trace id: give its 32 hex digits, or "latest".`);
}

function refuseExtra(command: CommandName, positionals: readonly string[], allowed: number): void {
  const extra = positionals[allowed];
  if (extra !== undefined) throw new UsageError(`"${extra}" is too much: see tta-obs ${command} --help.`);
}

function isCommand(name: string | undefined): name is CommandName {
  return COMMANDS.includes(name as CommandName);
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
