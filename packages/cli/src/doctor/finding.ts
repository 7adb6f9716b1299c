/** What the doctor looks at, one after the other. */
export type CheckName =
  | 'service'
  | 'ports'
  | 'variables'
  | 'destination'
  | 'arrival'
  | 'times'
  | 'clocks'
  | 'orphans'
  | 'flush'
  | 'context'
  | 'double spans'
  | 'double set-up'
  | 'limits'
  | 'refusals';

/** Something that is wrong with a set-up. */
export interface Finding {
  readonly check: CheckName;
  /** One line. */
  readonly what: string;
  /** What shows it: traces, spans, ports, variables. One line each; texts of programs are in them as they came. */
  readonly evidence: readonly string[];
  /** Lines to paste: commands, or code where they say so. What is not to be run is a comment. */
  readonly mend: readonly string[];
}

/** A check that was made, with what it found; or why it could not be made. */
export type CheckResult = MadeCheck | { readonly check: CheckName; readonly skipped: string };

export interface MadeCheck {
  readonly check: CheckName;
  readonly findings: readonly Finding[];
  /** What is worth a look, and may be over: with these alone, nothing is wrong. */
  readonly notes?: readonly Finding[];
}

/** The first few of many, and how many there are beside them. */
export function firstOf(lines: readonly string[], limit = 3): readonly string[] {
  if (lines.length <= limit) return lines;
  return [...lines.slice(0, limit), `and ${lines.length - limit} more`];
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
