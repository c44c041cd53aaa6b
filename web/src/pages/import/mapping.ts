import type { Sheet } from './file';
import { valuesOf } from './file';

/** What a file can be brought in for. */
export const PURPOSES = ['train', 'score', 'contacts'] as const;
export type Purpose = (typeof PURPOSES)[number];

/** What of a record a column may hold, by purpose; what is not mapped is an attribute (not so for contacts). */
export const TARGETS = {
  train: ['id', 'outcome', 'created', 'closed'],
  score: ['id', 'created', 'amount'],
  contacts: [
    'id',
    'first_name',
    'last_name',
    'email',
    'phone',
    'company',
    'address',
    'city',
    'postal_code',
    'birth_date',
    'national_id',
  ],
} as const satisfies Record<Purpose, readonly string[]>;
export type Target = (typeof TARGETS)[Purpose][number];

/** The column of each target; '' for none. */
export type Mapping = Partial<Record<Target, string>>;

const WORDS: Record<Target, RegExp> = {
  id: /^(id|.*[_ ]id|rec[_ ]?id|key|uuid)$/,
  outcome: /^(y|label|outcome|won|converted|status|result|revenue|target)$/,
  created: /^(created?|create[_ ]?(time|date|d)|created[_ ]?(at|on|date))$/,
  closed: /^(closed?|close[_ ]?(time|date|d)|closed[_ ]?(at|on|date))$/,
  amount: /^(amount|value|revenue|estimated[_ ]?(value|revenue))$/,
  first_name: /^(first[_ ]?name|given[_ ]?name|fornavn|förnamn)$/,
  last_name: /^(last[_ ]?name|surname|family[_ ]?name|efternavn|etternavn|efternamn)$/,
  email: /^(e[-_ ]?mail.*)$/,
  phone: /^(phone.*|mobile.*|tel.*)$/,
  company: /^(company.*|account.*|organi[sz]ation|employer)$/,
  address: /^(address([_ ]?1)?|street.*)$/,
  city: /^(city|town|suburb)$/,
  postal_code: /^(post(al)?[_ ]?code|zip.*)$/,
  birth_date: /^(birth.*|dob|date[_ ]of[_ ]birth)$/,
  national_id: /^(national[_ ]?id|ssn|soc_sec_id|cpr|personnummer)$/,
};

/** A guess by the columns' names: each column for one target at most. */
export function guess(columns: readonly string[], purpose: Purpose): Mapping {
  const taken = new Set<string>();
  const mapping: Mapping = {};
  for (const target of TARGETS[purpose]) {
    const found = columns.find((name) => !taken.has(name) && WORDS[target].test(name.toLowerCase()));
    if (found === undefined) continue;
    taken.add(found);
    mapping[target] = found;
  }
  return mapping;
}

const POSITIVE = ['true', 'yes', '1', 'won', 'qualified', 'converted'];

/** The values of the outcome's column, the one that reads like a success first, at most 50. */
export function outcomes(sheet: Sheet, column: string): string[] {
  const found = [...new Set(valuesOf(sheet, column))].filter((value) => value !== '').slice(0, 50);
  const rank = (value: string) => (POSITIVE.includes(value.toLowerCase()) ? 0 : 1);
  return found.sort((one, other) => rank(one) - rank(other));
}

/** Why a mapping will not do: a key of the page's messages; null when it will. */
export function faultOf(sheet: Sheet, purpose: Purpose, mapping: Mapping): string | null {
  if (sheet.rows.length === 0) return 'noRows';
  if (purpose === 'train' && !mapping.outcome) return 'noOutcome';
  if (purpose === 'contacts' && TARGETS.contacts.every((target) => target === 'id' || !mapping[target]))
    return 'nothingToCompare';
  const ids = mapping.id ? valuesOf(sheet, mapping.id) : [];
  if (ids.includes('')) return 'blankId';
  if (new Set(ids).size !== ids.length) return 'sameId';
  return null;
}
