import { Card, SimpleGrid, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { moneyAmount, useFormat } from '@/components/format';
import { Section } from '@/components/Page';
import type { BasicKpis, MoneyFigure } from '@/gen/leadlight/conversation/v1/home_pb';
import { Change, SampleSize } from './FigureText';

/** How the deals do, beside the period before. */
export function Kpis({ basic }: { readonly basic: BasicKpis }) {
  const { t } = useTranslation('home');
  const format = useFormat();
  return (
    <Section title={t('kpi.title')}>
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 3 }} spacing="sm">
        <Kpi label={t('kpi.timeLeft')}>
          <Big>{format.duration(basic.timeLeft)}</Big>
        </Kpi>
        <Kpi label={t('kpi.won')}>
          <Sums sums={basic.wonRevenue} />
        </Kpi>
        <Kpi label={t('kpi.open')}>
          <Sums sums={basic.openRevenue} />
        </Kpi>
        <Kpi label={t('kpi.dealsWon')}>
          <Big>{format.number(basic.dealsWon?.value)}</Big>
          <Change figure={basic.dealsWon} />
          <SampleSize figure={basic.dealsWon} />
        </Kpi>
        <Kpi label={t('kpi.winRate')}>
          <Big>{format.percent(basic.winPercent?.value && basic.winPercent.value / 100, 1)}</Big>
          <Change figure={basic.winPercent} />
          <SampleSize figure={basic.winPercent} />
        </Kpi>
        <Kpi label={t('kpi.mean')}>
          <Sums sums={basic.meanDealRevenue} />
        </Kpi>
      </SimpleGrid>
    </Section>
  );
}

function Kpi({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <Card withBorder padding="sm" role="group" aria-label={label}>
      <Stack gap={2}>
        <Text size="sm" c="dimmed">
          {label}
        </Text>
        {children}
      </Stack>
    </Card>
  );
}

const Big = ({ children }: { readonly children: ReactNode }) => (
  <Text size="xl" fw={700}>
    {children}
  </Text>
);

/** One sum a currency: nothing is converted. */
function Sums({ sums }: { readonly sums: readonly MoneyFigure[] }) {
  const { t } = useTranslation('home');
  const format = useFormat();
  if (sums.length === 0) return <Big>–</Big>;
  return sums.map(({ amount, amountBefore }) => (
    <div key={amount?.currencyCode}>
      <Text fw={700} size={sums.length === 1 ? 'xl' : 'md'} component="span">
        {format.money(amount)}
      </Text>{' '}
      {amount && amountBefore && (
        <Text size="xs" c="dimmed" component="span">
          {t(moneyAmount(amount) >= moneyAmount(amountBefore) ? 'kpi.upFrom' : 'kpi.downFrom', {
            before: format.money(amountBefore),
          })}
        </Text>
      )}
    </div>
  ));
}
