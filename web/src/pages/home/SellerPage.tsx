import { useQuery } from '@connectrpc/connect-query';
import { Anchor, NativeSelect, SimpleGrid, Stack, Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { Chart } from '@/components/Chart';
import { useFormat } from '@/components/format';
import { Page, Section } from '@/components/Page';
import { useSellers } from '@/components/people';
import { EmptyState, Loaded } from '@/components/States';
import {
  HomeMeasure,
  type Figure,
  type SellerOverview,
  type SellerPoint,
} from '@/gen/leadlight/conversation/v1/home_pb';
import { HomeService, type SellerDetails } from '@/gen/leadlight/conversation/v1/home_service_pb';
import { percentText } from './Bubbles';
import { Change, SampleSize } from './FigureText';
import { HomeCalls } from './HomeCalls';
import { measureKey, measureText } from './measures';
import { dateOfDay, useChosen, useSpanText } from './period';
import { PeriodFilter } from './PeriodFilter';

/** A seller: their measures, how they move, and their calls. */
export default function SellerPage() {
  const { t } = useTranslation('home');
  const { seller = '' } = useParams();
  const { nameOf } = useSellers();
  const choice = useChosen();
  const { chosen, period, search } = choice;
  const query = useQuery(
    HomeService.method.getSellerDetails,
    { seller, period, team: chosen.team },
    { enabled: period !== undefined, placeholderData: (previous) => previous },
  );
  const span = useSpanText(query.data?.span);
  return (
    <Page
      title={nameOf(seller)}
      subtitle={[seller, span].filter(Boolean).join(' · ')}
      aside={
        <Anchor component={Link} to={`/home${search}`}>
          {t('back')}
        </Anchor>
      }
    >
      <PeriodFilter choice={choice} withSeller={false} />
      {period === undefined ? (
        <EmptyState title={t('filter.needsDates')} />
      ) : (
        <>
          <Loaded query={query}>{(details) => <Details details={details} />}</Loaded>
          <HomeCalls period={period} team={chosen.team} seller={seller} />
        </>
      )}
    </Page>
  );
}

function Details({ details: { overview, points, negativePercent } }: { readonly details: SellerDetails }) {
  const { t } = useTranslation('home');
  const format = useFormat();
  return (
    <>
      <Section title={t('seller.measures')}>
        <SimpleGrid cols={{ base: 2, sm: 3, lg: 5 }} spacing="md">
          <Measure
            name={t('team.calls')}
            figure={overview?.calls}
            text={format.number(overview?.calls?.value)}
          />
          <Measure
            name={t('team.hours')}
            figure={overview?.hours}
            text={format.number(overview?.hours?.value, 1)}
          />
          {overview?.measures.map(({ measure, figure }) => (
            <Measure
              key={measure}
              name={t(measureKey(measure))}
              figure={figure}
              text={measureText(format, measure, figure?.value)}
            />
          ))}
          <Measure
            name={t('topics.moreNegative')}
            figure={negativePercent}
            text={percentText(format.percent, negativePercent?.value)}
          />
        </SimpleGrid>
      </Section>
      <Section title={t('seller.overTime')}>
        {overview && points.length > 0 ? (
          <OverTime overview={overview} points={points} />
        ) : (
          <EmptyState title={t('calls.none')} />
        )}
      </Section>
    </>
  );
}

interface MeasureProps {
  readonly name: string;
  readonly figure: Figure | undefined;
  readonly text: string;
}

function Measure({ name, figure, text }: MeasureProps) {
  return (
    <Stack gap={0}>
      <Text size="sm" c="dimmed">
        {name}
      </Text>
      <Text fw={700} size="lg">
        {text}
      </Text>
      <Change figure={figure} />
      <SampleSize figure={figure} />
    </Stack>
  );
}

interface OverTimeProps {
  readonly overview: SellerOverview;
  readonly points: readonly SellerPoint[];
}

/** One measure at a time, since their units differ. */
function OverTime({ overview, points }: OverTimeProps) {
  const { t } = useTranslation('home');
  const format = useFormat();
  const [wanted, setWanted] = useState<HomeMeasure>(HomeMeasure.TALK_PERCENT);
  const known = overview.measures.map(({ measure }) => measure);
  const measure = known.includes(wanted) ? wanted : (known[0] ?? HomeMeasure.UNSPECIFIED);
  const rows = useMemo(
    () =>
      points.map(({ firstDay, callCount, measures }) => {
        const figure = measures.find((each) => each.measure === measure)?.figure;
        return {
          day: format.date(dateOfDay(firstDay)),
          value: figure?.value,
          calls: Number(callCount),
        };
      }),
    [points, measure, format],
  );
  const option = useMemo(
    () => ({
      grid: { left: 48, right: 40, top: 40, bottom: 28 },
      legend: { top: 0 },
      tooltip: { trigger: 'axis', valueFormatter: (value: unknown) => format.number(Number(value), 1) },
      xAxis: { type: 'category', data: rows.map(({ day }) => day), axisLabel: { hideOverlap: true } },
      yAxis: [
        { type: 'value', scale: true },
        { type: 'value', minInterval: 1, splitLine: { show: false } },
      ],
      series: [
        {
          type: 'bar',
          yAxisIndex: 1,
          name: t('team.calls'),
          itemStyle: { opacity: 0.35 },
          barMaxWidth: 24,
          data: rows.map(({ calls }) => calls),
        },
        // What a day's calls do not give is a gap.
        { type: 'line', name: t(measureKey(measure)), data: rows.map(({ value }) => value ?? null) },
      ],
    }),
    [rows, measure, format, t],
  );
  if (known.length === 0) return <EmptyState title={t('seller.noMeasures')} />;
  return (
    <>
      <NativeSelect
        label={t('seller.measure')}
        value={String(measure)}
        onChange={({ currentTarget }) => setWanted(Number(currentTarget.value))}
        data={known.map((each) => ({ value: String(each), label: t(measureKey(each)) }))}
        maw={320}
      />
      <Chart
        label={t('seller.label', { measure: t(measureKey(measure)) })}
        option={option}
        height={260}
        table={{
          columns: [t('mention.day'), t(measureKey(measure)), t('team.calls')],
          rows: rows.map(({ day, value, calls }) => [day, measureText(format, measure, value), calls]),
        }}
      />
    </>
  );
}
