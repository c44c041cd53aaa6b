import { Anchor, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useFormat } from '@/components/format';
import { PagedTable, type Column, type useTokenPages } from '@/components/PagedTable';
import { recordPath } from '@/components/records';
import { TrendArrow } from '@/components/Trend';
import type { ScoredRecord } from '@/gen/leadlight/gateway/v1/insight_pb';
import { Trend } from '@/gen/leadlight/scoring/v1/score_pb';
import { ScoreCell } from './ScoreCell';

interface Props {
  readonly caption: string;
  readonly records: readonly ScoredRecord[];
  readonly pages?: ReturnType<typeof useTokenPages>;
  readonly nextPageToken?: string;
}

/** Scored records with what relationship says of them. */
export function ScoredTable({ caption, records, ...paging }: Props) {
  const { t } = useTranslation('leads');
  const format = useFormat();
  const hasValues = records.some(({ record }) => record?.expectedValue);
  const columns: Column<ScoredRecord>[] = [
    {
      key: 'name',
      title: t('column.name'),
      cell: ({ record, displayName }) =>
        record?.ref && (
          <Anchor component={Link} to={recordPath(record.ref)} fw={500}>
            {displayName || record.ref.id}
          </Anchor>
        ),
    },
    { key: 'score', title: t('column.score'), cell: ({ record }) => record && <ScoreCell record={record} /> },
    {
      key: 'trend',
      title: t('column.trend'),
      cell: ({ record }) => <TrendArrow trend={record?.score?.trend ?? Trend.UNSPECIFIED} />,
    },
    {
      key: 'health',
      title: t('column.health'),
      align: 'right',
      wideOnly: true,
      cell: ({ healthScore }) => format.number(healthScore),
    },
    ...(hasValues
      ? [
          {
            key: 'value',
            title: t('column.value'),
            align: 'right' as const,
            wideOnly: true,
            cell: ({ record }: ScoredRecord) => format.money(record?.expectedValue),
          },
        ]
      : []),
    {
      key: 'owner',
      title: t('column.owner'),
      wideOnly: true,
      cell: ({ owner }) => <Text size="sm">{owner || '–'}</Text>,
    },
    {
      key: 'created',
      title: t('column.created'),
      wideOnly: true,
      cell: ({ record }) => format.date(record?.createTime),
    },
  ];
  return (
    <PagedTable
      caption={caption}
      columns={columns}
      rows={records}
      rowKey={({ record }) => record?.ref?.id ?? ''}
      {...paging}
    />
  );
}
