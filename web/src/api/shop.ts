// The calls of the API that the page makes.
// SPDX-License-Identifier: Apache-2.0
import { ask, type Answer } from './ask';
import type {
  ApiKey,
  Audit,
  Booked,
  Campaign,
  CampaignChange,
  Earnings,
  Harvested,
  ListedAccount,
  ListedKey,
  Me,
  NewCampaign,
  Nodes,
  Order,
  PasswordChange,
  Payment,
  Receipt,
  Sale,
  SoldSlot,
  UnreadableAccount,
} from './types';

const at = (id: string) => `/v1/campaigns/${encodeURIComponent(id)}`;

export interface Credentials {
  name: string;
  password: string;
}

export const shop = {
  sign_up: (who: Credentials) => ask<Me>('POST', '/v1/accounts', { body: who }),
  log_in: (who: Credentials) => ask<unknown>('POST', '/v1/sessions', { body: who }),
  log_out: () => ask<unknown>('DELETE', '/v1/sessions'),

  me: () => ask<Me>('GET', '/v1/me'),
  resolve: () => ask<Me>('POST', '/v1/me/resolve'),
  change_password: (change: PasswordChange) =>
    ask<unknown>('PUT', '/v1/me/password', { body: change }),
  earnings: () => ask<Earnings>('GET', '/v1/me/earnings'),
  harvest: () => ask<Harvested>('POST', '/v1/me/harvest'),
  keys: () => ask<{ keys: ListedKey[] }>('GET', '/v1/me/keys'),
  make_key: () => ask<ApiKey>('POST', '/v1/me/keys'),
  end_key: (id: string) => ask<unknown>('DELETE', `/v1/me/keys/${encodeURIComponent(id)}`),
  purchases: (before?: number) =>
    ask<{ purchases: SoldSlot[]; next: number | null }>(
      'GET',
      `/v1/me/purchases${before === undefined ? '' : `?before=${before}`}`,
    ),

  deposit: (payment: Payment) => ask<Booked>('POST', '/v1/deposits', { body: payment }),
  withdraw: (payment: Payment) => ask<Booked>('POST', '/v1/withdrawals', { body: payment }),

  /** Those whose names begin with `prefix`; all if it is empty. */
  accounts: (prefix: string, after: string) =>
    ask<{ accounts: (ListedAccount | UnreadableAccount)[]; next: string | null }>(
      'GET',
      `/v1/accounts?${new URLSearchParams({ after, ...(prefix ? { prefix } : {}) })}`,
    ),
  nodes: () => ask<Nodes>('GET', '/v1/nodes'),
  audit: () => ask<Audit>('GET', '/v1/audit'),
  start_audit: async (): Promise<Answer<Audit>> => {
    const { undecided, ...answer } = await ask<Audit>('POST', '/v1/audit');
    // 202, unlike anywhere else, means that it runs.
    return undecided ? { ...answer, body: undecided as unknown as Audit } : answer;
  },

  campaigns: (after = '') =>
    ask<{ campaigns: Campaign[]; next: string | null }>(
      'GET',
      `/v1/campaigns?after=${encodeURIComponent(after)}`,
    ),
  campaign: (id: string) => ask<Campaign>('GET', at(id)),
  open_campaign: (campaign: NewCampaign) =>
    ask<Campaign>('POST', '/v1/campaigns', { body: campaign }),
  change_campaign: (id: string, change: CampaignChange) =>
    ask<Campaign>('PATCH', at(id), { body: change }),
  events_path: (id: string) => `${at(id)}/events`,

  buy: (id: string, order: Order, key: string) =>
    ask<Sale>('POST', `${at(id)}/purchases`, {
      body: order,
      headers: { 'Idempotency-Key': key },
    }),
  receipts: (id: string, after: number) =>
    ask<{ receipts: Receipt[]; next: number | null }>('GET', `${at(id)}/receipts?after=${after}`),
  slot: (id: string, slot: number) => ask<SoldSlot>('GET', `${at(id)}/slots/${slot}`),
  current: (id: string) => ask<SoldSlot>('GET', `${at(id)}/current`),
};
