import { parseArgs } from 'node:util';
import { nearestName } from './nearest-name.ts';
import { UsageError } from './command-error.ts';
import type { SettingName } from './setting.ts';

type FlagTypes = Readonly<Record<string, 'string' | 'boolean'>>;

/** How a running service is found. */
const CLIENT = {
  port: 'string',
  host: 'string',
  token: 'string',
  config: 'string',
  help: 'boolean',
} as const;

const SERVICE = {
  ...CLIENT,
  'db-path': 'string',
  'otlp-ports': 'string',
  'retention-hours': 'string',
  'max-traces': 'string',
  'max-bytes': 'string',
  durability: 'string',
  'keep-secrets': 'boolean',
} as const;

const FLAGS = {
  start: { ...SERVICE, detach: 'boolean' },
  status: { ...CLIENT, json: 'boolean' },
  stop: { ...CLIENT, 'db-path': 'string' },
  run: { ...SERVICE, exit: 'boolean' },
  trace: { ...CLIENT, logs: 'boolean' },
  traces: { ...CLIENT, limit: 'string', json: 'boolean', markdown: 'boolean' },
  stats: { ...CLIENT, since: 'string', service: 'string', json: 'boolean', markdown: 'boolean' },
  cleanup: { ...CLIENT, 'db-path': 'string', preview: 'boolean', yes: 'boolean', json: 'boolean' },
  pin: CLIENT,
  unpin: CLIENT,
  backup: { ...CLIENT, 'db-path': 'string' },
} as const satisfies Record<string, FlagTypes>;

export type CommandName = keyof typeof FLAGS;

const COMMANDS = Object.keys(FLAGS) as CommandName[];

/** What the user asked for; values are still text. */
export type CommandLine =
  | { readonly command: 'help'; readonly topic?: CommandName }
  | { readonly command: 'version' }
  | { readonly command: 'start' | 'status' | 'stop' | 'traces' | 'stats' | 'cleanup'; readonly flags: Flags }
  | { readonly command: 'run'; readonly flags: Flags; readonly program: readonly [string, ...string[]] }
  | { readonly command: 'trace' | 'pin' | 'unpin'; readonly flags: Flags; readonly traceId: string }
  | { readonly command: 'backup'; readonly flags: Flags; readonly file: string };

export type Flags = Readonly<
  Partial<Record<SettingName | 'config' | 'limit' | 'since' | 'service', string>> &
    Partial<Record<'detach' | 'exit' | 'logs' | 'preview' | 'yes' | 'json' | 'markdown', true>>
>;

/**
 * Reads the arguments after the program's name.
 *
 * @throws UsageError with the nearest name when a command or flag is not known.
 */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const [first, ...rest] = args;
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    const [topic] = rest;
    if (topic === undefined) return { command: 'help' };
    return { command: 'help', topic: commandOf(topic) };
  }
  if (first === '--version' || first === '-v') return { command: 'version' };
  return parseCommand(commandOf(first), rest);
}

function parseCommand(command: CommandName, args: readonly string[]): CommandLine {
  const separator = command === 'run' ? args.indexOf('--') : -1;
  const own = separator === -1 ? args : args.slice(0, separator);
  const { flags, positionals } = parseFlags(command, own);
  if (flags === 'help') return { command: 'help', topic: command };
  switch (command) {
    case 'start':
    case 'status':
    case 'stop':
    case 'traces':
    case 'stats':
    case 'cleanup':
      refuseExtra(command, positionals, 0);
      return { command, flags };
    case 'trace':
      refuseExtra(command, positionals, 1);
      return { command, flags, traceId: traceIdOf(positionals[0] ?? 'latest') };
    case 'pin':
    case 'unpin':
      refuseExtra(command, positionals, 1);
      return { command, flags, traceId: traceIdOf(wanted(positionals[0], `tta-obs ${command} <id|latest>`)) };
    case 'backup':
      refuseExtra(command, positionals, 1);
      return { command, flags, file: wanted(positionals[0], 'tta-obs backup <file>') };
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
  const known: FlagTypes = FLAGS[command];
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
  return { flags: values['help'] === true ? ('help' as const) : toFlags(values), positionals };
}

function toFlags(values: Readonly<Record<string, unknown>>): Flags {
  const entries = Object.entries(values).map(([name, value]) => {
    const key = name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    // The one setting that is a flag without a value.
    return [key, key === 'keepSecrets' ? 'true' : value] as const;
  });
  return Object.fromEntries(entries);
}

function traceIdOf(text: string): string {
  const id = text.toLowerCase();
  if (id === 'latest' || /^[0-9a-f]{32}$/.test(id)) return id;
  throw new UsageError(`"${text}" is not a trace id: give its 32 hex digits, or "latest".`);
}

function wanted(positional: string | undefined, usage: string): string {
  if (positional === undefined || positional === '') throw new UsageError(`Something is missing: ${usage}`);
  return positional;
}

function refuseExtra(command: CommandName, positionals: readonly string[], allowed: number): void {
  const extra = positionals[allowed];
  if (extra !== undefined) throw new UsageError(`"${extra}" is too much: see tta-obs ${command} --help.`);
}

function commandOf(name: string): CommandName {
  const command = COMMANDS.find((known) => known === name);
  if (command === undefined) throw new UsageError(unknown('command', name, COMMANDS, 'tta-obs --help'));
  return command;
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
