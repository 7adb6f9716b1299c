/** A call in a stack trace. */
export interface StackFrame {
  /** What was called; empty where the trace does not say. */
  readonly name: string;
  /** The file as the trace writes it: a path, a `file:` address, `node:fs`, of Java a bare name. */
  readonly file: string;
  readonly line: number | undefined;
  /** From 1. */
  readonly column: number | undefined;
  /** Code that the program brought with it or the runtime has, as far as the place alone tells. */
  readonly isForeign: boolean;
}

export type StackLine =
  | { readonly kind: 'frame'; readonly text: string; readonly frame: StackFrame }
  /** The source of the frame above, or marks below it. */
  | { readonly kind: 'source'; readonly text: string }
  /** What the error says, and what stands between the traces of an error and of its cause. */
  | { readonly kind: 'text'; readonly text: string };

/** Longer ones are no frames; it bounds what a line costs. */
const LONGEST_FRAME = 2_000;

// Where no bracket ends the line none is looked for that opens: each one would be tried to the end.
const V8 = /^\s*at (?:async )?(?:(?=.*\)$)(.+?) \((.+)\)|(\S.*))$/;
const PYTHON = /^\s*File "([^"]+)", line (\d+)(?:, in (.+))?$/;
const JAVA = /^\s*at ((?:[\w$.<>]|\/(?=[\w$]))+)\(([^()]*)\)(?: ~?\[.*\])?$/;
const POSITION = /^(.*?):(\d+)(?::(\d+))?$/;
const JAVA_FILE = /^([\w$-]+\.(?:java|kt|scala|groovy|clj))(?::(\d+))?$/;

/**
 * Reads the stack trace of V8 (Node, Deno, browsers), Python or Java line by line. Nothing is lost: the texts of the lines
 * are the trace. Never throws.
 */
export function parseStack(stack: string): readonly StackLine[] {
  const lines: StackLine[] = [];
  for (const text of stack.split('\n')) {
    const frame = text.length > LONGEST_FRAME ? undefined : readFrame(text);
    if (frame !== undefined) {
      lines.push({ kind: 'frame', text, frame });
    } else {
      const previous = lines.at(-1);
      lines.push({ kind: isSource(text, previous) ? 'source' : 'text', text });
    }
  }
  return lines;
}

/** Frames that belong together: those of the program, those of others, and what is no frame. */
export interface StackBlock {
  readonly kind: 'own' | 'foreign' | 'text';
  readonly lines: readonly StackLine[];
}

/** @param isOwn - Whether a frame is the program's own. */
export function stackBlocks(
  lines: readonly StackLine[],
  isOwn: (frame: StackFrame) => boolean,
): readonly StackBlock[] {
  const blocks: { kind: StackBlock['kind']; lines: StackLine[] }[] = [];
  for (const line of lines) {
    const last = blocks.at(-1);
    const kind = line.kind === 'frame' ? (isOwn(line.frame) ? 'own' : 'foreign') : 'text';
    const isSameBlock = last !== undefined && (line.kind === 'source' || last.kind === kind);
    if (isSameBlock) last.lines.push(line);
    else blocks.push({ kind, lines: [line] });
  }
  return blocks;
}

function readFrame(text: string): StackFrame | undefined {
  const python = PYTHON.exec(text);
  if (python !== null) {
    const [, file = '', line, name = ''] = python;
    return { name, file, line: Number(line), column: undefined, isForeign: isForeignFile(file) };
  }
  const java = JAVA.exec(text);
  const javaFile = JAVA_FILE.exec(java?.[2] ?? '');
  if (java !== null && (javaFile !== null || isJavaPlace(java[2] ?? ''))) {
    const [, name = '', place = ''] = java;
    const [, file = place, line] = javaFile ?? [];
    const position = line === undefined ? undefined : Number(line);
    return { name, file, line: position, column: undefined, isForeign: isRuntimeClass(name) };
  }
  const v8 = V8.exec(text);
  if (v8 === null) return undefined;
  const [, name = '', inParentheses, alone = ''] = v8;
  const place = inParentheses ?? alone;
  const position = POSITION.exec(place);
  // "at" begins sentences as well: without a name in front the place has to have a position.
  if (inParentheses === undefined && position === null && !/^(?:native|<anonymous>)$/.test(place))
    return undefined;
  const [, file = place, line, column] = position ?? [];
  return {
    name,
    file,
    line: line === undefined ? undefined : Number(line),
    column: column === undefined ? undefined : Number(column),
    isForeign: isForeignFile(file),
  };
}

function isJavaPlace(place: string): boolean {
  return place === 'Native Method' || place === 'Unknown Source';
}

function isRuntimeClass(name: string): boolean {
  return /^(?:[\w.]+\/)?(?:java|javax|jdk|sun|kotlin|scala|clojure)\./.test(name);
}

/** What no program has among its own files: the runtime's, what a package manager installed, what has no file at all. */
function isForeignFile(file: string): boolean {
  return (
    /^(?:node|ext|internal|bun|native|deno|https?|webpack-internal|wasm):?/.test(file) ||
    /^[<[]|^(?:anonymous|index \d+)$/.test(file) ||
    /(?:^|[\\/])(?:node_modules|site-packages|dist-packages|\.pnpm|\.yarn)[\\/]/.test(file) ||
    /[\\/]lib[\\/]python\d/.test(file)
  );
}

/** Python shows the line of source below its frame, and marks what in it failed; both are set in further than the frame. */
function isSource(text: string, previous: StackLine | undefined): boolean {
  if (previous === undefined || previous.kind === 'text') return false;
  return /^ {4}/.test(text) && (previous.kind === 'source' || PYTHON.test(previous.text));
}
