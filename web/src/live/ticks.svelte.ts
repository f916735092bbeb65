// The time, for what changes while one watches.
// SPDX-License-Identifier: Apache-2.0
import { onDestroy } from 'svelte';

/** Our clock, anew every `every_ms` for as long as the component lives that asks. */
export function ticks(every_ms: number): { readonly now: number } {
  let now = $state(Date.now());
  const timer = setInterval(() => (now = Date.now()), every_ms);
  onDestroy(() => clearInterval(timer));
  return {
    get now() {
      return now;
    },
  };
}
