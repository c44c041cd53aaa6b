import { useQuery } from '@connectrpc/connect-query';
import { Anchor, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useFormat } from '@/components/format';
import { Section } from '@/components/Page';
import { PagedTable, type Column } from '@/components/PagedTable';
import { recordPath } from '@/components/records';
import { Loaded } from '@/components/States';
import type { RecordRef } from '@/gen/leadlight/common/v1/record_pb';
import { SimilarDealsBasis, type SimilarDeal } from '@/gen/leadlight/relationship/v1/deal_pb';
import { DealService } from '@/gen/leadlight/relationship/v1/deal_service_pb';

const SHOWN = 8;

/** Deals that were won, like this one, and what they took beside it. */
export function SimilarDeals({ subject }: { readonly subject: RecordRef }) {
  const { t } = useTranslation('record');
  const format = useFormat();
  const similarity: Column<SimilarDeal> = {
    key: 'similarity',
    title: t('similar.similarity'),
    align: 'right',
    cell: (deal) => format.percent(deal.similarity),
  };
  const query = useQuery(DealService.method.getSimilarDeals, { ref: subject });
  return (
    <Section title={t('similar.title')}>
      <Loaded query={query}>
        {({ deals, basis, effort, meanEffort, fields }) =>
          deals.length === 0 ? (
            <Text size="sm">{t('similar.none')}</Text>
          ) : (
            <>
              <Text size="sm">
                {t(basis === SimilarDealsBasis.SIMILAR ? 'similar.alike' : 'similar.newest')}{' '}
                {t('similar.effort', {
                  own: format.number(effort?.activityCount),
                  mean: format.number(meanEffort?.activityCount),
                })}
              </Text>
              <PagedTable
                caption={t('similar.title')}
                rows={deals.slice(0, SHOWN)}
                rowKey={({ ref }) => ref?.id ?? ''}
                columns={[
                  {
                    key: 'deal',
                    title: t('similar.deal'),
                    cell: ({ ref }) =>
                      ref && (
                        <Anchor component={Link} to={recordPath(ref)}>
                          {ref.id}
                        </Anchor>
                      ),
                  },
                  ...(basis === SimilarDealsBasis.SIMILAR ? [similarity] : []),
                  {
                    key: 'activities',
                    title: t('similar.activities'),
                    align: 'right',
                    cell: (deal) => format.number(deal.effort?.activityCount),
                  },
                  {
                    key: 'response',
                    title: t('similar.response'),
                    align: 'right',
                    wideOnly: true,
                    cell: (deal) => format.duration(deal.effort?.responseTime),
                  },
                ]}
              />
              {fields.length > 0 && (
                <Text size="xs" c="dimmed">
                  {t('similar.by', {
                    fields: fields
                      .map(({ name, weight }) => `${name} (${format.percent(weight)})`)
                      .join(', '),
                  })}
                </Text>
              )}
            </>
          )
        }
      </Loaded>
    </Section>
  );
}
