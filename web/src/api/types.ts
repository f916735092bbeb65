// The API's own types, which the build makes of api/openapi.yaml, by short names.
// SPDX-License-Identifier: Apache-2.0
import type { components } from '../generated/api';

type Schemas = components['schemas'];

export type ApiKey = Schemas['ApiKey'];
export type Audit = Schemas['Audit'];
export type Booked = Schemas['Booked'];
export type Campaign = Schemas['Campaign'];
export type CampaignChange = Schemas['CampaignChange'];
export type Earnings = Schemas['Earnings'];
export type Harvested = Schemas['Harvested'];
export type ListedAccount = Schemas['ListedAccount'];
export type ListedKey = Schemas['ListedKey'];
export type Me = Schemas['Me'];
export type NewCampaign = Schemas['NewCampaign'];
export type Nodes = Schemas['Nodes'];
export type Order = Schemas['Order'];
export type PasswordChange = Schemas['PasswordChange'];
export type Payment = Schemas['Payment'];
export type Pricing = Schemas['Pricing'];
export type Problem = Schemas['Problem'];
export type Receipt = Schemas['Receipt'];
export type Sale = Schemas['Sale'];
export type SoldSlot = Schemas['SoldSlot'];
export type Undecided = Schemas['Undecided'];
export type UnreadableAccount = Schemas['UnreadableAccount'];
