// Which page a path shows.
// SPDX-License-Identifier: Apache-2.0
import type { Component } from 'svelte';
import Account from './pages/Account.svelte';
import Campaign from './pages/Campaign.svelte';
import Campaigns from './pages/Campaigns.svelte';
import Enter from './pages/Enter.svelte';
import Missing from './pages/Missing.svelte';

export interface Shown {
  page: Component<any>;
  props: Record<string, unknown>;
  title: string;
  /** Alone, without what stands around every page. */
  is_bare?: boolean;
}

export function page_at(path: string): Shown {
  const [, first = '', second = ''] = path.split('/');
  const id = decodeURIComponent(second);
  if (first === '') return { page: Campaigns, props: {}, title: 'Campaigns' };
  if (first === 'campaigns' && id) return { page: Campaign, props: { id }, title: id };
  if (first === 'account') return { page: Account, props: {}, title: 'Account' };
  if (first === 'log-in') return { page: Enter, props: { is_new: false }, title: 'Log in' };
  if (first === 'sign-up') return { page: Enter, props: { is_new: true }, title: 'Sign up' };
  return { page: Missing, props: {}, title: 'Nothing here' };
}
