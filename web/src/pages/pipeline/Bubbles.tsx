import { Text } from '@mantine/core';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { Chart } from '@/components/Chart';
import { useFormat } from '@/components/format';
import { Section } from '@/components/Page';
import { recordPath } from '@/components/records';
import { byCurrency, diameter, type Deal } from './deals';

/** Across: when a deal may close. Upwards: its health. Size: what it may bring. A click leads to its page. */
export function Bubbles({ deals }: { readonly deals: readonly Deal[] }) {
  const { t } = useTranslation('pipeline');
  const format = useFormat();
  const navigate = useNavigate();
  const groups = useMemo(
    () => [...byCurrency(deals)].sort(([one], [other]) => one.localeCompare(other)),
    [deals],
  );
  const option = useMemo(
    () => ({
      grid: { left: 44, right: 24, top: 40, bottom: 40 },
      legend: { top: 0, type: 'scroll' },
      tooltip: {
        formatter: ({ seriesIndex, dataIndex }: { seriesIndex: number; dataIndex: number }) => {
          const deal = groups[seriesIndex]?.[1][dataIndex];
          return deal ? told(deal, format.date(deal.closes), format.money(deal.revenue)) : '';
        },
      },
      xAxis: {
        type: 'time',
        boundaryGap: ['4%', '4%'],
        axisLabel: { hideOverlap: true, formatter: (value: number) => format.date(new Date(value)) },
      },
      yAxis: { type: 'value', name: t('column.health'), min: 0, max: 100 },
      series: groups.map(([currency, group]) => ({
        type: 'scatter',
        name: currency || t('noRevenue'),
        itemStyle: { opacity: 0.75 },
        data: group.map((deal) => ({
          value: [deal.closes, deal.health],
          symbolSize: diameter(deal, group),
        })),
      })),
    }),
    [groups, format, t],
  );
  const onItem = useCallback(
    ({ seriesIndex, dataIndex }: { seriesIndex: number; dataIndex: number }) => {
      const deal = groups[seriesIndex]?.[1][dataIndex];
      if (deal) void navigate(recordPath(deal.ref));
    },
    [groups, navigate],
  );
  return (
    <Section title={t('chart.title')}>
      <Text size="sm" c="dimmed">
        {t('chart.how')}
      </Text>
      <Chart
        label={t('chart.label', { count: deals.length })}
        option={option}
        height={380}
        onItem={onItem}
        table={{
          columns: [t('column.deal'), t('column.closes'), t('column.health'), t('column.revenue')],
          rows: deals.map((deal) => [
            deal.name,
            format.date(deal.closes),
            deal.health,
            format.money(deal.revenue),
          ]),
        }}
      />
    </Section>
  );
}

/** A tooltip is HTML, and a deal's name is anybody's text. */
function told(deal: Deal, closes: string, revenue: string): string {
  const element = document.createElement('div');
  element.innerText = `${deal.name}\n${closes} · ${deal.health} · ${revenue}`;
  return element.innerHTML;
}
