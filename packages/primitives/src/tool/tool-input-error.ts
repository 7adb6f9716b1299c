import { ObsError } from '@tta/obs-context';
import { beginning } from '../internal/whole-characters.ts';

/** One thing that is wrong with the arguments of a tool. */
export interface ToolInputIssue {
  /** Where: `filters[0].name`; empty for the arguments as a whole. */
  readonly path: string;
  readonly message: string;
}

/** Issues that a message names, and characters that each may take: it goes to the model, and through telemetry. */
const named = 10;
const longest = 200;

/** The arguments of a tool are not what it takes. Its message tells a model what to mend. */
export class ToolInputError extends ObsError {
  readonly issues: readonly ToolInputIssue[];

  constructor(name: string, issues: readonly ToolInputIssue[], cause?: unknown) {
    const texts = issues
      .slice(0, named)
      .map(({ path, message }) => cut(path ? `${path}: ${message}` : message));
    if (issues.length > named) texts.push(`and ${issues.length - named} more`);
    super(`invalid arguments for tool "${name}": ${texts.join('; ')}`, {
      code: 'OBS_ERR_TOOL_INPUT',
      category: 'validation',
      cause,
    });
    this.issues = issues;
  }
}

function cut(text: string): string {
  return text.length > longest ? `${beginning(text, longest)}…` : text;
}
