import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Chart } from '@/components/Chart';
import { useFormat } from '@/components/format';
import { Section } from '@/components/Page';
import type { ReliabilityBin } from '@/gen/leadlight/scoring/v1/model_pb';

/** What was predicted against what came true, on records that the model had not seen. */
export function Reliability({ bins }: { readonly bins: readonly ReliabilityBin[] }) {
  const { t } = useTranslation('models');
  const format = useFormat();
  const option = useMemo(() => {
    const most = Math.max(
      ...bins.flatMap(({ meanProbability, positiveRate }) => [meanProbability, positiveRate]),
    );
    const end = Math.min(1, Math.ceil(most * 10) / 10);
    const axis = {
      type: 'value',
      min: 0,
      max: end,
      axisLabel: { formatter: (value: number) => format.percent(value) },
    };
    return {
      grid: { left: 52, right: 16, top: 30, bottom: 40 },
      legend: { top: 0 },
      tooltip: { trigger: 'item', valueFormatter: (value: unknown) => format.percent(Number(value), 1) },
      xAxis: { ...axis, name: t('reliability.predicted'), nameLocation: 'middle', nameGap: 26 },
      yAxis: axis,
      series: [
        {
          type: 'line',
          name: t('reliability.model'),
          symbolSize: 8,
          data: bins.map(({ meanProbability, positiveRate }) => [meanProbability, positiveRate]),
        },
        {
          type: 'line',
          name: t('reliability.perfect'),
          symbol: 'none',
          lineStyle: { type: 'dashed' },
          data: [
            [0, 0],
            [end, end],
          ],
        },
      ],
    };
  }, [bins, format, t]);
  return (
    <Section title={t('reliability.title')}>
      <Chart
        label={t('reliability.label')}
        option={option}
        table={{
          columns: [t('reliability.predicted'), t('reliability.actual'), t('reliability.records')],
          rows: bins.map(({ meanProbability, positiveRate, count }) => [
            format.percent(meanProbability, 1),
            format.percent(positiveRate, 1),
            format.number(Number(count)),
          ]),
        }}
      />
    </Section>
  );
}
