import { SimpleGrid, Stack, Tabs, Text } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Chart } from '@/components/Chart';
import { useFormat } from '@/components/format';
import { Section } from '@/components/Page';
import { EmptyState } from '@/components/States';
import type { CustomerTopics, MeasureFigure } from '@/gen/leadlight/conversation/v1/home_pb';
import { HomeMeasure } from '@/gen/leadlight/conversation/v1/home_pb';
import { Bubbles, percentText } from './Bubbles';
import { Change, SampleSize } from './FigureText';
import { measureKey } from './measures';

const COLOURS: Partial<Record<HomeMeasure, string>> = {
  [HomeMeasure.POSITIVE_PERCENT]: '#2f9e44',
  [HomeMeasure.NEUTRAL_PERCENT]: '#868e96',
  [HomeMeasure.NEGATIVE_PERCENT]: '#e03131',
};

/** What customers talk about, and how they sound. */
export function Topics({ topics, search }: { readonly topics: CustomerTopics; readonly search: string }) {
  const { t } = useTranslation('home');
  const format = useFormat();
  const tabs = [
    { key: 'keywords', mentions: topics.keywords },
    { key: 'competitors', mentions: topics.competitors },
    { key: 'brands', mentions: topics.brands },
  ];
  return (
    <Section title={t('topics.title')} aside={<SampleSize figure={topics.conversations} />}>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Stack gap="xs">
          <Text fw={600}>{t('topics.sentiment')}</Text>
          <Sentiment split={topics.split} />
        </Stack>
        <Stack gap={4} justify="center">
          <Text size="sm" c="dimmed">
            {t('topics.moreNegative')}
          </Text>
          <Text size="xl" fw={700}>
            {percentText(format.percent, topics.negativePercent?.value)}
          </Text>
          <Change figure={topics.negativePercent} />
          <SampleSize figure={topics.negativePercent} />
          <Text size="sm" c="dimmed">
            {t('topics.mean', { mean: format.number(topics.meanSentiment, 2) })}
          </Text>
        </Stack>
      </SimpleGrid>
      <Tabs defaultValue="keywords" keepMounted={false}>
        <Tabs.List>
          {tabs.map(({ key, mentions }) => (
            <Tabs.Tab key={key} value={key}>
              {t(`topics.${key}`)} ({format.number(mentions.length)})
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabs.map(({ key, mentions }) => (
          <Tabs.Panel key={key} value={key} pt="sm">
            {mentions.length === 0 ? (
              <EmptyState title={t(`topics.none.${key}`)} />
            ) : (
              <Bubbles title={t(`topics.${key}`)} mentions={mentions} search={search} />
            )}
          </Tabs.Panel>
        ))}
      </Tabs>
    </Section>
  );
}

function Sentiment({ split }: { readonly split: readonly MeasureFigure[] }) {
  const { t } = useTranslation('home');
  const format = useFormat();
  const parts = useMemo(
    () =>
      split.flatMap(({ measure, figure }) =>
        figure?.value === undefined ? [] : [{ measure, name: t(measureKey(measure)), value: figure.value }],
      ),
    [split, t],
  );
  const option = useMemo(
    () => ({
      tooltip: {
        trigger: 'item',
        valueFormatter: (value: unknown) => percentText(format.percent, Number(value)),
      },
      series: [
        {
          type: 'pie',
          radius: ['50%', '75%'],
          label: {
            formatter: ({ name, value }: { name: string; value: number }) =>
              `${name}\n${percentText(format.percent, value)}`,
          },
          data: parts.map(({ measure, name, value }) => ({
            name,
            value,
            itemStyle: { color: COLOURS[measure] },
          })),
        },
      ],
    }),
    [parts, format],
  );
  if (parts.length === 0) return <EmptyState title={t('topics.noSentiment')} />;
  return (
    <Chart
      label={t('topics.donut')}
      option={option}
      height={220}
      table={{
        columns: [t('topics.sentiment'), t('topics.turnShare')],
        rows: parts.map(({ name, value }) => [name, percentText(format.percent, value)]),
      }}
    />
  );
}
