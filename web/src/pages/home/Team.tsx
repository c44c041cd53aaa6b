import { Anchor, Badge, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useFormat } from '@/components/format';
import { Section } from '@/components/Page';
import { PagedTable, type Column } from '@/components/PagedTable';
import { useSellers } from '@/components/people';
import { EmptyState } from '@/components/States';
import { HomeMeasure, type SellerOverview } from '@/gen/leadlight/conversation/v1/home_pb';
import { Change } from './FigureText';
import { measureKey, measureText } from './measures';
import { sellerPath } from './period';

const SHOWN = [
  HomeMeasure.TALK_PERCENT,
  HomeMeasure.SWITCHES_PER_HOUR,
  HomeMeasure.PAUSE_BEFORE_SPEAKING_S,
  HomeMeasure.POSITIVE_PERCENT,
  HomeMeasure.NEGATIVE_PERCENT,
] as const;

/** Each seller's conversations; the name leads to the seller's own page. */
export function Team({
  sellers,
  search,
}: {
  readonly sellers: readonly SellerOverview[];
  readonly search: string;
}) {
  const { t } = useTranslation('home');
  const format = useFormat();
  const { nameOf } = useSellers();
  const columns: Column<SellerOverview>[] = [
    {
      key: 'seller',
      title: t('team.seller'),
      cell: ({ seller, isBest }) => (
        <Group gap={6} wrap="nowrap">
          <Anchor component={Link} to={sellerPath(seller, search)} fw={500}>
            {nameOf(seller)}
          </Anchor>
          {isBest && (
            <Badge variant="default" size="sm" tt="none">
              {t('team.best')}
            </Badge>
          )}
        </Group>
      ),
    },
    {
      key: 'calls',
      title: t('team.calls'),
      align: 'right',
      cell: ({ calls }) => format.number(calls?.value),
    },
    {
      key: 'change',
      title: t('team.change'),
      wideOnly: true,
      cell: ({ calls }) => <Change figure={calls} isBrief />,
    },
    {
      key: 'hours',
      title: t('team.hours'),
      align: 'right',
      wideOnly: true,
      cell: ({ hours }) => format.number(hours?.value, 1),
    },
    ...SHOWN.map((measure) => ({
      key: String(measure),
      title: t(measureKey(measure)),
      align: 'right' as const,
      cell: ({ measures }: SellerOverview) =>
        measureText(format, measure, measures.find((each) => each.measure === measure)?.figure?.value),
    })),
  ];
  return (
    <Section title={t('team.title')}>
      {sellers.length === 0 ? (
        <EmptyState title={t('team.none')} />
      ) : (
        <PagedTable
          caption={t('team.title')}
          columns={columns}
          rows={sellers}
          rowKey={({ seller }) => seller}
        />
      )}
    </Section>
  );
}
