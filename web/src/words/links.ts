// Text by users: pieces of it that are links, and pieces that are not. Nothing else has a meaning.
// SPDX-License-Identifier: Apache-2.0

export interface Piece {
  text: string;
  href?: string;
}

const candidate = /https?:\/\/[^\s<>"'`]+/gi;
/** What ends a sentence is no part of the address before it. */
const tail = /[.,;:!?)\]}]+$/;

export function pieces_of(text: string): Piece[] {
  const pieces: Piece[] = [];
  let done = 0;
  for (const match of text.matchAll(candidate)) {
    const shown = match[0].replace(tail, '');
    const href = address_of(shown);
    if (!href) continue;
    if (match.index > done) pieces.push({ text: text.slice(done, match.index) });
    pieces.push({ text: shown, href });
    done = match.index + shown.length;
  }
  if (done < text.length) pieces.push({ text: text.slice(done) });
  return pieces;
}

/** An address of the web, without a name or password in it; else nothing. */
function address_of(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const is_web = url.protocol === 'http:' || url.protocol === 'https:';
  return is_web && !url.username && !url.password ? url.href : undefined;
}
