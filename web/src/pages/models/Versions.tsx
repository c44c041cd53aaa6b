import { useMutation, useQuery } from '@connectrpc/connect-query';
import { Button, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useMay } from '@/api/session';
import { useFormat } from '@/components/format';
import { Section } from '@/components/Page';
import { PagedTable, useTokenPages, type Column } from '@/components/PagedTable';
import { ErrorState, Loaded } from '@/components/States';
import { ModelState, type Model } from '@/gen/leadlight/scoring/v1/model_pb';
import { ModelService } from '@/gen/leadlight/scoring/v1/model_service_pb';

/** The line's trainings; an earlier one can be put back into use. */
export function Versions({ model }: { readonly model: Model }) {
  const { t } = useTranslation('models');
  const format = useFormat();
  const queries = useQueryClient();
  const pages = useTokenPages(model.name);
  const query = useQuery(ModelService.method.listModelVersions, {
    name: model.name,
    pageToken: pages.pageToken,
  });
  const publish = useMutation(ModelService.method.publishModel, {
    onSuccess: () => void queries.invalidateQueries(),
  });
  const mayPublish = useMay('manager', 'admin');
  const columns: Column<Model>[] = [
    { key: 'version', title: t('versions.version'), cell: ({ version }) => version },
    { key: 'time', title: t('column.trained'), cell: ({ trainTime }) => format.dateTime(trainTime) },
    {
      key: 'auc',
      title: t('metric.auc'),
      align: 'right',
      cell: ({ metrics }) => format.number(metrics?.auc, 3),
    },
    {
      key: 'use',
      title: t('versions.use'),
      cell: ({ state, version }) =>
        state === ModelState.PUBLISHED ? (
          <Text size="sm">{t('versions.inUse')}</Text>
        ) : (
          mayPublish && (
            <Button
              size="compact-sm"
              variant="default"
              aria-label={t('versions.publish', { version })}
              loading={publish.isPending && publish.variables.version === version}
              onClick={() => publish.mutate({ name: model.name, version })}
            >
              {t('change.publish')}
            </Button>
          )
        ),
    },
  ];
  return (
    <Section title={t('versions.title')}>
      {publish.error && <ErrorState error={publish.error} />}
      <Loaded query={query}>
        {({ versions, nextPageToken }) => (
          <PagedTable
            caption={t('versions.title')}
            columns={columns}
            rows={versions}
            rowKey={({ version }) => String(version)}
            pages={pages}
            nextPageToken={nextPageToken}
          />
        )}
      </Loaded>
    </Section>
  );
}
