// Names of accounts, as the API has them.
// SPDX-License-Identifier: Apache-2.0

/** What of `text` a name can begin with: `[a-z0-9][a-z0-9._-]*`. */
export const name_start_of = (text: string) =>
  text.toLowerCase().replace(/[^a-z0-9._-]/g, '').replace(/^[._-]+/, '');
