// Times and lengths in words.
// SPDX-License-Identifier: Apache-2.0

// Not by Intl: making its formats takes longer than all else the page does at its start.
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const two = (part: number) => String(part).padStart(2, '0');
const minute_of = (date: Date) => `${two(date.getHours())}:${two(date.getMinutes())}`;

/** A moment; of today only the time. */
export function moment(time: string | number): string {
  const date = new Date(time);
  const is_today = new Date().toDateString() === date.toDateString();
  if (is_today) return `${minute_of(date)}:${two(date.getSeconds())}`;
  const day = `${date.getDate()} ${months[date.getMonth()]} ${date.getFullYear()}`;
  return `${day}, ${minute_of(date)}`;
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
