import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ProblemDetails } from '@tta/obs-protocol';
import { problem, PROBLEM_TYPE } from './problem.ts';
import { refusalHeaders } from './refused-error.ts';

/** Answers where there is no response to write to, and ends the connection. */
export function answerRaw(socket: Duplex, status: number, detail: string): void {
  answerProblem(socket, problem(status, detail));
}

/** The same with more to say. */
export function answerProblem(socket: Duplex, details: ProblemDetails): void {
  const { status } = details;
  const body = JSON.stringify(details);
  const more = Object.entries(refusalHeaders(status)).map(([name, value]) => `${name}: ${value}\r\n`);
  // Destroyed once it is said: a peer that keeps its half open would keep the service from stopping.
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-type: ${PROBLEM_TYPE}\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n${more.join('')}\r\n${body}`,
    () => socket.destroy(),
  );
}
