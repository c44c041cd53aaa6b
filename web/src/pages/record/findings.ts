import type { Duration } from '@bufbuild/protobuf/wkt';
import { useTranslation } from 'react-i18next';
import { durationSeconds, useFormat } from '@/components/format';
import { ActivityKind } from '@/gen/leadlight/relationship/v1/activity_pb';
import { SimilarDealsBasis } from '@/gen/leadlight/relationship/v1/deal_pb';
import type { Insights } from '@/gen/leadlight/relationship/v1/insight_pb';

const DAY_S = 86_400;
/** Kinds that somebody starts: tasks and the like are nobody's turn. */
const STARTED: readonly ActivityKind[] = [ActivityKind.EMAIL, ActivityKind.MEETING, ActivityKind.PHONE_CALL];

/** What there is to say of a relationship, in the reader's language.
 *
 * From the same figures as the service's own `summary`, which is English alone.
 */
export function useFindings(insights: Insights): string[] {
  const { t } = useTranslation('record');
  const format = useFormat();
  const { health, kinds, lastInteraction, ourResponses, customerResponses, wonDeals } = insights;

  function silence(): string[] {
    if (!lastInteraction) return [t('health.found.nothing')];
    const gap = health?.parts?.gapDays ?? 0;
    const expected = health?.expectedDays ?? 0;
    if (gap <= expected) return [];
    return [
      t('health.found.silence', {
        gap: format.duration(gap * DAY_S),
        expected: format.duration(expected * DAY_S),
      }),
    ];
  }

  function differences(): string[] {
    return kinds
      .filter(
        ({ kind, fromUsCount, fromCustomerCount }) =>
          STARTED.includes(kind) && fromUsCount !== fromCustomerCount,
      )
      .map(({ kind, fromUsCount, fromCustomerCount }) => {
        const more = Number(fromUsCount - fromCustomerCount);
        return t(more > 0 ? 'health.found.moreFromUs' : 'health.found.moreFromCustomer', {
          kind: t(`activities.kind.${ActivityKind[kind]}`),
          more: format.number(Math.abs(more)),
        });
      });
  }

  function responses(): string[] {
    if (!ourResponses?.median || !customerResponses?.median) return [];
    const lead = durationSeconds(customerResponses.median) - durationSeconds(ourResponses.median);
    if (lead === 0) return [];
    return [
      t(lead > 0 ? 'health.found.weFaster' : 'health.found.customerFaster', {
        time: format.duration(Math.abs(lead)),
      }),
    ];
  }

  function beside(): string[] {
    const own = wonDeals?.effort;
    const mean = wonDeals?.meanEffort;
    if (!own || !mean) return [];
    const time = (value: Duration | undefined) => value && format.duration(value);
    const share = (value: number | undefined) => (value === undefined ? undefined : format.percent(value));
    const figures = [
      ['activities', format.number(own.activityCount, 1), format.number(mean.activityCount, 1)],
      ['ownTime', time(own.ownTime), time(mean.ownTime)],
      ['response', time(own.responseTime), time(mean.responseTime)],
      ['rate', share(own.responseRate), share(mean.responseRate)],
    ] as const;
    const deals = t(
      wonDeals.basis === SimilarDealsBasis.SIMILAR ? 'health.found.similarDeals' : 'health.found.newestDeals',
    );
    return figures.flatMap(([what, here, there]) =>
      here !== undefined && there !== undefined && here !== there
        ? [t('health.found.beside', { what: t(`health.found.${what}`), here, deals, there })]
        : [],
    );
  }

  return [...silence(), ...differences(), ...responses(), ...beside()];
}
