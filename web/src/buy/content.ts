// What the API takes as the content of a slot.
// SPDX-License-Identifier: Apache-2.0

export const content_bytes_max = 2048;
/** As JSON, where a control character takes six. */
const json_bytes_max = 2800;

const bytes_of = (text: string) => new TextEncoder().encode(text).length;

/** What is wrong with it, in words; empty if nothing is. */
export function content_fault(text: string): string {
  const bytes = bytes_of(text);
  if (bytes > content_bytes_max) return `${bytes - content_bytes_max} bytes too long.`;
  if (bytes_of(JSON.stringify(text)) > json_bytes_max) return 'Too many special characters.';
  return '';
}
