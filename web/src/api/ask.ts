// One request to the node that served the page, and its answer.
// SPDX-License-Identifier: Apache-2.0
import type { Problem, Undecided } from './types';

/** Longer than a node takes to say that something is undecided. */
const patience_ms = 10_000;

/** What came back: `body` of a success, `undecided` of a 202, else `problem`. */
export interface Answer<Body> {
  status: number;
  body?: Body;
  undecided?: Undecided;
  problem?: Problem;
  retry_after_s?: number;
}

/** Nothing came back that can be read; whether anything happened is not known. */
export class NoAnswer extends Error {
  constructor() {
    super('No answer: the connection is lost, or the node is restarting.');
  }
}

export interface Asked {
  body?: unknown;
  headers?: Record<string, string>;
}

export async function ask<Body>(
  method: string,
  path: string,
  { body, headers = {} }: Asked = {},
): Promise<Answer<Body>> {
  const init: RequestInit = {
    method,
    headers,
    credentials: 'same-origin',
    cache: 'no-store',
    signal: AbortSignal.timeout(patience_ms),
  };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { 'Content-Type': 'application/json', ...headers };
  }
  try {
    return await read<Body>(await fetch(path, init));
  } catch {
    throw new NoAnswer();
  }
}

async function read<Body>(response: Response): Promise<Answer<Body>> {
  const answer: Answer<Body> = { status: response.status };
  const retry_after_s = Number(response.headers.get('Retry-After'));
  if (retry_after_s > 0) answer.retry_after_s = retry_after_s;
  if (response.status === 204) return answer;
  const json = await response.json();
  if (response.status === 202) answer.undecided = json;
  else if (response.ok) answer.body = json;
  else answer.problem = json;
  return answer;
}

/** An answer that is no success, in words. */
export function words_of(answer: Answer<unknown>): string {
  const detail = answer.problem?.detail ?? answer.undecided?.detail;
  if (!detail) return `The node answered ${answer.status}.`;
  return `${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`;
}
