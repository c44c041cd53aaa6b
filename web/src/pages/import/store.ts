import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { problemOf } from '@/api/errors';
import { clientOf } from '@/api/transport';
import { RecordKind } from '@/gen/leadlight/common/v1/record_pb';
import { DedupeService } from '@/gen/leadlight/dedupe/v1/dedupe_service_pb';
import { ScoringService } from '@/gen/leadlight/scoring/v1/scoring_service_pb';
import type { UpsertRecordRequestSchema } from '@/gen/leadlight/scoring/v1/record_pb';
import { numbersOf, valuesOf, type Sheet } from './file';
import { TARGETS, type Mapping } from './mapping';

const BATCH = 500;
const AT_ONCE = 6;
const REFUSED_FIELD = /^requests\[(\d+)\]/;

/** A row that was not stored, and why. */
export interface Refused {
  readonly row: number;
  readonly id: string;
  readonly message: string;
}

/** A contact that seems to be there already. */
export interface FoundDuplicate {
  readonly row: number;
  readonly id: string;
  readonly other: string;
  readonly probability: number;
}

/** What became of a file. */
export interface Stored {
  readonly count: number;
  readonly refused: readonly Refused[];
  readonly duplicates: readonly FoundDuplicate[];
}

type Report = (share: number) => void;
interface Row {
  readonly row: number;
  readonly id: string;
}

/** The rows' ids: those of the mapped column, else their numbers from 1. */
function rowsOf(sheet: Sheet, mapping: Mapping): Row[] {
  const ids = mapping.id ? valuesOf(sheet, mapping.id) : sheet.rows.map((_, place) => String(place + 1));
  return ids.map((id, place) => ({ row: place + 1, id }));
}

/** Stores open leads or opportunities; each is scored as it is stored. A batch is stored as a whole: what a row of it is
 * refused for is noted, and the others go once more. */
export async function storeScored(
  sheet: Sheet,
  mapping: Mapping,
  kind: RecordKind,
  currency: string,
  report: Report,
): Promise<Stored> {
  const mapped = new Set<string>(TARGETS.score.flatMap((target) => mapping[target] ?? []));
  const attributes = sheet.columns
    .filter((name) => !mapped.has(name))
    .map((name) => ({ name, texts: valuesOf(sheet, name) }))
    .map((column) => ({ ...column, numbers: numbersOf(column.texts) }));
  const created = mapping.created ? valuesOf(sheet, mapping.created) : [];
  const amounts = mapping.amount ? valuesOf(sheet, mapping.amount) : [];
  const requests = rowsOf(sheet, mapping).map(({ row, id }): Wanted => {
    const place = row - 1;
    const amount = Number(amounts[place] ?? '');
    return {
      row,
      id,
      request: {
        record: {
          ref: { kind, id },
          attributes: Object.fromEntries(
            attributes.map(({ name, texts, numbers }) => [
              name,
              numbers ? (numbers[place] ?? null) : texts[place] === '' ? null : (texts[place] ?? null),
            ]),
          ),
          ...(created[place] && { createTime: timestampFromDate(new Date(created[place])) }),
          ...(amounts[place] && {
            amount: {
              currencyCode: currency,
              units: BigInt(Math.trunc(amount)),
              nanos: Math.round((amount % 1) * 1e9),
            },
          }),
        },
      },
    };
  });
  const refused: Refused[] = [];
  let count = 0;
  for (let from = 0; from < requests.length; from += BATCH) {
    count += await storeBatch(requests.slice(from, from + BATCH), refused);
    report(Math.min(1, (from + BATCH) / requests.length));
  }
  return { count, refused, duplicates: [] };
}

interface Wanted extends Row {
  readonly request: MessageInitShape<typeof UpsertRecordRequestSchema>;
}

async function storeBatch(batch: Wanted[], refused: Refused[]): Promise<number> {
  let left = batch;
  while (left.length > 0) {
    try {
      await clientOf(ScoringService).batchUpsertRecords({
        requests: left.map(({ request }) => request),
        requestId: crypto.randomUUID(),
      });
      return left.length;
    } catch (error) {
      const { code, fields } = problemOf(error);
      const faults = new Map(
        fields.flatMap(({ field, description }) => {
          const place = REFUSED_FIELD.exec(field)?.[1];
          return place === undefined ? [] : [[Number(place), `${field}: ${description}`] as const];
        }),
      );
      if (code !== Code.InvalidArgument || faults.size === 0) throw error;
      for (const [place, message] of faults) {
        const at = left[place];
        if (at) refused.push({ row: at.row, id: at.id, message });
      }
      left = left.filter((_, place) => !faults.has(place));
    }
  }
  return 0;
}

/** Stores contacts, then looks for duplicates of each: among those that were there and among themselves. A few at a time. */
export async function storeContacts(sheet: Sheet, mapping: Mapping, report: Report): Promise<Stored> {
  const columns = TARGETS.contacts.flatMap((target) => {
    const column = mapping[target];
    return target === 'id' || !column ? [] : [{ target, values: valuesOf(sheet, column) }];
  });
  const refused: Refused[] = [];
  const duplicates: FoundDuplicate[] = [];
  const stored: Row[] = [];
  const store = async (at: Row) => {
    const fields = Object.fromEntries(
      columns.flatMap(({ target, values }) => {
        const value = values[at.row - 1];
        return value ? [[target, value]] : [];
      }),
    );
    try {
      await clientOf(DedupeService).upsertRecord({
        record: { ref: { kind: RecordKind.CONTACT, id: at.id }, fields },
        requestId: crypto.randomUUID(),
      });
      stored.push(at);
    } catch (error) {
      const { code, message } = problemOf(error);
      if (code !== Code.InvalidArgument) throw error;
      refused.push({ row: at.row, id: at.id, message });
    }
  };
  const look = async ({ row, id }: Row) => {
    const answer = await clientOf(DedupeService).findDuplicates({
      subject: { case: 'ref', value: { kind: RecordKind.CONTACT, id } },
      options: { limit: 1 },
    });
    const [likeliest] = answer.duplicates;
    if (likeliest?.ref)
      duplicates.push({ row, id, other: likeliest.ref.id, probability: likeliest.probability });
  };
  await few(rowsOf(sheet, mapping), store, (share) => report(share / 2));
  await few(stored, look, (share) => report((1 + share) / 2));
  const byRow = (one: { row: number }, other: { row: number }) => one.row - other.row;
  return { count: stored.length, refused: refused.sort(byRow), duplicates: duplicates.sort(byRow) };
}

/** Does something for each row, a few at a time. */
async function few(rows: readonly Row[], work: (row: Row) => Promise<void>, report: Report): Promise<void> {
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    await Promise.all(rows.slice(from, from + AT_ONCE).map(work));
    report(Math.min(1, (from + AT_ONCE) / rows.length));
  }
}
