import { Group, Text, VisuallyHidden } from '@mantine/core';
import { IconArrowDownRight, IconArrowRight, IconArrowUpRight } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Trend } from '@/gen/leadlight/scoring/v1/score_pb';

const ARROWS = {
  [Trend.IMPROVING]: {
    Icon: IconArrowUpRight,
    colour: 'light-dark(#1b7a34, #69db7c)',
    key: 'trend.improving',
  },
  [Trend.STEADY]: { Icon: IconArrowRight, colour: 'var(--mantine-color-dimmed)', key: 'trend.steady' },
  [Trend.DECLINING]: {
    Icon: IconArrowDownRight,
    colour: 'light-dark(#c92a2a, #ff8787)',
    key: 'trend.declining',
  },
} as const;

/** Where a score is heading, as arrow and (hidden or shown) word; nothing where it is not known. */
export function TrendArrow({
  trend,
  withText = false,
}: {
  readonly trend: Trend;
  readonly withText?: boolean;
}) {
  const { t } = useTranslation();
  if (trend === Trend.UNSPECIFIED || trend === Trend.NOT_ENOUGH_INFO) {
    return withText ? (
      <Text size="sm" c="dimmed">
        {t('trend.unknown')}
      </Text>
    ) : (
      <VisuallyHidden>{t('trend.unknown')}</VisuallyHidden>
    );
  }
  const { Icon, colour, key } = ARROWS[trend];
  return (
    <Group gap={4} wrap="nowrap" title={t(key)}>
      <Icon size={18} color={colour} aria-hidden />
      {withText ? <Text size="sm">{t(key)}</Text> : <VisuallyHidden>{t(key)}</VisuallyHidden>}
    </Group>
  );
}
