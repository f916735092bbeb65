// Money in words: whole minor units, in groups of three.
// SPDX-License-Identifier: Apache-2.0

export const money = (amount: number) => String(amount).replace(/\B(?=(\d{3})+$)/g, ',');

/** A whole number as somebody typed it, with or without groups; nothing if it is none. */
export function read_whole(text: string, least = 0): number | undefined {
  const bare = text.trim().replaceAll(',', '');
  const whole = Number(bare);
  return /^\d+$/.test(bare) && Number.isSafeInteger(whole) && whole >= least ? whole : undefined;
}
