import { Anchor } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useFormat } from '@/components/format';
import { Section } from '@/components/Page';
import { PagedTable, type Column } from '@/components/PagedTable';
import { recordPath } from '@/components/records';
import type { Deal } from './deals';

/** The same deals as a list, for those who read rather than look. */
export function Deals({ deals }: { readonly deals: readonly Deal[] }) {
  const { t } = useTranslation('pipeline');
  const format = useFormat();
  const columns: Column<Deal>[] = [
    {
      key: 'deal',
      title: t('column.deal'),
      cell: ({ ref, name }) => (
        <Anchor component={Link} to={recordPath(ref)}>
          {name}
        </Anchor>
      ),
    },
    { key: 'closes', title: t('column.closes'), cell: ({ closes }) => format.date(closes) },
    { key: 'health', title: t('column.health'), align: 'right', cell: ({ health }) => format.number(health) },
    {
      key: 'revenue',
      title: t('column.revenue'),
      align: 'right',
      cell: ({ revenue }) => format.money(revenue),
    },
    { key: 'owner', title: t('column.owner'), wideOnly: true, cell: ({ owner }) => owner || '–' },
  ];
  return (
    <Section title={t('list.title')}>
      <PagedTable caption={t('list.title')} columns={columns} rows={deals} rowKey={({ ref }) => ref.id} />
    </Section>
  );
}
