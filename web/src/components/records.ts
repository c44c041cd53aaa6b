import { RecordKind, type RecordRef } from '@/gen/leadlight/common/v1/record_pb';

const PATHS: Partial<Record<RecordKind, string>> = {
  [RecordKind.LEAD]: 'lead',
  [RecordKind.OPPORTUNITY]: 'opportunity',
  [RecordKind.CONTACT]: 'contact',
  [RecordKind.ACCOUNT]: 'account',
  [RecordKind.CASE]: 'case',
};

/** The kind's word in addresses, messages and references, such as "lead". */
export const kindName = (kind: RecordKind): string => PATHS[kind] ?? '';

/** The kind of an address's word; UNSPECIFIED for any other word. */
export const kindOf = (name: string): RecordKind =>
  (Object.keys(PATHS).map(Number) as RecordKind[]).find((kind) => PATHS[kind] === name) ??
  RecordKind.UNSPECIFIED;

/** "lead/L-17": how commands and messages name a record. */
export const refText = ({ kind, id }: Pick<RecordRef, 'kind' | 'id'>): string => `${kindName(kind)}/${id}`;

/** Address of the record's page. */
export const recordPath = ({ kind, id }: Pick<RecordRef, 'kind' | 'id'>): string =>
  `/records/${kindName(kind)}/${encodeURIComponent(id)}`;
