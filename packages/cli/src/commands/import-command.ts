import { open, stat } from 'node:fs/promises';
import type { Health } from '@tta/obs-protocol';
import { CommandError } from '../command-error.ts';
import { FileError } from '../import/file-error.ts';
import { importRecords, ImportCounts } from '../import/import-records.ts';
import { formatDetected, formatNamed, otherFormatText, type ImportFormat } from '../import/import-format.ts';
import { TraceInput } from '../import/trace-input.ts';
import { TraceSender } from '../import/trace-sender.ts';
import { ProgressLine } from '../progress-line.ts';
import { safeText } from '../safe-text.ts';
import { noServiceError } from '../no-service-error.ts';
import { ServiceClient } from '../service-client.ts';
import { serviceSettings } from '../service-settings.ts';
import type { Surroundings, Terminal } from '../surroundings.ts';
import type { ImportFlags } from './import.ts';

/** Of each file; the others are counted. */
const TOLD_PROBLEMS = 10;

/** `tta-obs import`: stores the traces of files in the running service. */
export async function importCommand(
  flags: ImportFlags,
  files: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  const { terminal } = surroundings;
  const format = flags.format === undefined ? undefined : formatNamed(flags.format);
  const client = new ServiceClient(serviceSettings(flags, surroundings));
  const { maxTraces } = (await healthOf(client)).retention;
  const sender = new TraceSender(client);
  let traceCount = 0;
  let exitCode = 0;
  for (const file of files) {
    try {
      const end = await importFile(file, format, sender, surroundings);
      traceCount += end.traceCount;
      if (!end.isComplete) exitCode = 1;
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      terminal.err(`tta-obs: ${error.message}\n`);
      exitCode = 1;
    }
  }
  if (traceCount > maxTraces) {
    terminal.err(
      `tta-obs: The service keeps ${maxTraces} traces, and these are ${traceCount}: start it with --max-traces ${traceCount} to keep them all.\n`,
    );
  }
  return exitCode;
}

async function healthOf(client: ServiceClient): Promise<Health> {
  const health = await client.probe();
  if (health === undefined) throw await noServiceError(client.url);
  if (health === 'locked') throw new CommandError(1, client.lockedMessage());
  return health;
}

interface FileEnd {
  readonly traceCount: number;
  /** Everything that the file holds is stored. */
  readonly isComplete: boolean;
}

/** Says what became of the file, also of one that the service stopped to take. */
async function importFile(
  file: string,
  given: ImportFormat | undefined,
  sender: TraceSender,
  surroundings: Surroundings,
): Promise<FileEnd> {
  const { terminal } = surroundings;
  const name = file === '-' ? 'stdin' : safeText(file);
  const { chunks, sizeBytes } = await openFile(file, surroundings);
  const input = new TraceInput(chunks);
  const { format: detected, isEmpty, isIndented, content } = await input.open();
  if (isEmpty) throw new FileError(`${name} ${input.damage ?? 'is empty'}: nothing was imported.`);
  const format = given ?? formatDetected(detected, name);
  const { title, read } = format;
  const counts = new ImportCounts();
  const problems = new Problems(name, terminal);
  let otherFormat: string | undefined;
  try {
    await importRecords(read(content), {
      sender,
      counts,
      onProblem: (message) => problems.tell(message),
      onProgress: () =>
        problems.progress.show(
          () => `${name}: stored ${counts.text}${shareText(input.readBytes, sizeBytes)}`,
        ),
    });
  } finally {
    if (input.damage !== undefined) problems.tell(`it ${input.damage}; what came before is stored`);
    otherFormat = counts.hasSpans ? undefined : otherFormatText(format, detected);
    if (otherFormat !== undefined) problems.tell(otherFormat);
    problems.tellRest();
    const hint =
      title === 'OTLP' && counts.isAllBroken && isIndented
        ? ': each request has to be on one line, as jq -c . writes it'
        : '';
    terminal.out(`Stored ${counts.text} from ${name} (${title})${leftOutText(counts)}${hint}.\n`);
  }
  const isWhole = counts.isComplete && input.damage === undefined && otherFormat === undefined;
  return { traceCount: counts.traceCount, isComplete: isWhole };
}

interface OpenFile {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Unknown of what is no file. */
  readonly sizeBytes: number | undefined;
}

async function openFile(file: string, { input }: Surroundings): Promise<OpenFile> {
  if (file === '-') return { chunks: input, sizeBytes: undefined };
  try {
    const found = await stat(file);
    if (found.isDirectory()) throw new FileError(`${safeText(file)} is a folder: name the files in it.`);
    const handle = await open(file);
    return { chunks: handle.createReadStream(), sizeBytes: found.isFile() ? found.size : undefined };
  } catch (error) {
    if (error instanceof FileError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'is not there' : `cannot be read (${code})`;
    throw new FileError(`${safeText(file)} ${reason}.`, error);
  }
}

/** What is wrong with a file, a line each on stderr, and how far its import is. */
class Problems {
  readonly progress: ProgressLine;
  readonly #name: string;
  readonly #terminal: Terminal;
  #count = 0;

  constructor(name: string, terminal: Terminal) {
    this.progress = new ProgressLine(terminal);
    this.#name = name;
    this.#terminal = terminal;
  }

  tell(message: string): void {
    this.#count++;
    if (this.#count > TOLD_PROBLEMS) return;
    this.progress.clear();
    this.#terminal.err(`tta-obs: ${this.#name}: ${message}\n`);
  }

  tellRest(): void {
    this.progress.clear();
    const rest = this.#count - TOLD_PROBLEMS;
    if (rest > 0) this.#terminal.err(`tta-obs: ${this.#name}: and ${rest} more of that kind\n`);
  }
}

function shareText(readBytes: number, sizeBytes: number | undefined): string {
  if (sizeBytes === undefined || sizeBytes === 0) return '';
  return `, ${Math.min(100, Math.floor((100 * readBytes) / sizeBytes))} % read`;
}

function leftOutText({ brokenCount, rejectedCount }: ImportCounts): string {
  const refused = rejectedCount === 1 ? '1 was refused' : `${rejectedCount} were refused`;
  const broken = brokenCount === 1 ? '1 part was left out' : `${brokenCount} parts were left out`;
  return [...(rejectedCount > 0 ? [refused] : []), ...(brokenCount > 0 ? [broken] : [])]
    .map((text) => `; ${text}`)
    .join('');
}
