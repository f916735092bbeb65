// Asking again and again, for what has no stream of events.
// SPDX-License-Identifier: Apache-2.0
import { onDestroy } from 'svelte';

/**
 * Asks for as long as the component lives, `every_ms` after each answer; not while nobody looks,
 * and at once when somebody does again. `ask` throws nothing.
 */
export function poll(every_ms: number, ask: () => Promise<void>) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let is_asking = false;
  let has_ended = false;
  async function again() {
    clearTimeout(timer);
    if (document.hidden || is_asking) return;
    is_asking = true;
    await ask();
    is_asking = false;
    if (!has_ended) timer = setTimeout(again, every_ms);
  }
  document.addEventListener('visibilitychange', again);
  onDestroy(() => {
    has_ended = true;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', again);
  });
  void again();
}
