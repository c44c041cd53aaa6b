import { Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/components/format';
import { Section } from '@/components/Page';
import { ReasonList } from '@/components/ReasonList';
import { ScoreBadge } from '@/components/ScoreBadge';
import { ScoreHistory } from '@/components/ScoreHistory';
import { TrendArrow } from '@/components/Trend';
import type { Record } from '@/gen/leadlight/scoring/v1/record_pb';
import { NotScoredReason } from '@/gen/leadlight/scoring/v1/score_pb';

/** The score, what it rests on, and how it came to be. */
export function ScoreSection({ record }: { readonly record: Record }) {
  const { t } = useTranslation('record');
  const format = useFormat();
  const { ref, score } = record;
  const why = score?.notScoredReason ?? NotScoredReason.UNSPECIFIED;
  if (!ref || !score?.model) {
    return (
      <Section title={t('score.title')}>
        <Text>{t(`leads:notScored.${NotScoredReason[why]}`)}</Text>
      </Section>
    );
  }
  const { interval, change } = score;
  return (
    <Section title={t('score.title')}>
      <Group gap="lg">
        <ScoreBadge grade={score.grade} score={score.score} size="xl" />
        <TrendArrow trend={score.trend} withText />
        <Text size="sm">{t('score.probability', { share: format.percent(score.probability, 1) })}</Text>
        {interval && (
          <Text size="sm" c="dimmed">
            {t('score.interval', { low: format.percent(interval.low), high: format.percent(interval.high) })}
          </Text>
        )}
        {record.expectedValue && (
          <Text size="sm">{t('score.value', { value: format.money(record.expectedValue) })}</Text>
        )}
      </Group>
      <Stack gap={2}>
        {score.stale && (
          <Text size="sm">{t('score.stale', { why: t(`leads:notScored.${NotScoredReason[why]}`) })}</Text>
        )}
        {score.lowEvidence && <Text size="sm">{t('score.lowEvidence')}</Text>}
        {change && (change.recordPoints !== 0 || change.modelPoints !== 0) && (
          <Text size="sm">
            {t('score.change', {
              record: format.points(change.recordPoints),
              model: format.points(change.modelPoints),
            })}
          </Text>
        )}
        {score.stage && <Text size="sm">{t('score.stage', { stage: score.stage })}</Text>}
      </Stack>
      <ReasonList reasons={score.reasons} />
      <ScoreHistory subject={ref} height={200} />
      <Text size="xs" c="dimmed">
        {t('score.by', {
          model: score.model.replace('models/', ''),
          version: score.modelVersion,
          time: format.dateTime(score.scoreTime),
        })}
        {score.blankAttributes.length > 0 &&
          ` ${t('score.blank', { names: score.blankAttributes.join(', ') })}`}
        {score.ignoredAttributes.length > 0 &&
          ` ${t('score.ignored', { names: score.ignoredAttributes.join(', ') })}`}
      </Text>
    </Section>
  );
}
