// Whose audit one watches, and what is known of it. Several nodes may answer behind one address,
// and each knows of its own audit alone.
// SPDX-License-Identifier: Apache-2.0
import type { Audit } from '../api/types';

/** As many answers of other nodes, and none of the one that audits: it may have ended. */
const others_max = 10;

export class AuditWatch {
  /** The newest of the node that is watched. */
  shown = $state.raw<Audit>();
  /** When that was, by our clock. */
  heard_at = $state(0);
  /** The node whose running audit came to nothing; sure if the node itself says so. */
  lost = $state.raw<{ node: string; is_sure: boolean }>();
  /** Started from here: no other node is of interest, whatever it has to say. */
  #is_ours = false;
  /** How much the one that is shown says, and how often others have answered since. */
  #weight = 0;
  #others = 0;

  get is_running(): boolean {
    return this.shown?.state === 'running' && !this.lost;
  }

  /** One that was started from here. */
  begin(audit: Audit) {
    this.lost = undefined;
    this.#is_ours = true;
    this.#take(audit);
  }

  hear(audit: Audit) {
    const is_same = !this.shown || audit.node === this.shown.node;
    if (audit.node === this.lost?.node || (is_same && this.is_running)) {
      this.lost = audit.state === 'none' ? { node: audit.node, is_sure: true } : undefined;
    }
    if (is_same || (!this.#is_kept() && weight_of(audit) > this.#weight)) {
      this.#is_ours &&= is_same;
      this.#take(audit);
    } else if (this.is_running && ++this.#others >= others_max) {
      this.lost = { node: this.shown!.node, is_sure: false };
      this.#weight = 0;
    }
  }

  #take(audit: Audit) {
    this.shown = audit;
    this.heard_at = Date.now();
    this.#weight = weight_of(audit);
    this.#others = 0;
  }

  /** Whether no other node's audit may take its place. */
  #is_kept(): boolean {
    return this.is_running || (this.#is_ours && !this.lost && this.shown?.state !== 'none');
  }
}

/** Which of two audits says more: one that runs, else the newer one. */
function weight_of(audit: Audit): number {
  if (audit.state === 'running') return Infinity;
  return audit.state === 'none' ? 0 : Date.parse(audit.at);
}
