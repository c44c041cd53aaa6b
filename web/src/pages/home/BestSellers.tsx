import { Anchor, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useFormat } from '@/components/format';
import { Section } from '@/components/Page';
import { PagedTable, type Column } from '@/components/PagedTable';
import { useSellers } from '@/components/people';
import { EmptyState } from '@/components/States';
import {
  HomeMentionKind,
  type BestSellers as Best,
  type Figure,
  type Interval,
} from '@/gen/leadlight/conversation/v1/home_pb';
import { percentText } from './Bubbles';
import { SampleSize } from './FigureText';
import { IntervalBar, mostOf } from './IntervalBar';
import { measureKey, measureText } from './measures';
import { mentionPath, sellerPath } from './period';

/** What the best sellers do otherwise than the rest, and whether that is more than noise. */
export function BestSellers({ best, search }: { readonly best: Best; readonly search: string }) {
  const { t } = useTranslation('home');
  const format = useFormat();
  const { nameOf } = useSellers();
  if (best.best.length === 0 || best.otherCount === 0)
    return (
      <Section title={t('best.title')}>
        <EmptyState title={t('best.none')}>{t('best.noneWhy')}</EmptyState>
      </Section>
    );
  const measures = best.measures.map(
    ({ measure, best: ofBest, team, difference, interval, isClear }): Compared => ({
      key: String(measure),
      name: t(measureKey(measure)),
      best: ofBest,
      team,
      difference,
      interval,
      isClear,
      text: (value) => measureText(format, measure, value),
    }),
  );
  const keywords = best.keywords.map(({ key, best: ofBest, team, interval, isClear }): Compared => ({
    key,
    name: key,
    to: mentionPath(HomeMentionKind.KEYWORD, key, search),
    best: ofBest,
    team,
    difference:
      ofBest?.value === undefined || team?.value === undefined ? undefined : ofBest.value - team.value,
    interval,
    isClear,
    text: (value) => percentText(format.percent, value),
  }));
  return (
    <Section title={t('best.title')}>
      <div>
        <Text size="sm">
          {t('best.who', { others: best.otherCount, mean: format.money(best.meanRevenue) })}{' '}
          {best.best.map(({ seller, revenue }, index) => (
            <span key={seller}>
              {index > 0 && ', '}
              <Anchor component={Link} to={sellerPath(seller, search)} size="sm" underline="always">
                {nameOf(seller)}
              </Anchor>{' '}
              ({format.money(revenue)})
            </span>
          ))}
        </Text>
        <Text size="sm" c="dimmed">
          {t('best.purpose')}
        </Text>
      </div>
      <Comparison caption={t('best.measures')} rows={measures} />
      {keywords.length > 0 && <Comparison caption={t('best.keywords')} rows={keywords} />}
    </Section>
  );
}

interface Compared {
  readonly key: string;
  readonly name: string;
  readonly to?: string;
  readonly best: Figure | undefined;
  readonly team: Figure | undefined;
  readonly difference: number | undefined;
  readonly interval: Interval | undefined;
  readonly isClear: boolean;
  readonly text: (value: number | undefined) => string;
}

function Comparison({ caption, rows }: { readonly caption: string; readonly rows: readonly Compared[] }) {
  const { t } = useTranslation('home');
  const columns: Column<Compared>[] = [
    {
      key: 'name',
      title: caption,
      cell: ({ name, to }) =>
        to ? (
          <Anchor component={Link} to={to} size="sm" underline="always">
            {name}
          </Anchor>
        ) : (
          name
        ),
    },
    { key: 'best', title: t('best.best'), cell: (row) => <Side figure={row.best} row={row} colour="best" /> },
    { key: 'team', title: t('best.team'), cell: (row) => <Side figure={row.team} row={row} colour="team" /> },
    {
      key: 'difference',
      title: t('best.difference'),
      cell: ({ difference, interval, isClear, text }) => (
        <Stack gap={0} miw={150}>
          <Text size="sm" fw={isClear ? 700 : 400}>
            {text(difference)}
          </Text>
          <Text size="xs" c={isClear ? undefined : 'dimmed'}>
            {t(isClear ? 'best.clear' : interval ? 'best.noise' : 'best.tooFew')}
          </Text>
          {interval && (
            <Text size="xs" c="dimmed">
              {t('best.interval', { low: text(interval.low), high: text(interval.high) })}
            </Text>
          )}
        </Stack>
      ),
    },
  ];
  return <PagedTable caption={caption} columns={columns} rows={rows} rowKey={({ key }) => key} />;
}

interface SideProps {
  readonly figure: Figure | undefined;
  readonly row: Compared;
  readonly colour: 'best' | 'team';
}

function Side({ figure, row, colour }: SideProps) {
  return (
    <Stack gap={0}>
      <Text size="sm">
        {row.text(figure?.value)} <SampleSize figure={figure} />
      </Text>
      <IntervalBar figure={figure} most={mostOf(row.best, row.team)} colour={colour} />
    </Stack>
  );
}
