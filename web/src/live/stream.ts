// Server-sent events by fetch: unlike EventSource it also shows the comments, which are how a
// silent stream is told from a dead one.
// SPDX-License-Identifier: Apache-2.0

export interface Hearing {
  /** The stream has begun, or something came, be it a comment. */
  alive(): void;
  event(name: string, data: string): void;
}

/** Reads until the stream ends or breaks. The status if it never began. */
export async function follow(path: string, signal: AbortSignal, hearing: Hearing): Promise<number> {
  const response = await fetch(path, {
    headers: { Accept: 'text/event-stream' },
    cache: 'no-store',
    signal,
  });
  if (!response.ok || !response.body) return response.status;
  hearing.alive();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return response.status;
    hearing.alive();
    text += value;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) hear(block, hearing);
  }
}

function hear(block: string, hearing: Hearing) {
  let name = 'message';
  const data: string[] = [];
  for (const line of block.split('\n')) {
    if (line.startsWith('event: ')) name = line.slice('event: '.length);
    if (line.startsWith('data: ')) data.push(line.slice('data: '.length));
  }
  if (data.length > 0) hearing.event(name, data.join('\n'));
}
