// Asking again and again, for what has no stream of events.
// SPDX-License-Identifier: Apache-2.0
import { onDestroy } from 'svelte';

/**
 * Asks for as long as the component lives, `every_ms` after each answer; not while nobody looks.
 * `ask` throws nothing.
 */
export function poll(every_ms: number, ask: () => Promise<void>) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let has_ended = false;
  async function again() {
    if (!document.hidden) await ask();
    if (!has_ended) timer = setTimeout(again, every_ms);
  }
  onDestroy(() => {
    has_ended = true;
    clearTimeout(timer);
  });
  void again();
}
