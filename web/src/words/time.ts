// Times and lengths in words.
// SPDX-License-Identifier: Apache-2.0

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const exact = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** A moment; of today only the time. */
export function moment(time: string | number): string {
  const date = new Date(time);
  const is_today = new Date().toDateString() === date.toDateString();
  return is_today ? exact.format(date) : `${day.format(date)}, ${clock.format(date)}`;
}

const units: [number, string][] = [
  [86_400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
];

/** A length in its two largest units: `1 day 2 hours`. */
export function length_of(seconds: number): string {
  let left = Math.max(0, Math.round(seconds));
  const words: string[] = [];
  for (const [size, name] of units) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) words.push(`${count} ${name}${count === 1 ? '' : 's'}`);
    if (words.length === 2) break;
  }
  return words.join(' ') || 'a moment';
}

/** How long ago, in its largest unit. */
export function ago(seconds: number): string {
  if (seconds < 2) return 'just now';
  for (const [size, name] of units) {
    const count = Math.floor(seconds / size);
    if (count > 0) return `${count} ${name}${count === 1 ? '' : 's'} ago`;
  }
  return 'just now';
}
