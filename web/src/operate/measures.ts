// What a node measures: Prometheus's text, of which the page shows some.
// SPDX-License-Identifier: Apache-2.0

/** The value of each measure without labels. */
export function measures_of(text: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const line of text.split('\n')) {
    const match = /^posse_(\w+) ([\d.e+-]+)$/.exec(line);
    if (match) found.set(match[1]!, Number(match[2]));
  }
  return found;
}
