import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Chart } from '@/components/Chart';
import { useFormat } from '@/components/format';
import { Section } from '@/components/Page';
import type { MonthRecordings } from '@/gen/leadlight/conversation/v1/home_pb';
import { EmptyState } from '@/components/States';
import { dateOfDay } from './period';

/** Recordings month by month: calls, hours, and calls that mention something. */
export function Recordings({ months }: { readonly months: readonly MonthRecordings[] }) {
  const { t, i18n } = useTranslation('home');
  const format = useFormat();
  const rows = useMemo(() => {
    const month = new Intl.DateTimeFormat(i18n.language, { year: 'numeric', month: 'short' });
    return months.map((each) => ({
      month: month.format(dateOfDay(each.firstDay)),
      calls: Number(each.callCount),
      hours: each.hours,
      keyword: Number(each.keywordCallCount),
      competitor: Number(each.competitorCallCount),
      brand: Number(each.brandCallCount),
    }));
  }, [months, i18n.language]);
  const option = useMemo(
    () => ({
      grid: { left: 40, right: 44, top: 56, bottom: 28 },
      legend: { top: 0, type: 'scroll' },
      tooltip: { trigger: 'axis', valueFormatter: (value: unknown) => format.number(Number(value), 1) },
      xAxis: { type: 'category', data: rows.map(({ month }) => month) },
      yAxis: [
        { type: 'value', name: t('months.calls'), minInterval: 1 },
        { type: 'value', name: t('months.hours'), splitLine: { show: false } },
      ],
      series: [
        ...(['calls', 'keyword', 'competitor', 'brand'] as const).map((key) => ({
          type: 'bar',
          name: t(`months.${key}`),
          data: rows.map((row) => row[key]),
        })),
        { type: 'line', yAxisIndex: 1, name: t('months.hours'), data: rows.map(({ hours }) => hours) },
      ],
    }),
    [rows, format, t],
  );
  return (
    <Section title={t('months.title')}>
      {rows.every(({ calls }) => calls === 0) ? (
        <EmptyState title={t('months.none')} />
      ) : (
        <Chart
          label={t('months.label')}
          option={option}
          table={{
            columns: ['month', 'calls', 'hours', 'keyword', 'competitor', 'brand'].map((key) =>
              t(`months.${key}`),
            ),
            rows: rows.map(({ month, calls, hours, keyword, competitor, brand }) => [
              month,
              calls,
              format.number(hours, 1),
              keyword,
              competitor,
              brand,
            ]),
          }}
        />
      )}
    </Section>
  );
}
