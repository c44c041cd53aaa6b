import { useQuery } from '@connectrpc/connect-query';
import { Anchor, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useMay } from '@/api/session';
import { useFormat } from '@/components/format';
import { Page } from '@/components/Page';
import { PagedTable, useTokenPages, type Column } from '@/components/PagedTable';
import { kindName } from '@/components/records';
import { EmptyState, Loaded } from '@/components/States';
import type { Model } from '@/gen/leadlight/scoring/v1/model_pb';
import { ModelService } from '@/gen/leadlight/scoring/v1/model_service_pb';
import { StateBadge, VerdictBadge } from './Badges';
import { Train } from './Train';

/** The scoring models: what there is, how good each is, which one is in use. */
export default function ModelsPage() {
  const { t } = useTranslation('models');
  const pages = useTokenPages('models');
  const query = useQuery(ModelService.method.listModels, { pageToken: pages.pageToken });
  const mayTrain = useMay('manager', 'admin');
  return (
    <Page title={t('title')} subtitle={t('subtitle')}>
      <Stack gap="md">
        {mayTrain && <Train />}
        <Loaded query={query}>
          {({ models, nextPageToken }) =>
            models.length === 0 ? (
              <EmptyState title={t('empty.title')}>
                <Text size="sm">
                  {t('empty.how')}{' '}
                  <Anchor component={Link} to="/import">
                    {t('empty.import')}
                  </Anchor>
                </Text>
              </EmptyState>
            ) : (
              <Listed models={models} pages={pages} nextPageToken={nextPageToken} />
            )
          }
        </Loaded>
      </Stack>
    </Page>
  );
}

function Listed({
  models,
  ...paging
}: {
  readonly models: readonly Model[];
  readonly pages: ReturnType<typeof useTokenPages>;
  readonly nextPageToken: string;
}) {
  const { t } = useTranslation('models');
  const format = useFormat();
  const columns: Column<Model>[] = [
    {
      key: 'name',
      title: t('column.name'),
      cell: ({ name, displayName }) => (
        <Anchor component={Link} to={`/${name}`} fw={500}>
          {displayName || name}
        </Anchor>
      ),
    },
    { key: 'kind', title: t('column.kind'), cell: ({ kind }) => t(`kind.${kindName(kind)}`), wideOnly: true },
    { key: 'state', title: t('column.state'), cell: ({ state }) => <StateBadge state={state} /> },
    {
      key: 'auc',
      title: t('metric.auc'),
      align: 'right',
      cell: ({ metrics }) => format.number(metrics?.auc, 3),
    },
    { key: 'verdict', title: t('column.verdict'), cell: ({ verdict }) => <VerdictBadge verdict={verdict} /> },
    {
      key: 'records',
      title: t('column.records'),
      align: 'right',
      wideOnly: true,
      cell: ({ trainingData }) =>
        format.number(trainingData === undefined ? undefined : Number(trainingData.recordCount)),
    },
    {
      key: 'trained',
      title: t('column.trained'),
      wideOnly: true,
      cell: ({ trainTime }) => format.date(trainTime),
    },
  ];
  return (
    <PagedTable
      caption={t('title')}
      columns={columns}
      rows={models}
      rowKey={({ name }) => name}
      {...paging}
    />
  );
}
