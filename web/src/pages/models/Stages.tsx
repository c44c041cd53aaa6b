import { useTranslation } from 'react-i18next';
import { useFormat } from '@/components/format';
import { Section } from '@/components/Page';
import { PagedTable, type Column } from '@/components/PagedTable';
import type { StageModel } from '@/gen/leadlight/scoring/v1/model_pb';

/** The stages of a process, each with a model of its own or the reason against one. */
export function Stages({ stages }: { readonly stages: readonly StageModel[] }) {
  const { t } = useTranslation('models');
  const format = useFormat();
  const columns: Column<StageModel>[] = [
    { key: 'stage', title: t('stages.stage'), cell: ({ stage }) => stage },
    {
      key: 'closed',
      title: t('values.closed'),
      align: 'right',
      cell: ({ closedCount }) => format.number(Number(closedCount)),
    },
    {
      key: 'won',
      title: t('stages.won'),
      align: 'right',
      cell: ({ wonCount }) => format.number(Number(wonCount)),
    },
    {
      key: 'days',
      title: t('stages.days'),
      align: 'right',
      wideOnly: true,
      cell: ({ medianDaysWon, medianDaysLost }) =>
        `${format.number(medianDaysWon, 1)} / ${format.number(medianDaysLost, 1)}`,
    },
    {
      key: 'auc',
      title: t('metric.auc'),
      align: 'right',
      cell: ({ metrics }) => format.number(metrics?.auc, 3),
    },
    {
      key: 'why',
      title: t('stages.model'),
      cell: ({ trained, explanation }) => (trained ? t('stages.own') : <span lang="en">{explanation}</span>),
    },
  ];
  return (
    <Section title={t('stages.title')}>
      <PagedTable caption={t('stages.title')} columns={columns} rows={stages} rowKey={({ stage }) => stage} />
    </Section>
  );
}
