/** What lies beyond is seldom a frame: messages at the head of a stack are bounded. */
const READ_LENGTH = 64 * 1024;
const LINES = 400;
/** Frames that tell one failure from another. */
const MOST = 5;

interface Frame {
  readonly functionName: string;
  readonly file: string;
}

/* Forms of a line, by what prints it. Each begins with what no other text has, and none goes back over what it has read. */
const V8_NAMED = /^\s*at (?:async )?([^()]{1,300}) \(([^()]{1,1000})\)?$/;
const V8_BARE = /^\s*at (?:async )?([^\s()]{1,1000}):\d+:\d+$/;
const JAVA = /^\s*at ([\w.$<>/@-]{1,500})\(([\w$-]{1,300}\.\w{1,20}|Native Method|Unknown Source)(?::\d+)?\)/;
const DOT_NET = /^\s*at ([^()]{1,500})\([^()]{0,1000}\)(?: in (.{1,1000}):line \d+)?$/;
const PYTHON = /^\s*File "([^"]{1,1000})", line \d+, in (.{1,300})$/;
const GECKO = /^([^@\s]{0,300})@([^\s@]{1,1000}):\d+:\d+$/;
const RUBY = /^\s*(?:from )?([^\s:]{1,1000}):\d+:in [`']([^']{1,300})'$/;
const GO_FILE = /^\t(\S{1,1000}\.go):\d+(?: \+0x[0-9a-f]+)?$/;
const GO_FUNCTION = /^([\w./*()-]{1,300})\(.{0,1000}\)$/;

/** Of the language itself and of libraries, which fail in one place for many reasons. */
const FOREIGN =
  /(?:^node:|node_modules|^internal\/|site-packages|lib\/python|<anonymous>|^native$|\/gems\/|\/go\/(?:src|pkg)\/)/;
const BUNDLE_HASH = /[-.](?=[a-zA-Z_]{0,40}\d)[0-9a-zA-Z_]{8,40}(?=\.\w+$)/;
const FOREIGN_NAME = /^(?:java\.base\/|java\.|javax\.|jdk\.|sun\.|System\.|Microsoft\.)/;

/**
 * Where an error arose: the innermost frames of the program itself, up to 5, each as function and file, without what changes
 * from one build or computer to another (lines, columns, folders, hashes of bundles). Of a stack that is of libraries alone,
 * theirs.
 *
 * @param stack - As Node.js, browsers, Python, Java, .NET, Go and Ruby print it; none is found in other ones.
 */
export function stackFrames(stack: string): readonly string[] {
  const lines = stack.slice(0, READ_LENGTH).split('\n', LINES);
  const isInnermostLast = lines.some((line) => line.startsWith('Traceback (most recent call last)'));
  const own: Frame[] = [];
  const foreign: Frame[] = [];
  for (const [index, line] of lines.entries()) {
    const frame = readFrame(line.trimEnd(), lines[index - 1] ?? '');
    if (frame !== undefined) (isForeign(frame) ? foreign : own).push(frame);
    if (!isInnermostLast && own.length === MOST) break;
  }
  const frames = own.length > 0 ? own : foreign;
  if (isInnermostLast) frames.reverse();
  return frames.slice(0, MOST).map(told);
}

function isForeign({ functionName, file }: Frame): boolean {
  return FOREIGN.test(file) || FOREIGN_NAME.test(functionName);
}

function readFrame(line: string, before: string): Frame | undefined {
  const java = JAVA.exec(line);
  if (java !== null) return { functionName: java[1]!, file: java[2]! };
  const named = V8_NAMED.exec(line);
  if (named !== null) return { functionName: named[1]!, file: named[2]! };
  const bare = V8_BARE.exec(line);
  if (bare !== null) return { functionName: '', file: bare[1]! };
  const dotNet = DOT_NET.exec(line);
  if (dotNet !== null) return { functionName: dotNet[1]!, file: dotNet[2] ?? '' };
  const python = PYTHON.exec(line);
  if (python !== null) return { functionName: python[2]!, file: python[1]! };
  const ruby = RUBY.exec(line);
  if (ruby !== null) return { functionName: ruby[2]!, file: ruby[1]! };
  const gecko = GECKO.exec(line);
  if (gecko !== null) return { functionName: gecko[1]!, file: gecko[2]! };
  const go = GO_FILE.exec(line);
  if (go === null) return undefined;
  return { functionName: GO_FUNCTION.exec(before)?.[1] ?? '', file: go[1]! };
}

function told({ functionName, file }: Frame): string {
  const name = functionName.replace(/ \[as [^\]]*\]$/, '');
  const base = file
    .replace(/(?::\d+){1,2}$/, '')
    .replace(/[?#].*$/, '')
    .replace(/^.*[\\/]/, '');
  return `${name} ${base.replace(BUNDLE_HASH, '')}`;
}
