import { timestampDate } from '@bufbuild/protobuf/wkt';
import { moneyAmount } from '@/components/format';
import type { Money } from '@/gen/google/type/money_pb';
import type { RecordRef } from '@/gen/leadlight/common/v1/record_pb';
import type { PipelineDeal } from '@/gen/leadlight/relationship/v1/deal_pb';
import type { RelationshipRecord } from '@/gen/leadlight/relationship/v1/record_pb';

const DAY_MS = 86_400_000;

/** A bubble with its names. */
export interface Deal {
  readonly ref: RecordRef;
  readonly name: string;
  readonly owner: string;
  readonly closes: Date;
  readonly health: number;
  readonly revenue: Money | undefined;
}

/** The deals of a pipeline with the names and owners that relationship was told. */
export function dealsOf(
  deals: readonly PipelineDeal[],
  known: ReadonlyMap<string, RelationshipRecord>,
): Deal[] {
  return deals.flatMap(({ ref, estimatedCloseTime, healthScore, estimatedRevenue }) =>
    ref && estimatedCloseTime
      ? [
          {
            ref,
            name: known.get(ref.id)?.displayName || ref.id,
            owner: known.get(ref.id)?.owner ?? '',
            closes: timestampDate(estimatedCloseTime),
            health: healthScore,
            revenue: estimatedRevenue,
          },
        ]
      : [],
  );
}

/** Those of an owner ('' for everybody) that may close within so many days (undefined for whenever). */
export function within(deals: readonly Deal[], owner: string, days: number | undefined): Deal[] {
  const last = days === undefined ? Infinity : Date.now() + days * DAY_MS;
  return deals.filter((deal) => (owner === '' || deal.owner === owner) && deal.closes.getTime() <= last);
}

/** The deals by their currency; '' for those without a revenue. Sums of different currencies do not compare. */
export function byCurrency(deals: readonly Deal[]): Map<string, Deal[]> {
  const groups = new Map<string, Deal[]>();
  for (const deal of deals) {
    const currency = deal.revenue?.currencyCode ?? '';
    groups.set(currency, [...(groups.get(currency) ?? []), deal]);
  }
  return groups;
}

const SMALLEST_PX = 10;
const LARGEST_PX = 56;

/** Diameter whose area grows with the revenue, against the largest of the same currency. */
export function diameter(deal: Deal, group: readonly Deal[]): number {
  const amounts = group.map(({ revenue }) => (revenue ? moneyAmount(revenue) : 0));
  const largest = Math.max(...amounts);
  if (!deal.revenue || largest === 0) return SMALLEST_PX;
  return Math.max(SMALLEST_PX, LARGEST_PX * Math.sqrt(moneyAmount(deal.revenue) / largest));
}
