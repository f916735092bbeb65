// Which page a path shows.
// SPDX-License-Identifier: Apache-2.0
import type { Component } from 'svelte';
import Account from './pages/Account.svelte';
import Campaign from './pages/Campaign.svelte';
import Campaigns from './pages/Campaigns.svelte';
import EditCampaign from './pages/EditCampaign.svelte';
import Embed from './pages/Embed.svelte';
import Enter from './pages/Enter.svelte';
import Missing from './pages/Missing.svelte';
import NewCampaign from './pages/NewCampaign.svelte';
import Operate from './pages/Operate.svelte';
import Sell from './pages/Sell.svelte';

export interface Shown {
  page: Component<any>;
  props: Record<string, unknown>;
  title: string;
  /** Alone, without what stands around every page. */
  is_bare?: boolean;
}

export function page_at(path: string): Shown {
  const [, first = '', id = '', third = ''] = path.split('/');
    switch (first) {
    case '':
      return { page: Campaigns, props: {}, title: 'Campaigns' };
    case 'campaigns':
      if (third === 'edit') return { page: EditCampaign, props: { id }, title: `Edit ${id}` };
      return { page: Campaign, props: { id }, title: id };
    case 'embed':
      return { page: Embed, props: { id }, title: id, is_bare: true };
    case 'account':
      return { page: Account, props: {}, title: 'Account' };
    case 'sell':
      if (id === 'new') return { page: NewCampaign, props: {}, title: 'Open a campaign' };
      return { page: Sell, props: {}, title: 'Sell' };
    case 'operator':
      return { page: Operate, props: {}, title: 'Operate' };
    case 'log-in':
      return { page: Enter, props: { is_new: false }, title: 'Log in' };
    case 'sign-up':
      return { page: Enter, props: { is_new: true }, title: 'Sign up' };
    default:
      return { page: Missing, props: {}, title: 'Nothing here' };
  }
}
