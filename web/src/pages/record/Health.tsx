import { Alert, Group, List, Progress, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/components/format';
import { Section } from '@/components/Page';
import {
  AlertKind,
  HealthState,
  HealthTrend,
  type Alert as RelationshipAlert,
  type Insights,
} from '@/gen/leadlight/relationship/v1/insight_pb';

const PARTS = [
  ['activity', 'activityPoints', 45],
  ['recency', 'recencyPoints', 30],
  ['engagement', 'engagementPoints', 25],
] as const;

/** How the relationship stands, of what its health is made, and what there is to look at. */
export function Health({ insights }: { readonly insights: Insights }) {
  const { t } = useTranslation('record');
  const format = useFormat();
  const { health, alerts, summary, ourResponses, customerResponses, lastInteraction, nextInteraction } =
    insights;
  const state = health?.state ?? HealthState.UNSPECIFIED;
  return (
    <Section title={t('health.title')}>
      <Group gap="md" align="baseline">
        <Title order={3} size="h2" aria-label={t('health.score', { score: format.number(health?.score) })}>
          {format.number(health?.score)}
        </Title>
        <Text size="sm">{t(`health.state.${HealthState[state]}`)}</Text>
        {health && health.trend !== HealthTrend.UNSPECIFIED && (
          <Text size="sm" c="dimmed">
            {t(`health.trend.${HealthTrend[health.trend]}`)}
          </Text>
        )}
      </Group>
      {health?.parts && (
        <Stack gap={6}>
          {PARTS.map(([name, field, most]) => {
            const points = health.parts?.[field] ?? 0;
            const label = t('health.part', {
              name: t(`health.${name}`),
              points: format.number(points, 1),
              most,
            });
            return (
              <div key={name} title={t(`health.${name}Why`)}>
                <Text size="sm">{label}</Text>
                <Progress value={(100 * points) / most} aria-label={label} />
              </div>
            );
          })}
        </Stack>
      )}
      {alerts.map((alert) => (
        <Alert key={`${alert.kind}/${alert.subject}`} color="orange" variant="light" p="xs">
          <Text size="sm">{textOfAlert(alert)}</Text>
        </Alert>
      ))}
      {summary.length > 0 && (
        <List size="sm" spacing={2}>
          {summary.map((sentence) => (
            <List.Item key={sentence}>{sentence}</List.Item>
          ))}
        </List>
      )}
      <Text size="sm" c="dimmed">
        {t('health.responses', {
          ours: format.duration(ourResponses?.median),
          theirs: format.duration(customerResponses?.median),
        })}{' '}
        {t('health.interactions', {
          last: format.fromNow(lastInteraction?.time),
          next: format.date(nextInteraction?.time),
        })}
      </Text>
    </Section>
  );

  function textOfAlert({ kind, value, subject }: RelationshipAlert): string {
    switch (kind) {
      case AlertKind.SINGLE_THREADED:
        return t('health.alert.singleThreaded', { share: format.percent(value), contact: subject });
      case AlertKind.GONE_SILENT:
        return t('health.alert.goneSilent', { days: format.number(value) });
      case AlertKind.UNANSWERED:
        return t('health.alert.unanswered', { hours: format.number(value) });
      default:
        return AlertKind[kind];
    }
  }
}
