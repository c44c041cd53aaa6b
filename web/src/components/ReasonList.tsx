import { Box, Group, HoverCard, List, Stack, Text, Title, UnstyledButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Reason } from '@/gen/leadlight/scoring/v1/score_pb';
import { useFormat } from './format';

const SHOWN = 5;

/** What speaks for and against a record: five of each at most, each with what the history says on hover or focus. */
export function ReasonList({ reasons }: { readonly reasons: readonly Reason[] }) {
  const { t } = useTranslation();
  const forIt = reasons.filter(({ points }) => points > 0).sort((a, b) => b.points - a.points);
  const against = reasons.filter(({ points }) => points < 0).sort((a, b) => a.points - b.points);
  const largest = Math.max(...reasons.map(({ points }) => Math.abs(points)), 1);
  return (
    <Group align="flex-start" grow preventGrowOverflow={false} gap="xl">
      {(
        [
          ['reasons.for', forIt],
          ['reasons.against', against],
        ] as const
      ).map(([key, shown]) => (
        <Stack key={key} gap="xs" miw={220}>
          <Title order={3} size="h5">
            {t(key)}
          </Title>
          {shown.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t('reasons.none')}
            </Text>
          ) : (
            <List listStyleType="none" spacing={4}>
              {shown.slice(0, SHOWN).map((reason) => (
                <List.Item
                  key={reason.attribute}
                  styles={{ itemWrapper: { display: 'block' }, itemLabel: { width: '100%' } }}
                >
                  <OneReason reason={reason} largest={largest} />
                </List.Item>
              ))}
            </List>
          )}
        </Stack>
      ))}
    </Group>
  );
}

function OneReason({ reason, largest }: { readonly reason: Reason; readonly largest: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { attribute, value, points, sentence, evidence } = reason;
  const isFor = points > 0;
  return (
    <HoverCard width={320} shadow="md" openDelay={150} position="bottom-start">
      <HoverCard.Target>
        <UnstyledButton
          w="100%"
          aria-label={`${attribute}: ${value || t('reasons.blank')}, ${t('reasons.points', { points: format.points(points) })}`}
        >
          <Group justify="space-between" wrap="nowrap" gap="sm">
            <Text size="sm" lineClamp={1}>
              <b>{attribute}</b> {value || t('reasons.blank')}
            </Text>
            <Text size="sm" ff="monospace">
              {format.points(points)}
            </Text>
          </Group>
          <Box
            h={4}
            aria-hidden
            style={{
              borderRadius: 2,
              width: `${(Math.abs(points) / largest) * 100}%`,
              background: isFor ? 'light-dark(#1b7a34, #69db7c)' : 'light-dark(#c92a2a, #ff8787)',
            }}
          />
        </UnstyledButton>
      </HoverCard.Target>
      <HoverCard.Dropdown>
        <Text size="sm">{sentence}</Text>
        {evidence && (
          <Text size="sm" c="dimmed" mt={6}>
            {t('reasons.evidence', {
              positive: format.number(Number(evidence.positiveCount)),
              closed: format.number(Number(evidence.closedCount)),
              share: format.percent(evidence.share, 1),
            })}
            {evidence.medianDaysToClose !== undefined &&
              ` ${t('reasons.days', { days: format.duration(evidence.medianDaysToClose * 86_400) })}`}
          </Text>
        )}
      </HoverCard.Dropdown>
    </HoverCard>
  );
}
