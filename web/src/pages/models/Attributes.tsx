import { Accordion, Stack, Text } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Chart } from '@/components/Chart';
import { useFormat } from '@/components/format';
import { Section } from '@/components/Page';
import { PagedTable, type Column } from '@/components/PagedTable';
import {
  AttributeUse,
  type AttributeValueStatistics,
  type ModelAttribute,
} from '@/gen/leadlight/scoring/v1/model_pb';

const SHOWN = 20;

/** What the model looks at, how much it counts, what its values say; and what was left out, with the reason. */
export function Attributes({ attributes }: { readonly attributes: readonly ModelAttribute[] }) {
  const { t } = useTranslation('models');
  const used = attributes.filter(({ use }) => use === AttributeUse.USED);
  const left = attributes.filter(({ use }) => use !== AttributeUse.USED);
  return (
    <>
      <Influence attributes={used} />
      <Section title={t('values.title')}>
        <Accordion variant="contained" order={3}>
          {used
            .filter(({ values }) => values.length > 0)
            .map(({ attribute, values }) => (
              <Accordion.Item key={attribute} value={attribute}>
                <Accordion.Control>{attribute}</Accordion.Control>
                <Accordion.Panel>
                  <Values attribute={attribute} values={values} />
                </Accordion.Panel>
              </Accordion.Item>
            ))}
        </Accordion>
      </Section>
      {left.length > 0 && (
        <Section title={t('left.title')}>
          <Stack gap={4} component="ul" m={0} pl="md">
            {left.map(({ attribute, use, explanation }) => (
              <Text key={attribute} component="li" size="sm">
                <b>{attribute}</b> · {t(`use.${AttributeUse[use]}`)} <span lang="en">{explanation}</span>
              </Text>
            ))}
          </Stack>
        </Section>
      )}
    </>
  );
}

function Influence({ attributes }: { readonly attributes: readonly ModelAttribute[] }) {
  const { t } = useTranslation('models');
  const format = useFormat();
  const option = useMemo(() => {
    const shown = attributes.slice(0, SHOWN).reverse();
    return {
      grid: { left: 8, right: 16, top: 8, bottom: 8, outerBoundsMode: 'same' },
      xAxis: { type: 'value' },
      yAxis: {
        type: 'category',
        data: shown.map(({ attribute }) => attribute),
        axisLabel: { width: 150, overflow: 'truncate' },
      },
      tooltip: { trigger: 'item', valueFormatter: (value: unknown) => format.number(Number(value), 3) },
      series: [{ type: 'bar', name: t('influence.column'), data: shown.map(({ influence }) => influence) }],
    };
  }, [attributes, format, t]);
  return (
    <Section title={t('influence.title')}>
      <Text size="sm" c="dimmed">
        {t('influence.what')}
      </Text>
      <Chart
        label={t('influence.label')}
        option={option}
        height={Math.min(attributes.length, SHOWN) * 24 + 50}
        table={{
          columns: [t('influence.attribute'), t('influence.column'), t('influence.alone')],
          rows: attributes.map(({ attribute, influence, standaloneAuc }) => [
            attribute,
            format.number(influence, 3),
            format.number(standaloneAuc, 3),
          ]),
        }}
      />
    </Section>
  );
}

function Values({
  attribute,
  values,
}: {
  readonly attribute: string;
  readonly values: readonly AttributeValueStatistics[];
}) {
  const { t } = useTranslation('models');
  const format = useFormat();
  const columns: Column<AttributeValueStatistics>[] = [
    { key: 'value', title: t('values.value'), cell: ({ value }) => value || t('values.blank') },
    {
      key: 'closed',
      title: t('values.closed'),
      align: 'right',
      cell: ({ closedCount }) => format.number(Number(closedCount)),
    },
    {
      key: 'won',
      title: t('values.positive'),
      align: 'right',
      cell: ({ closedCount, positiveCount }) =>
        format.percent(closedCount > 0n ? Number(positiveCount) / Number(closedCount) : undefined),
    },
    { key: 'share', title: t('values.share'), align: 'right', cell: ({ share }) => format.percent(share) },
  ];
  return <PagedTable caption={attribute} columns={columns} rows={values} rowKey={({ value }) => value} />;
}
