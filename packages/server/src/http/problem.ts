import type { ProblemDetails, QueryProblemDetails } from '@tta/obs-protocol';
import type { QueryProblem } from '@tta/obs-protocol/query';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  408: 'Request timeout',
  413: 'Request too large',
  414: 'Address too long',
  415: 'Unsupported media type',
  426: 'Upgrade required',
  431: 'Headers too large',
  500: 'Internal error',
  503: 'Unavailable',
};

/** An error answer as RFC 9457 asks for. */
export function problem(status: number, detail: string): ProblemDetails {
  return { type: 'about:blank', title: TITLES[status] ?? 'Error', status, detail };
}

/** The answer to a query that cannot be understood. */
export function queryProblem(problems: readonly QueryProblem[]): QueryProblemDetails {
  const said = problems.map(({ message }) => message).join('; ');
  const detail = `The query cannot be understood: ${said}${said.endsWith('?') ? '' : '.'}`;
  return { ...problem(400, detail), problems };
}
